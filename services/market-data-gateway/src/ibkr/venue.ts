import { connect, type Socket } from "node:net";
import type { Decimal, Instrument, Tick } from "../../../contracts";
import type { Log } from "../../../kit/log";
import type { Book, Venue, VenueStatus } from "../venue";
import {
  FrameReader,
  HELLO,
  readMessage,
  requestLiveData,
  requestMarketData,
  startApi,
  type TwsEvent,
} from "./wire";

export const IBKR = "ibkr";

export interface IbkrOptions {
  /** Of Trader Workstation or IB Gateway, which must allow connections to its API from here. */
  readonly host: string;
  readonly port: number;
  /** Another than that of every other program at the same Workstation. */
  readonly clientId: number;
  readonly instruments: readonly Instrument[];
  readonly log: Log;
  /** @default 1000, doubled after each failure up to 60 s */
  readonly retryMs?: number;
}

const MAX_RETRY_MS = 60_000;
const CONNECT_MS = 5000;
/** The Workstation lost its own connection; it is back, with and without what was asked for. */
const [LOST, BACK_EMPTY, BACK] = [1100, 1101, 1102] as const;
/** "Market data farm connection is OK" and the like. */
const isNotice = (code: number): boolean => code >= 2100 && code < 2200;

interface Side {
  price?: Decimal | undefined;
  size?: Decimal;
}

interface Course {
  readonly symbol: string;
  readonly bid: Side;
  readonly ask: Side;
  lastSeq: number;
}

/** Trades and quotes of Interactive Brokers. Request ids are places in the list of instruments. */
export class IbkrVenue implements Venue {
  readonly name = IBKR;
  readonly #options: IbkrOptions;
  readonly #courses: readonly Course[];
  #sink: (ticks: readonly Tick[]) => void = () => undefined;
  #socket: Socket | undefined;
  #retry: NodeJS.Timeout | undefined;
  #failures = 0;
  #state: VenueStatus["state"] = "connecting";
  #reason: string | undefined;
  #lastTickAt: number | undefined;
  #stopping = false;

  constructor(options: IbkrOptions) {
    this.#options = options;
    this.#courses = options.instruments.map(({ symbol }) => ({ symbol, bid: {}, ask: {}, lastSeq: -1 }));
  }

  start(sink: (ticks: readonly Tick[]) => void): void {
    this.#sink = sink;
    this.#connect();
  }

  stop(): Promise<void> {
    this.#stopping = true;
    clearTimeout(this.#retry);
    this.#socket?.destroy();
    return Promise.resolve();
  }

  status(): VenueStatus {
    return {
      venue: this.name,
      state: this.#state,
      symbols: this.#courses.map(({ symbol }) => symbol),
      ...(this.#reason === undefined ? {} : { reason: this.#reason }),
      ...(this.#lastTickAt === undefined ? {} : { last_tick_at: this.#lastTickAt }),
    };
  }

  /** The best of each side: more takes a subscription of its own. */
  book(symbol: string): Promise<Book | undefined> {
    const course = this.#courses.find((each) => each.symbol === symbol);
    if (!course || this.#state !== "up") return Promise.resolve(undefined);
    const level = ({ price, size = "0" }: Side) => (price === undefined ? [] : [{ price, size }]);
    const [bids, asks] = [level(course.bid), level(course.ask)];
    return Promise.resolve({
      venue: this.name,
      symbol,
      timestamp: this.#lastTickAt ?? Date.now(),
      bids,
      asks,
    });
  }

  #connect(): void {
    const { host, port, clientId } = this.#options;
    const socket = connect({ host, port });
    const reader = new FrameReader();
    let greeted = false;
    let reason = "the connection was closed";
    this.#socket = socket;
    const fail = (error: Error): void => {
      reason = error.message;
      socket.destroy();
    };
    socket.setTimeout(CONNECT_MS, () => fail(new Error(`no answer within ${CONNECT_MS} ms`)));
    socket.on("connect", () => socket.write(HELLO));
    socket.on("data", (chunk) => {
      try {
        for (const fields of reader.take(chunk)) {
          if (greeted) this.#take(readMessage(fields));
          // the first message is the server's version and the time there
          else socket.write(startApi(clientId));
          greeted = true;
        }
      } catch (error) {
        fail(error as Error);
      }
    });
    socket.on("error", fail);
    socket.on("close", () => this.#lost(reason));
  }

  #take(event: TwsEvent): void {
    switch (event.kind) {
      case "ready":
        // from now on silence means that nobody trades
        this.#socket?.setTimeout(0);
        this.#socket?.setKeepAlive(true, 15_000);
        this.#failures = 0;
        this.#options.log.info("ibkr: connected");
        this.#subscribe();
        return;
      case "error":
        this.#complain(event);
        return;
      case "other":
        return;
      default: {
        const course = this.#courses[event.id];
        if (!course) return;
        if (event.kind === "price") course[event.side].price = event.price;
        else if (event.kind === "size") course[event.side].size = event.size;
        else this.#traded(course, event.price, event.size, event.time);
      }
    }
  }

  #subscribe(): void {
    this.#state = "up";
    this.#reason = undefined;
    this.#socket?.write(requestLiveData());
    this.#options.instruments.forEach((each, id) => this.#socket?.write(requestMarketData(id, each)));
  }

  /** Trades have no number of their own: their time, and one more for each of the same millisecond. */
  #traded(course: Course, price: Decimal, size: Decimal, time: number): void {
    course.lastSeq = Math.max(course.lastSeq + 1, time * 1000);
    this.#lastTickAt = time;
    const { bid, ask, symbol, lastSeq } = course;
    this.#sink([
      {
        venue: this.name,
        symbol,
        price,
        size,
        ...(bid.price === undefined ? {} : { bid: bid.price }),
        ...(ask.price === undefined ? {} : { ask: ask.price }),
        timestamp: time,
        source_seq: lastSeq,
      },
    ]);
  }

  #complain({ id, code, text }: Extract<TwsEvent, { kind: "error" }>): void {
    if (isNotice(code)) return;
    if (code === BACK || code === BACK_EMPTY) {
      this.#options.log.info({ code, text }, "ibkr: the Workstation is connected again");
      this.#state = "up";
      this.#reason = undefined;
      if (code === BACK_EMPTY) this.#subscribe();
      return;
    }
    const symbol = this.#courses[id]?.symbol;
    this.#options.log.warn({ code, text, symbol }, "ibkr: refused");
    this.#reason = `${symbol === undefined ? "" : `${symbol}: `}${text} (${code})`;
    if (code === LOST) this.#state = "unavailable";
  }

  #lost(reason: string): void {
    if (this.#stopping) return;
    this.#failures++;
    // what the Workstation said before it closed is nearer to the cause
    const why = this.#state === "connecting" && this.#reason !== undefined ? this.#reason : reason;
    if (why !== this.#reason || this.#state === "up")
      this.#options.log.warn({ reason: why }, "ibkr: not connected");
    this.#state = "unavailable";
    this.#reason = why;
    const pause = Math.min(
      MAX_RETRY_MS,
      (this.#options.retryMs ?? 1000) * 2 ** Math.min(10, this.#failures - 1),
    );
    this.#retry = setTimeout(() => {
      this.#state = "connecting";
      this.#reason = undefined;
      this.#connect();
    }, pause);
  }
}
