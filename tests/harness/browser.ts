import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { connect } from "node:tls";
import { chromium, type Browser } from "playwright-core";

/** Where Debian, other distributions and the makers' own packages put it. */
const CANDIDATES = [
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome-stable",
  "/usr/bin/google-chrome",
];

/**
 * @param trusted keys of servers ({@link keyOf}) whose certificates are accepted; of others only those of public authorities
 * @throws when this machine has none, with what to install
 */
export async function startBrowser(trusted: readonly string[] = []): Promise<Browser> {
  const own = process.env.CHROMIUM;
  const executablePath = [...(own ? [own] : []), ...CANDIDATES].find((path) => existsSync(path));
  if (executablePath === undefined)
    throw new Error(
      `no Chromium at ${CANDIDATES.join(", ")}: install it (Debian: apt-get install chromium), or name it with CHROMIUM`,
    );
  const args = [
    // root, as in a container, has no sandbox; the pages are our own
    ...(process.getuid?.() === 0 ? ["--no-sandbox"] : []),
    ...(trusted.length > 0 ? [`--ignore-certificate-errors-spki-list=${trusted.join(",")}`] : []),
  ];
  return chromium.launch({ executablePath, args });
}

/**
 * The key of a server that shows a certificate of this authority, as Chromium is told of it. An authority of one's own
 * is otherwise a matter of the user's certificate store, which a test leaves alone.
 * @param ca PEM
 * @throws what the connection says, a certificate that the authority has not signed among it
 */
export function keyOf(url: string, ca: string): Promise<string> {
  const { hostname: servername, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const socket = connect({ host: servername, port: Number(port || 443), servername, ca }, () => {
      const key = socket.getPeerX509Certificate()?.publicKey.export({ type: "spki", format: "der" });
      socket.destroy();
      if (key) resolve(createHash("sha256").update(key).digest("base64"));
      else reject(new Error(`${url} shows no certificate`));
    });
    socket.on("error", reject);
  });
}
