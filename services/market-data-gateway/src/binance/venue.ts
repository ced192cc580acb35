import { WebSocket } from "ws";
import type { Decimal, Instrument, Tick } from "../../../contracts";
import { HttpError } from "../../../kit/errors";
import type { Log } from "../../../kit/log";
import type { Book, Venue, VenueStatus } from "../venue";
import { BINANCE, readDepth, readEvent, readTrades, streamsUrl, tickOf, type BinanceTrade } from "./protocol";

export interface BinanceOptions {
  /** wss://stream.binance.com:9443 */
  readonly wsUrl: string;
  /** https://api.binance.com */
  readonly restUrl: string;
  readonly instruments: readonly Instrument[];
  readonly log: Log;
  /** @default 500, doubled after each failure up to 30 s */
  readonly retryMs?: number;
  /** No trade of any symbol and no ping for so long: the connection is dead, whatever TCP says. @default 60000 */
  readonly silenceMs?: number;
}

const MAX_RETRY_MS = 30_000;
const REST_TIMEOUT_MS = 5000;
/** As many as one answer may hold. */
const GAP_TRADES = 1000;
/** What its REST API knows as a number of levels. */
const DEPTHS = [5, 10, 20, 50, 100] as const;

interface Course {
  lastId: number;
  quote: { readonly bid: Decimal; readonly ask: Decimal } | undefined;
  /** What came while the trades before it are asked for. */
  held: BinanceTrade[] | undefined;
}

/** Trades of Binance's public streams, with the quotes of their moment. What an interruption hid is asked for after it. */
export class BinanceVenue implements Venue {
  readonly name = BINANCE;
  readonly #options: BinanceOptions;
  readonly #courses = new Map<string, Course>();
  #sink: (ticks: readonly Tick[]) => void = () => undefined;
  #socket: WebSocket | undefined;
  #retry: NodeJS.Timeout | undefined;
  #silence: NodeJS.Timeout | undefined;
  #failures = 0;
  #state: VenueStatus["state"] = "connecting";
  #reason: string | undefined;
  #lastTickAt: number | undefined;
  #stopping = false;

  constructor(options: BinanceOptions) {
    this.#options = options;
    for (const { symbol } of options.instruments)
      this.#courses.set(symbol, { lastId: -1, quote: undefined, held: undefined });
  }

  start(sink: (ticks: readonly Tick[]) => void): void {
    this.#sink = sink;
    this.#connect();
  }

