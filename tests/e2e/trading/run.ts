import { randomBytes } from "node:crypto";
import { shownSecrets, type ShownSecret } from "../harness/access";
import { verb } from "../harness/command";
import { BASE } from "../harness/platform";
import { Api, type Ask } from "./api";
import { Desk } from "./desk";
import { Prices } from "./market";

/** Each chapter part trades accounts of its own, so that what it does is seen apart. */
export const ACCOUNTS = [
  "orders",
  "walk",
  "changes",
  "published",
  "limits",
  "halt",
  "algos",
  "kills",
  "stops",
  "other",
] as const;
export type AccountName = (typeof ACCOUNTS)[number];

export interface TestUser {
  readonly name: string;
  readonly password: string;
  readonly token: string;
  readonly ask: Ask;
}

/**
 * One run of the trading chapter: its accounts and users are new ones, so that it can follow another run on the same
 * platform, and at the end every order of these accounts is one of the run.
 */
export class TradingRun {
  readonly id = `e2e${Date.now().toString(36)}`;
  #open: Opened | undefined;

  async open(): Promise<void> {
    const secrets = await shownSecrets();
    const api = new Api(BASE, (await verb("ca export")).stdout);
    const first = secrets.find(({ id }) => id === "authn-admin");
    if (!first) throw new Error("the platform shows no credential authn-admin");
    const admin = await userOf(api, first.username, first.password);
    const users = {
      admin,
      trader: await this.#user(
        api,
        admin,
        "trader",
        ACCOUNTS.filter((name) => name !== "other"),
      ),
      other: await this.#user(api, admin, "trader", ["other"]),
      viewer: await this.#user(api, admin, "viewer", ACCOUNTS),
    };
    const desks = new Map(
      ACCOUNTS.map((name) => [
        name,
        new Desk((name === "other" ? users.other : users.trader).ask, this.account(name)),
      ]),
    );
    this.#open = { secrets, api, users, desks, prices: new Prices(users.viewer.ask) };
  }

  /** What the run has made is taken away, orders aside: they are its record. */
  async close(): Promise<void> {
    if (!this.#open) return;
    const { api, users } = this.#open;
    for (const { name } of [users.trader, users.other, users.viewer])
      await users.admin.ask("DELETE", `/auth/users/${name}`);
    api.close();
  }

  account(name: AccountName): string {
    return `${this.id}-${name}`;
  }

  desk(name: AccountName): Desk {
    const desk = this.#opened.desks.get(name);
    if (!desk) throw new Error(`no desk ${name}`);
    return desk;
  }

  get desks(): readonly Desk[] {
    return [...this.#opened.desks.values()];
  }
  get users(): Opened["users"] {
    return this.#opened.users;
  }
  get api(): Api {
    return this.#opened.api;
  }
  get prices(): Prices {
    return this.#opened.prices;
  }
  get secrets(): readonly ShownSecret[] {
    return this.#opened.secrets;
  }

  get #opened(): Opened {
    if (!this.#open) throw new Error("the run has not been opened");
    return this.#open;
  }

  async #user(
    api: Api,
    admin: TestUser,
    role: "viewer" | "trader",
    accounts: readonly AccountName[],
  ): Promise<TestUser> {
    const name = `${this.id}-${role}-${accounts.length}`;
    const password = randomBytes(18).toString("base64url");
    const { status, body } = await admin.ask("POST", "/auth/users", {
      name,
      role,
      accounts: accounts.map((account) => this.account(account)),
      password,
    });
    if (status !== 201) throw new Error(`user ${name}: ${status} ${JSON.stringify(body)}`);
    return userOf(api, name, password);
  }
}

interface Opened {
  readonly secrets: readonly ShownSecret[];
  readonly api: Api;
  readonly users: Readonly<Record<"admin" | "trader" | "other" | "viewer", TestUser>>;
  readonly desks: ReadonlyMap<AccountName, Desk>;
  readonly prices: Prices;
}

async function userOf(api: Api, name: string, password: string): Promise<TestUser> {
  const token = await api.login(name, password);
  return { name, password, token, ask: renewing(api, name, password, token) };
}

/** Tokens are good for ten minutes; a long run has a new one before. */
const RENEW_MS = 8 * 60_000;

function renewing(api: Api, name: string, password: string, first: string): Ask {
  let token = Promise.resolve(first);
  let since = Date.now();
  return async (...request) => {
    if (Date.now() - since > RENEW_MS) {
      since = Date.now();
      const old = token;
      // as a client does: the old one is good for a while, and authn may be away
      token = api.login(name, password).catch(() => {
        since = 0;
        return old;
      });
    }
    return api.as(await token)(...request);
  };
}
