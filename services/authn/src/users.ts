import { createHash } from "node:crypto";
import type { PoolClient } from "pg";
import type { Role } from "../../kit";
import type { Database } from "../../kit/postgres";
import { hashPassword, verifyPassword } from "./passwords";

export interface User {
  readonly name: string;
  readonly role: Role;
  readonly accounts: readonly string[];
  readonly disabled: boolean;
}

/** A user whose password was right: of the version that it was checked against. */
export interface LoggedIn extends User {
  readonly version: number;
}

export type Change = Partial<Omit<User, "name">>;

export type Changed =
  | { readonly kind: "changed"; readonly user: User }
  | { readonly kind: "unknown" }
  /** Nobody would be left who can make an admin. */
  | { readonly kind: "lastAdmin" };

const COLUMNS = "name, role, accounts, disabled";

/** What a login with a name that nobody has is checked against, so that it takes as long as any other. */
const nobody = hashPassword("nobody has this password");

export class Users {
  constructor(private readonly database: Database) {}

  /**
   * The first admin, with the generated password. A new generated one (rotation) becomes its password; one that a
   * person has chosen stays. A first admin that was removed stays away while there is another admin.
   */
  async ensureAdmin(name: string, password: string): Promise<void> {
    const origin = createHash("sha256").update(`generated for ${name}: ${password}`).digest("hex");
    const hash = await hashPassword(password);
    await this.database.transaction(async (client) => {
      const admins = await lockAdmins(client);
      const { rows } = await client.query<{ generated_from: string | null }>(
        "SELECT generated_from FROM users WHERE name = $1 FOR UPDATE",
        [name],
      );
      const [known] = rows;
      if (known && known.generated_from !== null && known.generated_from !== origin) {
        await client.query(
          `UPDATE users SET password_hash = $2, generated_from = $3, version = version + 1, changed_at = now()
           WHERE name = $1`,
          [name, hash, origin],
        );
        await endGrants(client, name);
      }
      if (known || admins.length > 0) return;
      await client.query(
        "INSERT INTO users (name, password_hash, role, accounts, generated_from) VALUES ($1, $2, 'admin', '{*}', $3)",
        [name, hash, origin],
      );
    });
  }

  list(): Promise<readonly User[]> {
    return this.database.query<User>(`SELECT ${COLUMNS} FROM users ORDER BY name`);
  }

  async find(name: string): Promise<User | undefined> {
    const [user] = await this.database.query<User>(`SELECT ${COLUMNS} FROM users WHERE name = $1`, [name]);
    return user;
  }

  /** @returns undefined for a wrong name or password, or a disabled user; all take the same time */
  async login(name: string, password: string): Promise<LoggedIn | undefined> {
    const [row] = await this.database.query<LoggedIn & { password_hash: string }>(
      `SELECT ${COLUMNS}, version, password_hash FROM users WHERE name = $1`,
      [name],
    );
    const right = await verifyPassword(row?.password_hash ?? (await nobody), password);
    if (!row || !right || row.disabled) return undefined;
    const { password_hash: _, ...user } = row;
    return user;
  }

  /** @returns false when the name is taken */
  async create(user: Omit<User, "disabled">, password: string): Promise<boolean> {
    const rows = await this.database.query(
      `INSERT INTO users (name, password_hash, role, accounts) VALUES ($1, $2, $3, $4)
       ON CONFLICT DO NOTHING RETURNING name`,
      [user.name, await hashPassword(password), user.role, user.accounts],
    );
    return rows.length === 1;
  }

  /** A change of role or accounts, or a user that is disabled, ends what it was granted: its next refresh is refused. */
  change(name: string, { role, accounts, disabled }: Change): Promise<Changed> {
    return this.database.transaction(async (client) => {
      const admins = await lockAdmins(client);
      const demoted = (role !== undefined && role !== "admin") || disabled === true;
      if (demoted && isLast(admins, name)) return { kind: "lastAdmin" };
      const { rows } = await client.query<User>(
        `UPDATE users SET role = coalesce($2, role), accounts = coalesce($3, accounts),
           disabled = coalesce($4, disabled), version = version + 1, changed_at = now()
         WHERE name = $1 RETURNING ${COLUMNS}`,
        [name, role ?? null, accounts ?? null, disabled ?? null],
      );
      await endGrants(client, name);
      const [user] = rows;
      return user ? { kind: "changed", user } : { kind: "unknown" };
    });
  }

  /** Ends what the user was granted, too. @returns false when there is no such user */
  async setPassword(name: string, password: string): Promise<boolean> {
    const hash = await hashPassword(password);
    return this.database.transaction(async (client) => {
      const { rowCount } = await client.query(
        `UPDATE users SET password_hash = $2, generated_from = NULL, version = version + 1, changed_at = now()
         WHERE name = $1`,
        [name, hash],
      );
      await endGrants(client, name);
      return rowCount === 1;
    });
  }

  remove(name: string): Promise<Changed> {
    return this.database.transaction(async (client) => {
      if (isLast(await lockAdmins(client), name)) return { kind: "lastAdmin" };
      const { rows } = await client.query<User>(`DELETE FROM users WHERE name = $1 RETURNING ${COLUMNS}`, [
        name,
      ]);
      const [user] = rows;
      return user ? { kind: "changed", user } : { kind: "unknown" };
    });
  }
}

/** Locked in one order: two admins who demote each other at once take turns, and the second finds itself the last. */
async function lockAdmins(client: PoolClient): Promise<readonly string[]> {
  const { rows } = await client.query<{ name: string }>(
    "SELECT name FROM users WHERE role = 'admin' AND NOT disabled ORDER BY name FOR UPDATE",
  );
  return rows.map(({ name }) => name);
}

const isLast = (admins: readonly string[], name: string): boolean =>
  admins.length === 1 && admins[0] === name;

async function endGrants(client: PoolClient, name: string): Promise<void> {
  await client.query("DELETE FROM grants WHERE name = $1", [name]);
}
