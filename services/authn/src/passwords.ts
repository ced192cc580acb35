import { argon2, randomBytes, timingSafeEqual } from "node:crypto";

/** Argon2id as OWASP's password storage cheat sheet has it at the least: 19 MiB, two passes, one lane. */
const COST = { memory: 19_456, passes: 2, parallelism: 1 } as const;
const TAG_BYTES = 32;
const SALT_BYTES = 16;

/** Shorter ones are guessed; longer ones than that are an attack on our processor. */
export const PASSWORD_LENGTH = { min: 12, max: 256 } as const;

/** @returns the hash in PHC form, `$argon2id$v=19$m=…,t=…,p=…$salt$hash`, which names its own cost */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(SALT_BYTES);
  const tag = await derive(password, salt, COST);
  const { memory, passes, parallelism } = COST;
  return `$argon2id$v=19$m=${memory},t=${passes},p=${parallelism}$${base64(salt)}$${base64(tag)}`;
}

const phc = /^\$argon2id\$v=19\$m=(\d+),t=(\d+),p=(\d+)\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]+)$/;

/** @throws Error when what is stored is no hash of this form */
export async function verifyPassword(stored: string, password: string): Promise<boolean> {
  const [, memory, passes, parallelism, salt = "", tag = ""] = phc.exec(stored) ?? [];
  if (memory === undefined) throw new Error("a stored password is not in the form $argon2id$v=19$…");
  const cost = { memory: Number(memory), passes: Number(passes), parallelism: Number(parallelism) };
  const expected = Buffer.from(tag, "base64");
  return timingSafeEqual(await derive(password, Buffer.from(salt, "base64"), cost), expected);
}

interface Cost {
  readonly memory: number;
  readonly passes: number;
  readonly parallelism: number;
}

function derive(password: string, nonce: Buffer, cost: Cost): Promise<Buffer> {
  const message = Buffer.from(password.normalize("NFKC"));
  return new Promise((resolve, reject) => {
    argon2("argon2id", { message, nonce, ...cost, tagLength: TAG_BYTES }, (error, tag) =>
      error ? reject(error) : resolve(tag),
    );
  });
}

const base64 = (bytes: Buffer): string => bytes.toString("base64").replace(/=+$/, "");
