import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { jetstream } from "@nats-io/jetstream";
import type { NatsConnection } from "@nats-io/nats-core";
import { Redis } from "iovalkey";
import { Agent, request } from "undici";
import type { Fill, Order, RiskReply, RiskRequest, VenueReport } from "../../../services/contracts";
import { startService, type Caller, type RunningService } from "../../../services/kit";
import { oms } from "../../../services/oms/src/service";
import { replay } from "../../../services/oms/src/replay";
import { createLog } from "../../../services/kit";
import { until } from "../../harness/docker";
import { startNats, startValkey, type Store } from "../stores";

export const log = createLog("test", "0", "error");

/** NATS, Valkey, a risk that says yes unless told otherwise, and a voice for the venue. */
export interface World {
  readonly nats: Awaited<ReturnType<typeof startNats>>;
  readonly valkey: Store;
  readonly connection: NatsConnection;
  readonly redis: Redis;
  readonly risk: FakeRisk;
  /** Settings of the service. */
  readonly env: Record<string, string>;
  readonly close: () => Promise<void>;
}

export async function startWorld(name: string): Promise<World> {
  const [nats, valkey] = [await startNats(name), await startValkey(name)];
  const connection = await nats.connect();
  const redis = new Redis({ host: valkey.host, port: valkey.port });
  redis.on("error", () => undefined);
  const folder = mkdtempSync(join(tmpdir(), "t26-oms-"));
  writeFileSync(join(folder, "password"), "none");
  return {
    nats,
    valkey,
    connection,
    redis,
    risk: new FakeRisk(connection),
    env: {
      HTTP_HOST: "127.0.0.1",
      HTTP_PORT: "0",
      LOG_LEVEL: "error",
      DRAIN_DELAY_MS: "0",
      AUTHN_URL: "http://127.0.0.1:1",
      NATS_URL: `nats://127.0.0.1:${nats.port}`,
      NATS_USERNAME: "oms",
      NATS_PASSWORD_FILE: join(folder, "password"),
      VALKEY_STATE_URL: `redis://127.0.0.1:${valkey.port}`,
      VALKEY_STATE_USERNAME: "default",
      VALKEY_STATE_PASSWORD_FILE: join(folder, "password"),
    },
    close: async () => {
      redis.disconnect();
      await connection.close();
      await Promise.all([nats.close(), valkey.close()]);
    },
  };
}

/** Answers as it is told; counts what it was asked. */
export class FakeRisk {
  decide: (request: RiskRequest) => RiskReply | "silence" = () => approved;
  readonly asked: RiskRequest[] = [];
  requests = 0;

  constructor(connection: NatsConnection) {
    connection.subscribe("risk.check.order", {
      callback: (_error, message) => {
        const questions = message.json<RiskRequest[]>();
        this.requests++;
        this.asked.push(...questions);
        const replies = questions.map((question) => this.decide(question));
        if (!replies.includes("silence")) message.respond(JSON.stringify(replies));
      },
    });
  }
}

export const approved: RiskReply = { approved: true, risk_level: "LOW", warnings: [] };

/** Tokens of the tests: `<name>/<kind>/<role>/<accounts>`, the accounts with + between them, or all. */
export function verify(token: string): Promise<Caller> {
  const [subject = "", kind = "user", role = "viewer", accounts = ""] = token.split("/");
  return Promise.resolve({
    subject,
    kind,
    role,
    accounts: accounts === "all" ? ["*"] : accounts.split("+"),
  } as Caller);
}

export const startOms = (world: World, env: Record<string, string> = {}): Promise<RunningService> =>
  startService(oms({ verify }), { ...world.env, ...env });

export interface Answer<Body = Order> {
  readonly status: number;
  readonly body: Body;
}

/** A client of the API. */
export class Client {
  readonly #agent = new Agent({ connections: 128, pipelining: 1, headersTimeout: 20_000 });

