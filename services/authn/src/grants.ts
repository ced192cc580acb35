import { createHash, randomBytes, randomUUID } from "node:crypto";
import type { Database } from "../../kit/postgres";
import type { LoggedIn, User } from "./users";

export type GrantKind = "refresh" | "session";

export type Redeemed =
  | { readonly kind: "good"; readonly user: User; readonly next: string }
  | { readonly kind: "unknown" }
  /** A token that came a second time: somebody has a copy of it. */
  | { readonly kind: "reused"; readonly name: string };

const USER = "users.name, users.role, users.accounts, users.disabled";

/** Opaque tokens: 256 random bits, of which only the hash is stored. */
export class Grants {
  constructor(
    private readonly database: Database,
    private readonly lifeMs: Readonly<Record<GrantKind, number>>,
  ) {}

  /** @returns undefined when the user has changed since its password was checked */
  async issue(kind: GrantKind, { name, version }: LoggedIn): Promise<string | undefined> {
    const token = newToken();
    const rows = await this.database.query(
      `INSERT INTO grants (hash, family, kind, name, expires_at)
       SELECT $1, $2, $3, name, $5 FROM users WHERE name = $4 AND version = $6 AND NOT disabled FOR SHARE
       RETURNING hash`,
      [hashOf(token), randomUUID(), kind, name, new Date(Date.now() + this.lifeMs[kind]), version],
    );
    return rows.length === 1 ? token : undefined;
  }

  /**
   * A refresh token is good for one use, and its successor is of the same family, which ends as a whole when the first
   * of it would have. Used twice it was copied: the whole family ends at once (RFC 9700, 4.14.2). The row is locked, so
   * that of two uses at the same moment the second sees the first, and its successor.
   */
  redeem(token: string): Promise<Redeemed> {
    return this.database.transaction(async (client) => {
      const { rows } = await client.query<
        User & { readonly family: string; readonly used: boolean; readonly expires_at: Date }
      >(
        `SELECT ${USER}, grants.family, grants.used_at IS NOT NULL AS used, grants.expires_at
         FROM grants JOIN users ON users.name = grants.name
         WHERE grants.hash = $1 AND grants.kind = 'refresh' AND grants.expires_at > now() AND NOT users.disabled
         FOR UPDATE OF grants`,
        [hashOf(token)],
      );
      const [row] = rows;
      if (!row) return { kind: "unknown" };
      const { family, used, expires_at, ...user } = row;
      if (used) {
        await client.query("DELETE FROM grants WHERE family = $1", [family]);
        return { kind: "reused", name: user.name };
      }
      const next = newToken();
      await client.query("UPDATE grants SET used_at = now() WHERE hash = $1", [hashOf(token)]);
      await client.query(
        "INSERT INTO grants (hash, family, kind, name, expires_at) VALUES ($1, $2, 'refresh', $3, $4)",
        [hashOf(next), family, user.name, expires_at],
      );
      return { kind: "good", user, next };
    });
  }

  /** @returns whose session it is */
  async session(token: string): Promise<User | undefined> {
    const [user] = await this.database.query<User>(
      `SELECT ${USER} FROM grants JOIN users ON users.name = grants.name
       WHERE grants.hash = $1 AND grants.kind = 'session' AND grants.expires_at > now() AND NOT users.disabled`,
      [hashOf(token)],
    );
    return user;
  }

  /** Ends a token and its family. @returns whose it was */
  async end(token: string): Promise<string | undefined> {
    const [ended] = await this.database.query<{ name: string }>(
      "DELETE FROM grants WHERE family = (SELECT family FROM grants WHERE hash = $1) RETURNING name",
      [hashOf(token)],
    );
    return ended?.name;
  }

  async sweep(): Promise<void> {
    await this.database.query("DELETE FROM grants WHERE expires_at < now()");
  }
}

const newToken = (): string => randomBytes(32).toString("base64url");
const hashOf = (token: string): string => createHash("sha256").update(token).digest("hex");
