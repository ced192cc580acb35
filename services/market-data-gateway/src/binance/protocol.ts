import Big from "big.js";
import { z } from "zod";
import { decimalOf, type Decimal, type Tick } from "../../../contracts";

/**
 * What Binance says over its public market streams and REST API (Binance Spot API documentation, "WebSocket Streams"
 * and "Market Data endpoints"). Names of fields are theirs, one letter each.
 */
export const BINANCE = "binance";

/** Theirs have eight digits after the point, whatever the tick. */
const amount = z
  .string()
  .regex(/^\d{1,20}(\.\d{1,18})?$/)
  .transform((value): Decimal => decimalOf(Big(value)));

const trade = z.object({
  e: z.literal("trade"),
  s: z.string(),
  /** Trade id: grows by one with each trade of a symbol. */
  t: z.int().nonnegative(),
  p: amount,
  q: amount,
  /** When it was traded, ms. */
  T: z.int().positive(),
});

/** Best bid and ask, told when they change. It has no name of its own. */
const bookTicker = z.object({ u: z.int(), s: z.string(), b: amount, a: amount });

/** The streams of several symbols over one connection. */
const envelope = z.object({ stream: z.string(), data: z.unknown() });

export type BinanceEvent =
  | { readonly kind: "trade"; readonly trade: BinanceTrade }
  | { readonly kind: "quote"; readonly symbol: string; readonly bid: Decimal; readonly ask: Decimal }
  | { readonly kind: "other" };

export interface BinanceTrade {
  readonly symbol: string;
  readonly id: number;
  readonly price: Decimal;
  readonly quantity: Decimal;
  readonly time: number;
}

export function streamsUrl(base: string, symbols: readonly string[]): string {
  const names = symbols.flatMap((symbol) => [
    `${symbol.toLowerCase()}@trade`,
    `${symbol.toLowerCase()}@bookTicker`,
  ]);
  return `${base}/stream?streams=${names.join("/")}`;
}

/** @throws when it is not JSON of one of the streams that were asked for */
export function readEvent(message: string): BinanceEvent {
  const { stream, data } = envelope.parse(JSON.parse(message));
  if (stream.endsWith("@trade")) {
    const { s, t, p, q, T } = trade.parse(data);
    return { kind: "trade", trade: { symbol: s, id: t, price: p, quantity: q, time: T } };
  }
  if (stream.endsWith("@bookTicker")) {
    const { s, b, a } = bookTicker.parse(data);
    return { kind: "quote", symbol: s, bid: b, ask: a };
  }
  return { kind: "other" };
}

/** GET /api/v3/trades: the newest, oldest first. */
const restTrades = z.array(z.object({ id: z.int(), price: amount, qty: amount, time: z.int().positive() }));

export function readTrades(symbol: string, body: unknown): readonly BinanceTrade[] {
  return restTrades
    .parse(body)
    .map(({ id, price, qty, time }) => ({ symbol, id, price, quantity: qty, time }));
}

const depth = z.object({
  bids: z.array(z.tuple([amount, amount])),
  asks: z.array(z.tuple([amount, amount])),
});

/** GET /api/v3/depth */
export function readDepth(body: unknown) {
  const levels = (side: readonly (readonly [Decimal, Decimal])[]) =>
    side.map(([price, size]) => ({ price, size }));
  const { bids, asks } = depth.parse(body);
  return { bids: levels(bids), asks: levels(asks) };
}

export function tickOf(
  { symbol, id, price, quantity, time }: BinanceTrade,
  quote: { readonly bid: Decimal; readonly ask: Decimal } | undefined,
): Tick {
  return {
    venue: BINANCE,
    symbol,
    price,
    size: quantity,
    // an empty side is told as 0
    ...(quote && Number(quote.bid) > 0 && Number(quote.ask) > 0 ? { bid: quote.bid, ask: quote.ask } : {}),
    timestamp: time,
    source_seq: id,
  };
}
