/** As long as a generated credential is (model/secrets.ts); a test compares the two. */
export const CREDENTIAL_LENGTH = 40;

/**
 * Hides what looks like a credential: generated ones in plain or in base64, password hashes, tokens, and the password
 * in an address. Used on everything that comes from elsewhere (logs, probe output, the engine's messages): only
 * `secrets` prints them.
 */
export function redact(text: string): string {
  return text
    .replace(HASH, HIDDEN)
    .replace(TOKEN, HIDDEN)
    .replace(LOGIN, `$1${HIDDEN}@`)
    .replace(RUN, (run) => (looksGenerated(run) ? HIDDEN : run));
}

/** The same of a value that has a name: what is called a password is one, whatever it looks like. */
export function redactField(name: string, value: string): string {
  return SENSITIVE.test(name) && value !== "" ? HIDDEN : redact(value);
}

const HIDDEN = "[hidden]";
/** bcrypt, as it is in NATS' and Traefik's files. */
const HASH = /\$2[abxy]\$\d\d\$[./A-Za-z0-9]{53}/g;
/** A JSON web token: header, payload and signature, the first two of them objects. */
const TOKEN = /\beyJ[\w-]+\.eyJ[\w-]+\.[\w-]*/g;
/** `scheme://user:password@host` */
const LOGIN = /(\b[a-z][a-z0-9+.-]{0,20}:\/\/[^\s:/@]{0,100}:)[^\s/@]{1,200}@/g;
const RUN = new RegExp(`[A-Za-z0-9+/_-]{${CREDENTIAL_LENGTH},}`, "g");
const SENSITIVE = /pass(?:word|wd|phrase)|secret|token$|authorization|cookie|api_?key|private_?key/i;

/** Random letters and digits have all three kinds in any piece of this length; digests in hex and paths do not. */
function looksGenerated(run: string): boolean {
  return run
    .split(/[/_-]/)
    .some(
      (part) =>
        part.length >= CREDENTIAL_LENGTH && /[a-z]/.test(part) && /[A-Z]/.test(part) && /\d/.test(part),
    );
}
