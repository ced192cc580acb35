import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { jetstream } from "@nats-io/jetstream";
import type { NatsConnection } from "@nats-io/nats-core";
import type { Fill, Order } from "../../../services/contracts";
import { subjects } from "../../../services/contracts";
import type { Caller } from "../../../services/kit/auth";
import type { RunningService } from "../../../services/kit/service";
import { until } from "../../harness/docker";
import { startNats, startValkey, type Store } from "../stores";

/** Real stores, a policy that decides as it is told, and settings for services that use them. */
export interface World {
  readonly nats: Awaited<ReturnType<typeof startNats>>;
  readonly valkey: Store;
  readonly connection: NatsConnection;
  readonly policy: Policy;
  readonly env: Record<string, string>;
  readonly close: () => Promise<void>;
}

export async function startWorld(name: string): Promise<World> {
  const [nats, valkey] = await Promise.all([startNats(name), startValkey(name)]);
  const connection = await nats.connect();
  const policy = await Policy.start();
  const folder = mkdtempSync(join(tmpdir(), "t26-ledgers-"));
  const password = join(folder, "password");
  writeFileSync(password, "none");
  return {
    nats,
    valkey,
    connection,
    policy,
    env: {
      HTTP_HOST: "127.0.0.1",
      HTTP_PORT: "0",
      LOG_LEVEL: "error",
      DRAIN_DELAY_MS: "0",
      AUTHN_URL: "http://127.0.0.1:1",
      NATS_URL: `nats://127.0.0.1:${nats.port}`,
      NATS_USERNAME: name,
      NATS_PASSWORD_FILE: password,
      VALKEY_STATE_URL: `redis://127.0.0.1:${valkey.port}`,
      VALKEY_STATE_USERNAME: "default",
      VALKEY_STATE_PASSWORD_FILE: password,
      OPA_URL: `http://127.0.0.1:${policy.port}`,
      OPA_PASSWORD_FILE: password,
    },
    close: async () => {
      await policy.stop();
      await connection.close();
      await Promise.all([nats.close(), valkey.close()]);
      rmSync(folder, { recursive: true });
    },
  };
}

export class Policy {
  decide: (input: Readonly<Record<string, unknown>>) => unknown = () => ({ result: true });
  readonly asked: unknown[] = [];
  readonly #server: Server;

  private constructor() {
    this.#server = createServer((request, response) => {
      let body = "";
      request.on("data", (chunk: Buffer) => (body += chunk.toString()));
      request.on("end", () => {
        const { input } = JSON.parse(body) as { readonly input: Record<string, unknown> };
        this.asked.push([request.url, request.headers.authorization, input]);
        response.end(JSON.stringify(this.decide(input)));
      });
    });
  }

  static async start(): Promise<Policy> {
    const policy = new Policy();
    await new Promise<void>((resolve) => policy.#server.listen(0, "127.0.0.1", resolve));
    return policy;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

/** Tokens of the tests: `<name>/<role>/<account>`; `*` is all accounts. */
export function verify(token: string): Promise<Caller> {
  const [subject = "", role = "viewer", account = "all"] = token.split("/");
  const accounts = [account === "all" ? "*" : account];
  return Promise.resolve({ subject, kind: "user", role, accounts } as Caller);
}

export interface Answer {
  readonly status: number;
  readonly body: unknown;
  readonly etag: string | null;
}

export async function call(
  service: RunningService,
  path: string,
  options: {
    readonly token?: string;
    readonly method?: string;
    readonly body?: unknown;
    readonly match?: string;
  } = {},
): Promise<Answer> {
  const { token = "ann/admin/all", method = "GET", body, match } = options;
  const response = await fetch(`http://127.0.0.1:${service.port}${path}`, {
    method,
    headers: {
      authorization: `Bearer ${token}`,
      connection: "close",
      ...(body === undefined ? {} : { "content-type": "application/json" }),
      ...(match === undefined ? {} : { "if-match": match }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: response.status, body: await response.json(), etag: response.headers.get("etag") };
}

export const ready = (service: RunningService): Promise<unknown> =>
  until(
    `${service.name} to be ready`,
    20,
    async () => (await service.health.ready()).status,
    (status) => status === "ok",
  );

let said = 0;

/** Writes records into a stream, as the OMS does. */
export async function write(nats: NatsConnection, subject: string, ...records: unknown[]): Promise<void> {
  await jetstream(nats).publish(subject, JSON.stringify(records), { msgID: `test-${++said}` });
}

export const confirm = (nats: NatsConnection, order: Order, fill: Fill): Promise<void> =>
  write(nats, subjects.fills.confirmed, { fill, order });

export async function tick(nats: NatsConnection, symbol: string, price: string): Promise<void> {
  const record = { venue: "prism", symbol, price, size: "1", timestamp: Date.now(), source_seq: ++said };
  nats.publish(subjects.tick(symbol), JSON.stringify([record]));
  await nats.flush();
}
