import type { PlatformContext, ServiceSpec } from "../../model/service";
import { SECRETS_PATH } from "../../model/wiring";

/** By these a program behind a gateway learns who is there; a client that sends them lies. */
export const IDENTITY = ["X-Auth-User", "X-Auth-Role"] as const;

export const SECURITY_HEADERS = "security-headers";
/** The same for what needs cookies. */
export const WITH_COOKIES = "security-headers-with-cookies";

const USERS_FILE = `${SECRETS_PATH}/users`;

/** A section by name; none when it is empty, which Traefik refuses with the whole file. */
export function section(
  name: string,
  entries: readonly (readonly [string, unknown])[],
): Readonly<Record<string, unknown>> {
  return entries.length === 0 ? {} : { [name]: Object.fromEntries(entries) };
}

/** Whoever comes by another name is not ours: a page elsewhere that has made its name ours. */
export function hostRule({ settings }: PlatformContext): string {
  return [...new Set([...settings.hostNames, settings.bindAddress])]
    .map((name) => `Host(\`${name}\`)`)
    .join(" || ");
}

/** A service behind a gateway, over HTTP at one of its ports, as Traefik is told of it. */
export function behind({ name, ports }: ServiceSpec, port = "http"): unknown {
  return { loadBalancer: { servers: [{ url: `http://${name}:${ports[port]}` }], passHostHeader: true } };
}

/**
 * In one middleware what the browser is told and what the program behind does not see: nothing is longer on its way.
 * Cookies carry the session where there are any, and only what says so has others of its own.
 */
export function commonMiddlewares(
  httpsPort: number,
  { login, sessions }: { readonly login: boolean; readonly sessions: boolean },
): Readonly<Record<string, unknown>> {
  const headers = (hidden: readonly string[]) => ({
    headers: {
      frameDeny: true,
      contentTypeNosniff: true,
      referrerPolicy: "no-referrer",
      permissionsPolicy: "camera=(), geolocation=(), microphone=(), payment=()",
      // HSTS covers every port of the host name; only where https has the port that browsers assume.
      ...(httpsPort === 443 ? { stsSeconds: 31_536_000, forceSTSHeader: true } : {}),
      customRequestHeaders: Object.fromEntries(hidden.map((name) => [name, ""])),
      customResponseHeaders: { Server: "", "X-Powered-By": "" },
    },
  });
  return {
    [SECURITY_HEADERS]: headers([...IDENTITY, ...(sessions ? ["Cookie"] : [])]),
    ...(sessions ? { [WITH_COOKIES]: headers(IDENTITY) } : {}),
    ...(login
      ? { login: { basicAuth: { usersFile: USERS_FILE, realm: "Trade2026", removeHeader: true } } }
      : {}),
  };
}
