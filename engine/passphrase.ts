import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { WrongPassphraseError } from "./errors";
import type { Home } from "./home";

/** Where the passphrase that encrypts secrets in the state comes from. */
export interface Passphrase {
  /** For messages: a path, or the name of a variable. */
  readonly source: string;
  /** Variables for the CLI. */
  readonly env: Readonly<Record<string, string>>;
}

/**
 * The user's own passphrase where the environment has one, otherwise the one in the home folder, made on first use.
 * @param stateExists a passphrase made now would not open a state that is there already: that is an error instead
 */
export function passphraseFor(
  home: Home,
  stack: string,
  stateExists: boolean,
  env: NodeJS.ProcessEnv,
): Passphrase {
  for (const name of ["PULUMI_CONFIG_PASSPHRASE", "PULUMI_CONFIG_PASSPHRASE_FILE"]) {
    const value = env[name];
    if (value !== undefined && (value !== "" || name === "PULUMI_CONFIG_PASSPHRASE")) {
      return { source: name, env: { [name]: value } };
    }
  }
  const file = home.passphrase;
  if (!existsSync(file)) {
    if (stateExists) throw new WrongPassphraseError(stack, `${file} (the file is missing)`);
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    writeFileSync(file, `${randomBytes(32).toString("base64url")}\n`, { mode: 0o600, flag: "wx" });
  }
  return { source: file, env: { PULUMI_CONFIG_PASSPHRASE_FILE: file } };
}
