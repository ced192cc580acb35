import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { WebSocketServer, type WebSocket } from "ws";

export interface FakeTrade {
  readonly id: number;
  readonly price: string;
  readonly quantity: string;
  readonly time: number;
}

/** Speaks Binance's public protocol: combined streams over one socket, trades and depth over REST. */
export class BinanceServer {
  readonly #http = createServer((request, response) => this.#answer(request, response));
  readonly #sockets = new WebSocketServer({ server: this.#http });
  /** What REST tells of each symbol. */
  readonly trades = new Map<string, readonly FakeTrade[]>();
  readonly streams: string[] = [];
  /** Held back until it is called. */
  beforeTrades: () => Promise<void> = () => Promise.resolve();
  restStatus = 200;

  async listen(port = 0): Promise<number> {
    this.#sockets.on("connection", (_socket, request) => this.streams.push(request.url ?? ""));
    await new Promise<void>((resolve) => this.#http.listen(port, "127.0.0.1", resolve));
    return (this.#http.address() as AddressInfo).port;
  }

  get connections(): readonly WebSocket[] {
    return [...this.#sockets.clients];
  }

  trade(symbol: string, { id, price, quantity, time }: FakeTrade): void {
    this.say(`${symbol.toLowerCase()}@trade`, {
      e: "trade",
      E: time,
      s: symbol,
      t: id,
      p: price,
      q: quantity,
      T: time,
      m: true,
      M: true,
    });
  }

  quote(symbol: string, bid: string, ask: string): void {
    this.say(`${symbol.toLowerCase()}@bookTicker`, { u: 1, s: symbol, b: bid, B: "1.0", a: ask, A: "1.0" });
  }

  say(stream: string, data: unknown): void {
    this.raw(JSON.stringify({ stream, data }));
  }

  raw(text: string): void {
    for (const socket of this.connections) socket.send(text);
  }

  cut(): void {
    for (const socket of this.connections) socket.terminate();
  }

  async close(): Promise<void> {
    this.cut();
    await new Promise((resolve) => this.#http.close(resolve));
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const { pathname, searchParams } = new URL(request.url ?? "/", "http://binance");
    const symbol = searchParams.get("symbol") ?? "";
    const send = (body: unknown): void => {
      response.writeHead(this.restStatus, { "content-type": "application/json" });
      response.end(JSON.stringify(body));
    };
    if (pathname === "/api/v3/depth") {
      send({
        lastUpdateId: 1,
        bids: [
          ["100.10000000", "2.00000000"],
          ["100.00000000", "1.50000000"],
        ],
        asks: [["100.20000000", "0.10000000"]],
      });
    } else if (pathname === "/api/v3/trades") {
      const found = this.trades.get(symbol) ?? [];
      void this.beforeTrades().then(() =>
        send(
          found.map(({ id, price, quantity, time }) => ({
            id,
            price,
            qty: quantity,
            quoteQty: "1",
            time,
            isBuyerMaker: true,
          })),
        ),
      );
    } else {
      response.writeHead(404).end();
    }
  }
}
