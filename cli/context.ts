import { resolve } from "node:path";

/** What every command is told. */
export interface Context {
  /** The checkout. */
  readonly root: string;
  /** Where state, passphrase and remembered settings lie: `TRADE2026_HOME`, else `.trade2026` of the checkout. */
  readonly home: string;
  readonly stack: string;
  /** Show the stack of an unexpected error. */
  readonly debug: boolean;
}

const ROOT = resolve(__dirname, "..");

export function contextOf(
  options: { readonly stack: string; readonly debug: boolean },
  env = process.env,
): Context {
  return { root: ROOT, home: resolve(ROOT, env["TRADE2026_HOME"] || ".trade2026"), ...options };
}
