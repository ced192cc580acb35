import { createHash, timingSafeEqual } from "node:crypto";
import { z } from "zod";
import { HttpError, roles, type Caller, type Verify } from "../../kit";

const known = z.strictObject({
  id: z.string().min(1),
  /** Of its credential, which is random and long: nobody guesses it from its hash. */
  sha256: z.string().regex(/^[0-9a-f]{64}$/, { error: "wants 64 hexadecimal digits in lower case" }),
  /** What it may do at the API, like a user with a token of that role. */
  role: z.enum(roles).optional(),
  /** It may send alerts. */
  alerts: z.boolean().default(false),
});
type Known = z.output<typeof known>;

/**
 * Who proves itself with a credential of this service's own, and needs no authn for it: the page must be readable, and
 * an incident must get on it, also while nobody can log in.
 */
export class Callers {
  readonly #all: readonly (Known & { readonly hash: Buffer })[];

  /** @param text JSON list of {id, sha256, role?, alerts?} @throws Error that names every problem, and no hash */
  constructor(text: string) {
    this.#all = read(text).map((each) => ({ ...each, hash: Buffer.from(each.sha256, "hex") }));
  }

  /** Own credentials first, then what `next` knows of. */
  verifier(next: Verify): Verify {
    return async (token) => {
      const found = this.#find(token);
      if (!found) return next(token);
      if (found.role === undefined)
        throw new HttpError(403, "role_missing", "This credential is good for alerts only.");
      const caller: Caller = { subject: found.id, kind: "service", role: found.role, accounts: [] };
      return caller;
    };
  }

  /** @throws {HttpError} 401 for anything but the credential of somebody who may send alerts */
  assertSender(authorization: string | undefined): void {
    const token = /^Bearer (\S+)$/.exec(authorization ?? "")?.[1];
    if (token === undefined || this.#find(token)?.alerts !== true)
      throw new HttpError(
        401,
        "sender_unknown",
        "Alerts are taken with the credential of Alertmanager only.",
      );
  }

  #find(token: string): Known | undefined {
    const given = createHash("sha256").update(token).digest();
    return this.#all.find(({ hash }) => timingSafeEqual(hash, given));
  }
}

function read(text: string): readonly Known[] {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new Error("CALLERS_FILE: is no JSON; wants a list of {id, sha256, role?, alerts?}");
  }
  const parsed = z.array(known).safeParse(value);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map(({ path, message }) => `${path.join(".") || "list"}: ${message}`);
  throw new Error(`CALLERS_FILE: ${problems.join("; ")}`);
}
