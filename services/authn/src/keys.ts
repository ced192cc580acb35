import { createCipheriv, createDecipheriv, hkdfSync, randomBytes, randomUUID } from "node:crypto";
import { exportJWK, generateKeyPair, importJWK, type CryptoKey, type JWK } from "jose";
import { ALGORITHM } from "../../kit/auth";
import type { Database } from "../../kit/postgres";

export interface SigningKey {
  readonly id: string;
  readonly key: CryptoKey;
}

interface KeyRow {
  readonly id: string;
  readonly public_jwk: JWK;
  readonly private_sealed: Buffer;
  readonly signs_from: Date;
}

export interface KeysOptions {
  readonly database: Database;
  /** Private keys are stored sealed with it. */
  readonly sealKey: string;
  /**
   * A new key is published for so long before it signs. Longer than the 5 s for which who checks tokens asks only once:
   * then everybody has it when its first token comes, or asks again.
   * @default 15000
   */
  readonly leadMs?: number;
  /** An older key stays published for so long after it stopped signing; at least a token's life. */
  readonly keepMs: number;
  readonly now?: () => number;
}

/** The keys that tokens are signed with. One signs; those before it stay published until their last token has ended. */
export class Keys {
  readonly #options: KeysOptions;
  readonly #sealKey: Buffer;
  #rows: readonly KeyRow[] = [];
  #signing: SigningKey | undefined;

  constructor(options: KeysOptions) {
    this.#options = options;
    this.#sealKey = Buffer.from(hkdfSync("sha256", options.sealKey, "", "trade2026 authn signing keys", 32));
  }

  /**
   * Reads the keys. Makes the first one, and another when the one that signs was sealed with another credential: what
   * that one signed stays good, for its public half needs no seal.
   *
   * @returns whether a stored key could not be opened
   */
  async load(): Promise<boolean> {
    await this.#read();
    if (this.#rows.length === 0) {
      await this.#make(0);
      return false;
    }
    try {
      await this.signing();
      return false;
    } catch (error) {
      if (!(error instanceof SealError)) throw error;
      // one that waits for its turn was sealed with the same, and has signed nothing
      await this.#options.database.query("DELETE FROM signing_keys WHERE signs_from > $1", [
        new Date(this.#now()),
      ]);
      await this.#make(0);
      return true;
    }
  }

  /** Drops what has ended, and rotates when the newest key is older than that. @returns the id of a new one */
  async tend(maxAgeMs: number): Promise<string | undefined> {
    await this.#read();
    const newest = this.#rows[0]?.signs_from.getTime() ?? 0;
    return this.#now() - newest > maxAgeMs ? this.rotate() : undefined;
  }

  /** Makes the key that signs from now on, after its lead; one that still waits for its turn is it. @returns its id */
  async rotate(): Promise<string> {
    const [newest] = this.#rows;
    if (newest && newest.signs_from.getTime() > this.#now()) return newest.id;
    return this.#make(this.#options.leadMs ?? 15_000);
  }

  async #make(leadMs: number): Promise<string> {
    const { publicKey, privateKey } = await generateKeyPair(ALGORITHM, { extractable: true });
    const id = randomUUID();
    const common = { kid: id, alg: ALGORITHM, use: "sig" };
    const signsFrom = new Date(this.#now() + leadMs);
    await this.#options.database.query(
      "INSERT INTO signing_keys (id, public_jwk, private_sealed, signs_from) VALUES ($1, $2, $3, $4)",
      [
        id,
        { ...(await exportJWK(publicKey)), ...common },
        this.#seal(await exportJWK(privateKey)),
        signsFrom,
      ],
    );
    await this.#read();
    return id;
  }

  /** Newest first. A key goes when its successor has signed for longer than a token lives. */
  async #read(): Promise<void> {
    const gone = new Date(this.#now() - this.#options.keepMs);
    await this.#options.database.query(
      `DELETE FROM signing_keys WHERE signs_from < (
         SELECT max(signs_from) FROM signing_keys WHERE signs_from < $1)`,
      [gone],
    );
    this.#rows = await this.#options.database.query<KeyRow>(
      "SELECT id, public_jwk, private_sealed, signs_from FROM signing_keys ORDER BY signs_from DESC",
    );
    this.#signing = undefined;
  }

  /** As `/.well-known/jwks.json` tells them. */
  published(): { readonly keys: readonly JWK[] } {
    return { keys: this.#rows.map(({ public_jwk }) => public_jwk) };
  }

  async signing(): Promise<SigningKey> {
    const row = this.#rows.find(({ signs_from }) => signs_from.getTime() <= this.#now());
    if (!row) throw new Error("there is no key to sign with");
    if (this.#signing?.id !== row.id) {
      const key = (await importJWK(this.#open(row.private_sealed), ALGORITHM)) as CryptoKey;
      this.#signing = { id: row.id, key };
    }
    return this.#signing;
  }

  #now(): number {
    return (this.#options.now ?? Date.now)();
  }

  /** AES-256-GCM: nonce, tag, text. */
  #seal(jwk: JWK): Buffer {
    const nonce = randomBytes(12);
    const cipher = createCipheriv("aes-256-gcm", this.#sealKey, nonce);
    const text = Buffer.concat([cipher.update(JSON.stringify(jwk)), cipher.final()]);
    return Buffer.concat([nonce, cipher.getAuthTag(), text]);
  }

  #open(sealed: Buffer): JWK {
    const decipher = createDecipheriv("aes-256-gcm", this.#sealKey, sealed.subarray(0, 12), {
      authTagLength: 16,
    });
    try {
      decipher.setAuthTag(sealed.subarray(12, 28));
      return JSON.parse(
        Buffer.concat([decipher.update(sealed.subarray(28)), decipher.final()]).toString("utf8"),
      ) as JWK;
    } catch (error) {
      throw new SealError(error);
    }
  }
}

export class SealError extends Error {
  override readonly name = "SealError";

  constructor(cause: unknown) {
    super("a stored signing key does not open: it was sealed with another credential", { cause });
  }
}
