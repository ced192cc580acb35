import { createServer, type Server } from "node:http";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { WebSocket } from "ws";
import { HttpError, startService, type Caller, type RunningService } from "../../../services/kit";
import { liveUpdates } from "../../../services/live-updates/src/service";
import { until } from "../../harness/docker";

/** What the OMS, P&L, risk and authn answer, by path. */
export interface Owners {
  readonly answers: Map<string, unknown>;
  readonly asked: string[];
  readonly url: string;
  readonly server: Server;
}

export async function startOwners(): Promise<Owners> {
  const answers = new Map<string, unknown>([
    ["/authn/token", { access_token: "a-service-token", token_type: "Bearer", expires_in: 600 }],
    ["/oms/", { orders: [] }],
    ["/pnl/", []],
    ["/pnl/positions", []],
    ["/risk/state", { state: "ACTIVE", why: "", durable: true, drawdown_halts: [] }],
    ["/risk/alerts", []],
  ]);
  const asked: string[] = [];
  const server = createServer((request, response) => {
    const { pathname, search } = new URL(request.url ?? "", "http://here");
    asked.push(`${pathname}${search}`);
    const answer = answers.get(pathname);
    const allowed =
      pathname.startsWith("/authn") || request.headers.authorization === "Bearer a-service-token";
    response.writeHead(answer === undefined ? 503 : allowed ? 200 : 401, {
      "content-type": "application/json",
    });
    response.end(JSON.stringify(answer ?? {}));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { answers, asked, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, server };
}

const callers: Readonly<Record<string, Caller>> = {
  ann: { subject: "ann", kind: "user", role: "viewer", accounts: ["main"] },
  root: { subject: "root", kind: "user", role: "admin", accounts: ["*"] },
};

export interface Live {
  readonly service: RunningService;
  readonly base: string;
  readonly close: () => Promise<void>;
}

export async function startLive(
  natsPort: number,
  owners: Owners,
  more: Readonly<Record<string, string>> = {},
): Promise<Live> {
  const dir = mkdtempSync(join(tmpdir(), "t26-live-"));
  writeFileSync(join(dir, "password"), "a password");
  const verify = (token: string): Promise<Caller> => {
    const caller = callers[token];
    return caller
      ? Promise.resolve(caller)
      : Promise.reject(new HttpError(401, "token_invalid", "The token is not valid."));
  };
  const service = await startService(liveUpdates({ verify }), {
    HTTP_HOST: "127.0.0.1",
    HTTP_PORT: "0",
    LOG_LEVEL: "error",
    DRAIN_DELAY_MS: "0",
    NATS_URL: `nats://127.0.0.1:${natsPort}`,
    NATS_USERNAME: "live-updates",
    NATS_PASSWORD_FILE: join(dir, "password"),
    AUTHN_URL: `${owners.url}/authn`,
    AUTHN_PASSWORD_FILE: join(dir, "password"),
    OMS_URL: `${owners.url}/oms`,
    PNL_URL: `${owners.url}/pnl`,
    RISK_URL: `${owners.url}/risk`,
    ...more,
  });
  const base = `http://127.0.0.1:${service.port}`;
  await until(
    "it to be ready",
    20,
    async () => (await fetch(`${base}/health/ready`)).status,
    (status) => status === 200,
  );
  return {
    service,
    base,
    close: async () => {
      await service.stop();
      rmSync(dir, { recursive: true });
    },
  };
}

export interface Told {
  readonly type: string;
  readonly channel?: string;
  readonly seq?: number;
  readonly reset?: boolean;
  readonly error?: string;
  readonly data?: unknown;
}

export interface Client {
  readonly socket: WebSocket;
  readonly told: Told[];
  readonly say: (message: unknown) => void;
  /** The next thing told that is like this, which nobody has waited for yet. */
  readonly next: (like: Partial<Told>) => Promise<Told>;
  readonly closed: Promise<number>;
}

export async function ticketOf(live: Live, who: string): Promise<string> {
  const response = await fetch(`${live.base}/ws/ticket`, {
    method: "POST",
    headers: { authorization: `Bearer ${who}` },
  });
  if (response.status !== 201) throw new Error(`${response.status} ${await response.text()}`);
  return ((await response.json()) as { ticket: string }).ticket;
}

export async function openClient(live: Live, who: string): Promise<Client> {
  const url = `${live.base.replace("http", "ws")}/ws?ticket=${await ticketOf(live, who)}`;
  const socket = new WebSocket(url);
  const told: Told[] = [];
  const seen = new Set<Told>();
  socket.on("message", (data: Buffer) => told.push(JSON.parse(data.toString()) as Told));
  const closed = new Promise<number>((resolve) => socket.once("close", resolve));
  await new Promise<void>((resolve, reject) => socket.once("open", resolve).once("error", reject));
  const isLike = (each: Told, like: Partial<Told>): boolean =>
    Object.entries(like).every(([key, value]) => each[key as keyof Told] === value);
  const next = async (like: Partial<Told>): Promise<Told> => {
    const find = () => told.find((each) => !seen.has(each) && isLike(each, like));
    const found = await until(`something like ${JSON.stringify(like)}`, 10, async () => find(), Boolean);
    if (!found) throw new Error("not told");
    seen.add(found);
    return found;
  };
  return { socket, told, say: (message) => socket.send(JSON.stringify(message)), next, closed };
}

export function subscribe(client: Client, channel: string, after?: number): void {
  client.say({ op: "subscribe", channels: [{ channel, ...(after === undefined ? {} : { after }) }] });
}