  stop(): Promise<void> {
    this.#stopping = true;
    clearTimeout(this.#retry);
    clearTimeout(this.#silence);
    this.#socket?.terminate();
    return Promise.resolve();
  }

  status(): VenueStatus {
    return {
      venue: this.name,
      state: this.#state,
      symbols: [...this.#courses.keys()],
      ...(this.#reason === undefined ? {} : { reason: this.#reason }),
      ...(this.#lastTickAt === undefined ? {} : { last_tick_at: this.#lastTickAt }),
    };
  }

  async book(symbol: string, depth: number): Promise<Book | undefined> {
    const limit = DEPTHS.find((each) => each >= depth) ?? DEPTHS[4];
    try {
      const { bids, asks } = readDepth(await this.#ask("depth", { symbol, limit: String(limit) }));
      return {
        venue: this.name,
        symbol,
        timestamp: Date.now(),
        bids: bids.slice(0, depth),
        asks: asks.slice(0, depth),
      };
    } catch (error) {
      this.#options.log.warn({ err: error, symbol }, "binance: no book");
      throw new HttpError(
        503,
        "venue_unavailable",
        "Binance does not answer at the moment; GET /venues says why.",
      );
    }
  }

  #connect(): void {
    const { wsUrl, instruments } = this.#options;
    const socket = new WebSocket(
      streamsUrl(
        wsUrl,
        instruments.map(({ symbol }) => symbol),
      ),
      {
        handshakeTimeout: 5000,
        maxPayload: 1024 * 1024,
      },
    );
    this.#socket = socket;
    let reason = "the connection was closed";
    socket.on("open", () => {
      this.#state = "up";
      this.#reason = undefined;
      this.#failures = 0;
      this.#options.log.info("binance: connected");
      this.#listen();
      for (const [symbol, course] of this.#courses)
        if (course.lastId >= 0) void this.#fillGap(symbol, course);
    });
    socket.on("message", (data: Buffer) => {
      this.#listen();
      this.#take(data.toString("utf8"));
    });
    // ws answers it with the pong that keeps the connection
    socket.on("ping", () => this.#listen());
    socket.on("error", (error) => (reason = error.message || "the connection failed"));
    socket.on("close", () => this.#lost(reason));
  }

  /** They close every connection after a day, so this is no exception. */
  #lost(reason: string): void {
    clearTimeout(this.#silence);
    if (this.#stopping) return;
    this.#failures++;
    if (reason !== this.#reason) this.#options.log.warn({ reason }, "binance: not connected");
    this.#state = "unavailable";
    this.#reason = reason;
    const pause = Math.min(
      MAX_RETRY_MS,
      (this.#options.retryMs ?? 500) * 2 ** Math.min(10, this.#failures - 1),
    );
    this.#retry = setTimeout(() => this.#connect(), pause);
  }

  #listen(): void {
    clearTimeout(this.#silence);
    this.#silence = setTimeout(() => this.#socket?.terminate(), this.#options.silenceMs ?? 60_000);
  }

  #take(message: string): void {
    try {
      const event = readEvent(message);
      if (event.kind === "other") return;
      const course = this.#courses.get(event.kind === "trade" ? event.trade.symbol : event.symbol);
      if (!course) return;
      if (event.kind === "quote") course.quote = { bid: event.bid, ask: event.ask };
      else if (course.held) course.held.push(event.trade);
      else this.#tell(course, [event.trade], course.quote);
    } catch (error) {
      this.#options.log.warn(
        { err: error, message: message.slice(0, 300) },
        "binance: not understood, left out",
      );
    }
  }

  /** In the order of their ids, each once. */
  #tell(course: Course, trades: readonly BinanceTrade[], quote: Course["quote"]): void {
    const ticks = trades.flatMap((trade) => {
      if (trade.id <= course.lastId) return [];
      course.lastId = trade.id;
      return [tickOf(trade, quote)];
    });
    this.#lastTickAt = ticks.at(-1)?.timestamp ?? this.#lastTickAt;
    if (ticks.length > 0) this.#sink(ticks);
  }

  async #fillGap(symbol: string, course: Course): Promise<void> {
    const { log } = this.#options;
    const held: BinanceTrade[] = [];
    course.held = held;
    let missed: readonly BinanceTrade[] = [];
    try {
      const all = readTrades(symbol, await this.#ask("trades", { symbol, limit: String(GAP_TRADES) }));
      missed = all.filter(({ id }) => id > course.lastId);
      if (missed.length === all.length)
        log.warn({ symbol, after: course.lastId }, "binance: more was missed than can be asked for");
    } catch (error) {
      log.warn({ err: error, symbol }, "binance: what was missed cannot be asked for");
    }
    // a connection that was lost meanwhile has a gap of its own now
    if (course.held === held) course.held = undefined;
    // nobody knows the quotes of then
    this.#tell(course, [...missed, ...held], undefined);
  }

  async #ask(path: string, query: Readonly<Record<string, string>>): Promise<unknown> {
    const response = await fetch(
      `${this.#options.restUrl}/api/v3/${path}?${new URLSearchParams(query).toString()}`,
      {
        redirect: "error",
        signal: AbortSignal.timeout(REST_TIMEOUT_MS),
      },
    );
    if (!response.ok)
      throw new Error(`binance answered ${response.status}: ${(await response.text()).slice(0, 200)}`);
    return response.json();
  }
}
