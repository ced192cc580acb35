/**
 * bcrypt ($2a$), for the `bcryptHash` output. Node has none of its own. Checked in the tests against published
 * vectors. Works in slices, so that hashing many passwords does not stop everything else in this process.
 */

const ALPHABET = "./ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
const ROUNDS_PER_SLICE = 32;
const P_WORDS = 18;
const S_WORDS = 1024;
const MAX_PASSWORD_BYTES = 72;

/** @param salt 16 random bytes @param cost 2^cost rounds; 10 is what the official plugin uses */
export async function bcrypt(password: string, salt: Uint8Array, cost = 10): Promise<string> {
  const key = Buffer.concat([Buffer.from(password, "utf8"), Buffer.alloc(1)]).subarray(0, MAX_PASSWORD_BYTES);
  const cipher = new Blowfish();
  cipher.expand(key, salt);
  const rounds = 2 ** cost;
  for (let round = 0; round < rounds; round++) {
    cipher.expand(key);
    cipher.expand(salt);
    if (round % ROUNDS_PER_SLICE === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  // "OrpheanBeholderScryDoubt", encrypted 64 times.
  const text = wordsOf(Buffer.from("OrpheanBeholderScryDoubt"));
  for (let pass = 0; pass < 64; pass++) for (let at = 0; at < text.length; at += 2) cipher.encrypt(text, at);
  const digest = Buffer.alloc(24);
  text.forEach((word, index) => digest.writeUInt32BE(word >>> 0, index * 4));
  return `$2a$${String(cost).padStart(2, "0")}$${encode(salt)}${encode(digest.subarray(0, 23))}`;
}

class Blowfish {
  private readonly p: Int32Array;
  private readonly s: Int32Array;

  constructor() {
    const words = piWords();
    this.p = Int32Array.from(words.subarray(0, P_WORDS));
    this.s = Int32Array.from(words.subarray(P_WORDS));
  }

  /** Mixes the key in, and re-encrypts the tables (with the salt, where one is given). */
  expand(key: Uint8Array, salt?: Uint8Array): void {
    const { p, s } = this;
    let at = 0;
    for (let index = 0; index < P_WORDS; index++) {
      let word = 0;
      for (let byte = 0; byte < 4; byte++) {
        word = (word << 8) | (key[at] ?? 0);
        at = (at + 1) % key.length;
      }
      p[index] = (p[index] ?? 0) ^ word;
    }
    const mix = salt === undefined ? undefined : wordsOf(salt);
    const block = new Int32Array(2);
    let turn = 0;
    for (const table of [p, s]) {
      for (let index = 0; index < table.length; index += 2) {
        if (mix !== undefined) {
          block[0] = (block[0] ?? 0) ^ (mix[turn] ?? 0);
          block[1] = (block[1] ?? 0) ^ (mix[turn + 1] ?? 0);
          turn = (turn + 2) % mix.length;
        }
        this.encrypt(block, 0);
        table[index] = block[0] ?? 0;
        table[index + 1] = block[1] ?? 0;
      }
    }
  }

  encrypt(block: Int32Array, at: number): void {
    const { p, s } = this;
    let left = (block[at] ?? 0) ^ (p[0] ?? 0);
    let right = block[at + 1] ?? 0;
    for (let round = 1; round <= 16; round += 2) {
      right ^= feistel(s, left) ^ (p[round] ?? 0);
      left ^= feistel(s, right) ^ (p[round + 1] ?? 0);
    }
    block[at] = right ^ (p[17] ?? 0);
    block[at + 1] = left;
  }
}

function feistel(s: Int32Array, word: number): number {
  const a = s[word >>> 24] ?? 0;
  const b = s[0x100 | ((word >>> 16) & 0xff)] ?? 0;
  const c = s[0x200 | ((word >>> 8) & 0xff)] ?? 0;
  const d = s[0x300 | (word & 0xff)] ?? 0;
  return (((a + b) ^ c) + d) | 0;
}

let pi: Int32Array | undefined;

/** Blowfish starts from the fractional part of π, in binary: 1042 words, computed by Machin's formula. */
function piWords(): Int32Array {
  if (pi !== undefined) return pi;
  const guard = 64n;
  const bits = BigInt((P_WORDS + S_WORDS) * 32) + guard;
  const one = 1n << bits;
  const arctanOfInverse = (x: bigint): bigint => {
    let power = one / x;
    let sum = power;
    for (let n = 3n, sign = -1n; power > 0n; n += 2n, sign = -sign) {
      power /= x * x;
      sum += (sign * power) / n;
    }
    return sum;
  };
  const value = 4n * (4n * arctanOfInverse(5n) - arctanOfInverse(239n));
  const hex = ((value - 3n * one) >> guard).toString(16).padStart((P_WORDS + S_WORDS) * 8, "0");
  pi = Int32Array.from(
    { length: P_WORDS + S_WORDS },
    (_, index) => parseInt(hex.slice(index * 8, index * 8 + 8), 16) | 0,
  );
  return pi;
}

function wordsOf(bytes: Uint8Array): Int32Array {
  const view = Buffer.from(bytes);
  return Int32Array.from({ length: view.length / 4 }, (_, index) => view.readInt32BE(index * 4));
}

function encode(bytes: Uint8Array): string {
  let out = "";
  for (let at = 0; at < bytes.length; at += 3) {
    const group = ((bytes[at] ?? 0) << 16) | ((bytes[at + 1] ?? 0) << 8) | (bytes[at + 2] ?? 0);
    const letters = Math.min(4, bytes.length - at + 1);
    for (let letter = 0; letter < letters; letter++)
      out += ALPHABET.charAt((group >> (18 - 6 * letter)) & 63);
  }
  return out;
}
