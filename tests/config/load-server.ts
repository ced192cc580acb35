import { createServer, type Server } from "node:https";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type Docker from "dockerode";
import { readContainerFile } from "../../cli/docker/archive";
import { tar } from "../../engine/hermetic/providers/tar";
import { finish } from "../harness/docker";

/** How the platform that is played behaves; a test changes it while it runs. */
export interface Behaviour {
  mode: string;
  state: string;
  /** Of a hundred orders, so many are answered with 503. */
  failing: number;
  /** Milliseconds before each answer. */
  delayMs: number;
}

export interface Order {
  readonly client_order_id: string;
  readonly account: string;
  readonly symbol: string;
  readonly side: string;
  readonly quantity: string;
  readonly order_type: string;
}

/** What a gateway has: its certificate for `localhost`, and the authority that signed it. PEM. */
export interface Leaf {
  readonly cert: string;
  readonly key: string;
  readonly ca: string;
}

const CLIENT = "load";

/** The answers that a load test asks for, over TLS, with what was asked kept. */
export class LoadServer {
  readonly orders: Order[] = [];
  readonly asked = new Map<string, number>();
  readonly behaviour: Behaviour = { mode: "paper", state: "ACTIVE", failing: 0, delayMs: 0 };
  /** Seconds that a token is good for; who comes with an older one is refused. */
  tokenLife = 600;
  readonly #server: Server;
  readonly #tokens = new Map<string, number>();

  private constructor(
    leaf: Leaf,
    readonly secret: string,
  ) {
    this.#server = createServer({ cert: leaf.cert, key: leaf.key }, (request, response) => {
      void this.#answer(request, response);
    });
  }

  /** @param host address of this machine that containers of a network reach */
  static async open(leaf: Leaf, secret: string, host: string): Promise<LoadServer> {
    const server = new LoadServer(leaf, secret);
    await new Promise<void>((resolve) => server.#server.listen(0, host, resolve));
    return server;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get tokens(): number {
    return this.#tokens.size;
  }

  forget(): void {
    this.orders.splice(0);
    this.asked.clear();
    this.#tokens.clear();
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const path = (request.url ?? "/").split("?", 1)[0] ?? "/";
    const key = `${request.method ?? ""} ${path}`;
    this.asked.set(key, (this.asked.get(key) ?? 0) + 1);
    if (this.behaviour.delayMs > 0)
      await new Promise((resolve) => setTimeout(resolve, this.behaviour.delayMs));
    const [status, body] = this.#of(key, path, request, Buffer.concat(chunks).toString("utf8"));
    response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
  }

  #of(key: string, path: string, request: IncomingMessage, body: string): readonly [number, unknown] {
    if (key === "POST /api/auth/token") return this.#token(new URLSearchParams(body));
    if (/^\/(?:api\/[a-z]+\/health|)$/.test(path)) return [200, { status: "ok" }];
    if (path === "/api/orders/openapi.json") return [200, OPENAPI];
    if (path.endsWith("/openapi.json")) return [404, {}];
    const given = /^Bearer (.+)$/.exec(request.headers.authorization ?? "")?.[1] ?? "";
    const expires = this.#tokens.get(given);
    if (expires === undefined || expires < Date.now()) return [401, { error: "token_invalid" }];
    switch (true) {
      case key === "GET /api/live/state":
        return [200, { mode: this.behaviour.mode, kill_switch: { state: this.behaviour.state } }];
      case key === "GET /api/orders/admin":
        return [403, { error: "role_missing" }];
      case key === "GET /api/market/instruments":
        return [200, { instruments: INSTRUMENTS }];
      case key === "POST /api/orders": {
        this.orders.push(JSON.parse(body) as Order);
        return this.orders.length % 100 < this.behaviour.failing ? [503, { error: "not_ready" }] : [201, {}];
      }
      default:
        return [200, {}];
    }
  }

  #token(form: URLSearchParams): readonly [number, unknown] {
    if (form.get("client_id") !== CLIENT || form.get("client_secret") !== this.secret)
      return [401, { error: "invalid_client" }];
    const token = `token-${this.#tokens.size}`;
    this.#tokens.set(token, Date.now() + this.tokenLife * 1000);
    return [200, { access_token: token, expires_in: this.tokenLife }];
  }
}

/** The read that anybody of a role may do stands behind one for admins, and one that wants a parameter. */
const OPENAPI = {
  paths: {
    "/admin": { get: {} },
    "/{order_id}": { get: {} },
    "/search": { get: { parameters: [{ name: "text", required: true }] } },
    "/list": { get: { parameters: [{ name: "limit", required: false }] } },
  },
};
const INSTRUMENTS = [
  { symbol: "AAPL", lot_size: "1", session: "US_EQUITY" },
  { symbol: "BTCUSDT", lot_size: "0.00001", session: "CONTINUOUS" },
  { symbol: "XRPUSDT", lot_size: "0.1", session: "CONTINUOUS" },
];

/** A certificate as the gateways have one, issued by the platform's own program. */
export async function issueLeaf(
  docker: Docker,
  toolbox: string,
  labels: Readonly<Record<string, string>>,
): Promise<Leaf> {
  const container = await docker.createContainer({
    Image: toolbox,
    Cmd: [
      ...["ca", "issue", "--ca-dir", "/ca", "--out", "/tls", "--name", "gateway", "--dns", "localhost"],
      ...["--ip", "127.0.0.1", "--days", "90", "--serial-epoch", "1"],
    ],
    Labels: { ...labels },
    HostConfig: { NetworkMode: "none" },
  });
  try {
    const folder = (name: string) => ({ name, mode: 0o777, content: Buffer.alloc(0), directory: true });
    await container.putArchive(tar([folder("ca"), folder("tls")]), { path: "/" });
    const { code, stderr } = await finish(container);
    if (code !== 0) throw new Error(`no certificate: ${stderr}`);
    const read = async (file: string): Promise<string> =>
      (await readContainerFile(docker, container.id, `/tls/${file}`)) ?? "";
    return { cert: await read("tls.crt"), key: await read("tls.key"), ca: await read("ca.crt") };
  } finally {
    await container.remove({ force: true });
  }
}