  constructor(
    readonly port: number,
    readonly token = "mia/user/trader/a1+a2",
  ) {}

  async call<Body = Order>(
    method: "GET" | "POST" | "PATCH" | "DELETE",
    path: string,
    body?: unknown,
  ): Promise<Answer<Body>> {
    const answer = await request(`http://127.0.0.1:${this.port}${path}`, {
      method,
      dispatcher: this.#agent,
      headers: {
        authorization: `Bearer ${this.token}`,
        ...(body === undefined ? {} : { "content-type": "application/json" }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return { status: answer.statusCode, body: (await answer.body.json()) as Body };
  }

  submit<Body = Order>(order: Readonly<Record<string, unknown>>): Promise<Answer<Body>> {
    return this.call<Body>("POST", "/", order);
  }

  get<Body = Order>(path: string): Promise<Answer<Body>> {
    return this.call<Body>("GET", path);
  }

  close(): Promise<void> {
    return this.#agent.destroy();
  }
}

let serial = 0;

/** A limit order of 10 AAPL at 150. */
export function limit(more: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  return {
    client_order_id: `c-${++serial}`,
    symbol: "AAPL",
    side: "BUY",
    quantity: "10",
    type: "LIMIT",
    price: "150",
    account: "a1",
    ...more,
  };
}

/** What the live gateway would publish. */
export class Venue {
  #reports = 0;
  #fills = 0;

  constructor(private readonly connection: NatsConnection) {}

  fill(order: Order, quantity: string, more: Partial<Fill> = {}): Fill {
    return {
      fill_id: `prism-${++this.#fills}`,
      order_id: order.order_id,
      client_order_id: order.client_order_id,
      symbol: order.symbol,
      side: order.side,
      quantity,
      price: "150",
      commission: "0.01",
      venue: order.venue,
      account: order.account,
      liquidity: "TAKER",
      timestamp: Date.now(),
      ...more,
    };
  }

  async tellFills(...fills: Fill[]): Promise<void> {
    await jetstream(this.connection).publish("fills.execution", JSON.stringify(fills));
  }

  report<Kind extends VenueReport["kind"]>(
    order: Pick<Order, "order_id">,
    kind: Kind,
    more: Omit<
      Extract<VenueReport, { kind: Kind }>,
      "kind" | "report_id" | "order_id" | "venue" | "timestamp"
    >,
  ): VenueReport {
    return {
      kind,
      report_id: `prism:${++this.#reports}`,
      order_id: order.order_id,
      venue: "prism",
      timestamp: Date.now(),
      ...more,
    } as unknown as VenueReport;
  }

  async tell(...reports: VenueReport[]): Promise<void> {
    await jetstream(this.connection).publish("venue.report", JSON.stringify(reports));
  }
}

/** All records of a stream by now, with their subjects. */
export async function recordsOf<Value>(
  connection: NatsConnection,
  stream: "ORDERS" | "FILLS",
  ...subjects: string[]
): Promise<readonly { readonly subject: string; readonly record: Value }[]> {
  const found: { subject: string; record: Value }[] = [];
  await replay({
    nats: connection,
    stream,
    subjects,
    from: 1,
    log,
    take: async (subject, records) => {
      found.push(...records.map((record) => ({ subject, record: record as Value })));
    },
  });
  return found;
}

/** @returns the order once it is so */
export async function become(client: Client, orderId: string, is: (order: Order) => boolean): Promise<Order> {
  const { body } = await until(
    `order ${orderId} to become so`,
    15,
    () => client.get(`/${orderId}`),
    ({ body: order }) => is(order),
  );
  return body;
}

export const ready = (port: number): Promise<unknown> =>
  until(
    "oms to be ready",
    30,
    async () => {
      try {
        const { statusCode, body } = await request(`http://127.0.0.1:${port}/health/ready`);
        await body.dump();
        return statusCode;
      } catch {
        return 0;
      }
    },
    (status) => status === 200,
  );
