import { createHash, timingSafeEqual } from "node:crypto";
import { z } from "zod";
import { identifier } from "../../contracts";
import { roles, type Caller } from "../../kit";

const client = z.strictObject({
  id: identifier,
  /** Of its secret, which is random and long: nobody guesses it from its hash. */
  sha256: z.string().regex(/^[0-9a-f]{64}$/, { error: "wants 64 hexadecimal digits in lower case" }),
  role: z.enum(roles),
  /** `*` is all of them. */
  accounts: z.array(z.union([identifier, z.literal("*")])).min(1),
});
const list = z.array(client);
export type Client = z.infer<typeof client>;

/** Services that prove themselves with a secret of their own. */
export class Clients {
  readonly #byId: ReadonlyMap<string, Client>;

  /** @param text JSON list of {id, sha256, role, accounts} @throws Error that names every problem, and no hash */
  constructor(text: string) {
    const clients = read(text);
    this.#byId = new Map(clients.map((each) => [each.id, each]));
    if (this.#byId.size < clients.length)
      throw new Error("CLIENTS_FILE: an id is there twice; ids are unique");
  }

  has(id: string): boolean {
    return this.#byId.has(id);
  }

  /** Whoever has the id is this: for tokens that were signed earlier. */
  callerOf(id: string): Caller | undefined {
    const known = this.#byId.get(id);
    return known && { subject: id, kind: "service", role: known.role, accounts: known.accounts };
  }

  /** @returns undefined for a wrong id or secret */
  check(id: string, secret: string): Caller | undefined {
    const given = createHash("sha256").update(secret).digest();
    const expected = Buffer.from(this.#byId.get(id)?.sha256 ?? "0".repeat(64), "hex");
    return timingSafeEqual(given, expected) ? this.callerOf(id) : undefined;
  }
}

function read(text: string): readonly Client[] {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new Error("CLIENTS_FILE: is no JSON; wants a list of {id, sha256, role, accounts}");
  }
  const parsed = list.safeParse(value);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map(({ path, message }) => `${path.join(".") || "list"}: ${message}`);
  throw new Error(`CLIENTS_FILE: ${problems.join("; ")}`);
}
