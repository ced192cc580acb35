import { execFile } from "node:child_process";
import { lookup } from "node:dns/promises";
import { promisify } from "node:util";

/** A name of the outside that this host itself can resolve: else "not resolved" would prove nothing. */
export async function registryHost(): Promise<string> {
  const registry = await promisify(execFile)("npm", ["config", "get", "registry"], {
    shell: process.platform === "win32",
  });
  const candidates = ["example.com", new URL(registry.stdout.trim()).hostname];
  for (const name of candidates) {
    if (
      await lookup(name).then(
        () => true,
        () => false,
      )
    )
      return name;
  }
  throw new Error(`this host resolves none of ${candidates.join(", ")}: whether a lane does cannot be tried`);
}
