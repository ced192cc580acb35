/** Where somebody goes who asked for nowhere, or for somewhere else's. */
const HOME = "/";

/**
 * Where to go after the login: a path of this host, or an address of one of our hosts, on any port. Everything else is
 * the beginning: a login page that leads to strangers lends them its good name.
 *
 * @param hosts host names without a port
 */
export function safeReturn(wanted: string | undefined, hosts: readonly string[]): string {
  if (wanted === undefined || wanted.length > 2000) return HOME;
  // parsed as browsers do it, who take \ for / and leave out tabs and line ends
  const here = "https://here.invalid";
  const url = URL.canParse(wanted, here) ? new URL(wanted, here) : undefined;
  if (!url || url.protocol !== "https:" || url.username !== "" || url.password !== "") return HOME;
  // /..// has become //, which leads to another host
  if (url.pathname.startsWith("//")) return HOME;
  if (url.origin === here) return wanted.startsWith("/") ? `${url.pathname}${url.search}${url.hash}` : HOME;
  return hosts.includes(url.hostname) ? url.href : HOME;
}
