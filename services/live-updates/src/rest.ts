import { Pool } from "undici";
import { z } from "zod";
import { tradingState } from "../../contracts";
import type { Secret } from "../../kit";
import type { Change } from "./channel";
import type { ChannelName } from "./channel-name";
import type { Load } from "./hub";
import { ofAlerts, ofPnl, ofPosition, orderNews, stateChange } from "./news";

export interface RestOptions {
  readonly omsUrl: string;
  readonly pnlUrl: string;
  readonly riskUrl: string;
  readonly authnUrl: string;
  readonly clientId: string;
  readonly secret: Secret;
}

const TIMEOUT_MS = 5000;
/** Open orders of one account that a browser is shown. */
const MAX_ORDERS = 10_000;
const tokenAnswer = z.object({ access_token: z.string(), expires_in: z.number().positive() });
const page = z.object({ orders: z.array(z.looseObject({})), next: z.string().optional() });
const stateView = z.looseObject({
  state: tradingState,
  last_change: z.looseObject({ at: z.number() }).optional(),
});

/** What is so now, from the services that know: the OMS, P&L and risk. */
export class Rest {
  readonly #options: RestOptions;
  readonly #pools = new Map<string, Pool>();
  #token: Promise<{ readonly text: string; readonly until: number }> | undefined;

  constructor(options: RestOptions) {
    this.#options = options;
  }

  readonly load: Load = async ({ kind, account = "" }: ChannelName) => {
    const { pnlUrl } = this.#options;
    const query = new URLSearchParams({ account }).toString();
    switch (kind) {
      case "orders":
        return this.#orders(account);
      case "positions":
        return list(await this.#get(pnlUrl, `/positions?${query}`)).map((each) => ofPosition(each).change);
      case "pnl":
        return list(await this.#get(pnlUrl, `/?${query}`)).map((each) => ofPnl(each).change);
      case "risk":
        return this.#risk();
      case "quotes":
      case "bars":
      case "fills":
        return [];
    }
  };

  async close(): Promise<void> {
    await Promise.all([...this.#pools.values()].map((pool) => pool.destroy()));
  }

  async #orders(account: string): Promise<readonly Change[]> {
    const changes: Change[] = [];
    for (let cursor: string | undefined; ;) {
      const query = new URLSearchParams({
        account,
        open: "true",
        limit: "1000",
        ...(cursor === undefined ? {} : { cursor }),
      });
      const { orders, next } = page.parse(await this.#get(this.#options.omsUrl, `/?${query.toString()}`));
      for (const each of orders) changes.push(orderNews(each as Parameters<typeof orderNews>[0]).change);
      if (next === undefined) return changes.reverse();
      if (changes.length >= MAX_ORDERS) throw new Error(`${account} has more than ${MAX_ORDERS} open orders`);
      cursor = next;
    }
  }

  async #risk(): Promise<readonly Change[]> {
    const { riskUrl } = this.#options;
    const [said, alerts] = await Promise.all([
      this.#get(riskUrl, "/state"),
      this.#get(riskUrl, "/alerts?limit=100"),
    ]);
    const { state, last_change, ...rest } = stateView.parse(said);
    const about = { ...rest, ...(last_change ? { last_change } : {}) };
    return [
      stateChange(state, about, last_change?.at ?? 0),
      ...ofAlerts(list(alerts).reverse()).map(({ change }) => change),
    ];
  }

  async #get(base: string, path: string): Promise<unknown> {
    const { text } = await this.#authorized();
    const { status, body } = await this.#ask(base, "GET", path, { authorization: `Bearer ${text}` });
    if (status === 401) this.#token = undefined;
    if (status !== 200) throw new Error(`${new URL(base).host} answered ${status}`);
    return body;
  }

  /** One token for all, until shortly before it ends. */
  async #authorized(): Promise<{ readonly text: string; readonly until: number }> {
    const known = await this.#token?.catch(() => undefined);
    if (known && known.until > Date.now()) return known;
    const asked = this.#login();
    this.#token = asked;
    return asked;
  }

  async #login(): Promise<{ readonly text: string; readonly until: number }> {
    const { authnUrl, clientId, secret } = this.#options;
    const form = new URLSearchParams({
      grant_type: "client_credentials",
      client_id: clientId,
      client_secret: secret.reveal(),
    }).toString();
    const type = { "content-type": "application/x-www-form-urlencoded" };
    const { status, body } = await this.#ask(authnUrl, "POST", "/token", type, form);
    if (status !== 200) throw new Error(`authn answered ${status} to ${clientId}`);
    const { access_token: text, expires_in } = tokenAnswer.parse(body);
    return { text, until: Date.now() + Math.max(expires_in - 30, expires_in / 2) * 1000 };
  }

  async #ask(
    base: string,
    method: "GET" | "POST",
    path: string,
    headers: Readonly<Record<string, string>>,
    body?: string,
  ): Promise<{ readonly status: number; readonly body: unknown }> {
    const { origin, pathname } = new URL(base);
    let pool = this.#pools.get(origin);
    if (!pool) this.#pools.set(origin, (pool = new Pool(origin, { connections: 4 })));
    const response = await pool.request({
      method,
      path: `${pathname.replace(/\/$/, "")}${path}`,
      headers,
      ...(body === undefined ? {} : { body }),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    return { status: response.statusCode, body: await response.body.json() };
  }
}

const list = (value: unknown): unknown[] => z.array(z.unknown()).parse(value);
