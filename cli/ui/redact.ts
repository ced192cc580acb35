import { CREDENTIAL_LENGTH } from "../../model/secrets";

/**
 * Hides what looks like a generated credential, in plain or in base64, and password hashes. Used on everything that
 * comes from elsewhere (logs, probe output, the engine's messages): only `secrets` prints them.
 */
export function redact(text: string): string {
  return text.replace(HASH, HIDDEN).replace(RUN, (run) => (looksGenerated(run) ? HIDDEN : run));
}

const HIDDEN = "[hidden]";
/** bcrypt, as it is in NATS' and Traefik's files. */
const HASH = /\$2[abxy]\$\d\d\$[./A-Za-z0-9]{53}/g;
const RUN = new RegExp(`[A-Za-z0-9+/_-]{${CREDENTIAL_LENGTH},}`, "g");

/** Random letters and digits have all three kinds in any piece of this length; digests in hex and paths do not. */
function looksGenerated(run: string): boolean {
  return run
    .split(/[/_-]/)
    .some(
      (part) =>
        part.length >= CREDENTIAL_LENGTH && /[a-z]/.test(part) && /[A-Z]/.test(part) && /\d/.test(part),
    );
}
