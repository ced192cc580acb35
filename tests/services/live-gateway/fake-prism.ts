import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

interface Placed {
  readonly order_id: string;
  readonly symbol: string;
  readonly side: "BUY" | "SELL";
  readonly quantity: string;
  readonly order_type: string;
  readonly account: string;
  status: "ACCEPTED" | "FILLED" | "CANCELLED";
}

type Body = Readonly<Record<string, readonly Readonly<Record<string, string>>[]>>;

/**
 * The venue's protocol, without a market: a MARKET order is filled at once at 100, others rest. What it did survives
 * whoever asks; how often it was asked is counted.
 */
export class FakePrism {
  readonly orders = new Map<string, Placed>();
  readonly submitted = new Map<string, number>();
  queries = 0;
  readonly #events: string[] = [];
  readonly #readers = new Set<ServerResponse>();
  readonly #server: Server;
  /** It stores orders, and says nothing: no answer, no event. */
  silent = false;
  /** Refuses to serve at all. */
  down = false;
  #heart: NodeJS.Timeout | undefined;

  constructor() {
    this.#server = createServer((request, response) => void this.#serve(request, response));
  }

  async listen(): Promise<number> {
    await new Promise<void>((resolve) => this.#server.listen(0, "127.0.0.1", resolve));
    this.#heart = setInterval(() => this.#readers.forEach((reader) => reader.write("\n")), 300);
    return (this.#server.address() as AddressInfo).port;
  }

  close(): void {
    clearInterval(this.#heart);
    this.#server.closeAllConnections();
    this.#server.close();
  }

  open(): readonly Placed[] {
    return [...this.orders.values()].filter(({ status }) => status === "ACCEPTED");
  }

  net(account: string, symbol: string): number {
    return [...this.orders.values()]
      .filter((order) => order.status === "FILLED" && order.account === account && order.symbol === symbol)
      .reduce((sum, { side, quantity }) => sum + (side === "BUY" ? Number(quantity) : -Number(quantity)), 0);
  }

  /** Somebody takes the other side of a resting order. */
  fill(orderId: string): void {
    const order = this.orders.get(orderId);
    if (order?.status !== "ACCEPTED") return;
    order.status = "FILLED";
    const n = this.#events.length + 1;
    const { quantity } = order;
    const fill = { fill_id: `prism-${n}`, quantity, price: "100", commission: "0.01", liquidity: "TAKER" };
    this.#tell("fill", order, { fill });
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname, searchParams } = new URL(request.url ?? "/", "http://prism");
    let text = "";
    for await (const part of request) text += String(part);
    if (this.down) return void request.socket.destroy();
    if (request.headers.authorization !== `Basic ${Buffer.from("live-gateway:venue").toString("base64")}`) {
      return void response.writeHead(401).end();
    }
    const body = (text === "" ? {} : JSON.parse(text)) as Body;
    const answer = (value: unknown, status = 200) =>
      void response.writeHead(status).end(JSON.stringify(value));
    if (pathname === "/v1/executions") return this.#follow(Number(searchParams.get("after") ?? 0), response);
    if (pathname === "/v1/orders" && request.method === "POST") {
      const results = (body["orders"] ?? []).map((order) => this.#submit(order as unknown as Placed));
      return this.silent ? undefined : answer({ results });
    }
    if (pathname === "/v1/orders") return answer({ orders: this.open().map(stateOf) });
    if (pathname.startsWith("/v1/orders/")) {
      this.queries += 1;
      const order = this.orders.get(pathname.slice(11));
      return order ? answer(stateOf(order)) : answer({}, 404);
    }
    if (pathname === "/v1/cancels") {
      return answer({
        results: (body["cancels"] ?? []).map(({ order_id = "", request_id }) =>
          this.#cancel(order_id, request_id),
        ),
      });
    }
    if (pathname === "/v1/cancel-all") {
      const open = this.open();
      open.forEach(({ order_id }) => this.#cancel(order_id, undefined));
      return answer({ cancelled: open.length });
    }
    if (pathname === "/v1/positions") return answer({ positions: this.#positions() });
    if (pathname.startsWith("/v1/book/"))
      return answer({ bids: [], asks: [{ price: "100", quantity: "1" }] });
    answer({}, 404);
  }

  #submit(asked: Placed): { order_id: string; outcome: string } {
    const { order_id } = asked;
    this.submitted.set(order_id, (this.submitted.get(order_id) ?? 0) + 1);
    if (this.orders.has(order_id)) return { order_id, outcome: "duplicate" };
    const order: Placed = { ...asked, status: "ACCEPTED" };
    this.orders.set(order_id, order);
    this.#tell("accepted", order, {});
    if (order.order_type === "MARKET") this.fill(order_id);
    return { order_id, outcome: "accepted" };
  }

  #cancel(order_id: string, request_id: string | undefined) {
    const order = this.orders.get(order_id);
    if (order?.status !== "ACCEPTED") {
      if (order) this.#tell("cancelRejected", order, { request_id, reason: "not open" });
      return { order_id, request_id, outcome: "rejected", reason: "not open" };
    }
    order.status = "CANCELLED";
    this.#tell("cancelled", order, { request_id });
    return { order_id, request_id, outcome: "done" };
  }

  #positions() {
    const keys = new Set([...this.orders.values()].map(({ account, symbol }) => `${account} ${symbol}`));
    return [...keys].map((key) => {
      const [account = "", symbol = ""] = key.split(" ");
      return { account, symbol, quantity: String(this.net(account, symbol)) };
    });
  }

  #tell(kind: string, { order_id, symbol, side, account }: Placed, more: object): void {
    const seq = this.#events.length + 1;
    const line = `${JSON.stringify({ seq, kind, order_id, symbol, side, account, timestamp: Date.now(), ...more })}\n`;
    this.#events.push(line);
    if (!this.silent) this.#readers.forEach((reader) => reader.write(line));
  }

  #follow(after: number, response: ServerResponse): void {
    response.writeHead(200, { "content-type": "application/x-ndjson" });
    response.write(this.#events.slice(after).join("") || "\n");
    this.#readers.add(response);
    response.on("close", () => this.#readers.delete(response));
  }
}

function stateOf(order: Placed) {
  const done = order.status === "FILLED";
  const { quantity } = order;
  return { ...order, filled_quantity: done ? quantity : "0", remaining_quantity: done ? "0" : quantity };
}
