import { existsSync } from "node:fs";
import { chromium, type Browser } from "playwright-core";

/** Where Debian, other distributions and the makers' own packages put it. */
const CANDIDATES = [
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome-stable",
  "/usr/bin/google-chrome",
];

/** @throws when this machine has none, with what to install */
export async function startBrowser(): Promise<Browser> {
  const own = process.env.CHROMIUM;
  const executablePath = [...(own ? [own] : []), ...CANDIDATES].find((path) => existsSync(path));
  if (executablePath === undefined)
    throw new Error(
      `no Chromium at ${CANDIDATES.join(", ")}: install it (Debian: apt-get install chromium), or name it with CHROMIUM`,
    );
  // root, as in a container, has no sandbox; the pages are our own
  const args = process.getuid?.() === 0 ? ["--no-sandbox"] : [];
  return chromium.launch({ executablePath, args });
}
