import { z } from "zod";
import { decimalOf } from "../../../contracts/amounts";
import Big from "big.js";
import type { VenueEvent } from "./venue";

/** Binance writes decimals with trailing zeros, and prices of zero for "none". */
export const binanceDecimal = z
  .string()
  .regex(/^-?\d+(?:\.\d+)?$/)
  .transform((text) => decimalOf(Big(text)));

/**
 * The fields of an executionReport that mean something here.
 * https://developers.binance.com/docs/binance-spot-api-docs/user-data-stream#order-update
 */
export const executionReport = z.object({
  e: z.literal("executionReport"),
  s: z.string(),
  /** Client order id; of a cancel, the cancel's own, and C is the order's. */
  c: z.string(),
  C: z.string(),
  S: z.enum(["BUY", "SELL"]),
  x: z.enum(["NEW", "CANCELED", "REPLACED", "REJECTED", "TRADE", "EXPIRED", "TRADE_PREVENTION"]),
  r: z.string(),
  q: binanceDecimal,
  l: binanceDecimal,
  L: binanceDecimal,
  n: binanceDecimal.nullish(),
  N: z.string().nullish(),
  T: z.int(),
  t: z.int(),
  I: z.int(),
  m: z.boolean(),
});
export type ExecutionReport = z.output<typeof executionReport>;

/** Ids are of the trade, or of the order and its end: what is found by asking has the same as what is told. */
export const fillIdOf = (symbol: string, trade: number): string => `binance-${symbol}-${trade}`;
export const reportIdOf = (orderId: string, what: string): string => `binance:${orderId}:${what}`;

/**
 * @param seq where the feed is, a number that never falls: the venue has none
 * @returns undefined for what says nothing of an order's state
 */
export function eventOf(report: ExecutionReport, account: string, seq: number): VenueEvent | undefined {
  const order_id = report.x === "CANCELED" && report.C !== "" ? report.C : report.c;
  const base = { seq, order_id, symbol: report.s, timestamp: report.T };
  switch (report.x) {
    case "NEW":
      return { ...base, kind: "accepted", report_id: reportIdOf(order_id, "new") };
    case "TRADE":
      return {
        ...base,
        kind: "fill",
        report_id: fillIdOf(report.s, report.t),
        side: report.S,
        account,
        fill: {
          fill_id: fillIdOf(report.s, report.t),
          quantity: report.l,
          price: report.L,
          commission: commissionOf(report),
          liquidity: report.m ? "MAKER" : "TAKER",
        },
      };
    case "CANCELED":
      return { ...base, kind: "cancelled", report_id: reportIdOf(order_id, "end") };
    case "EXPIRED":
    case "TRADE_PREVENTION":
      return { ...base, kind: "expired", report_id: reportIdOf(order_id, "end"), reason: report.r };
    case "REPLACED":
      return {
        ...base,
        kind: "replaced",
        report_id: reportIdOf(order_id, `r${report.I}`),
        quantity: report.q,
      };
    case "REJECTED":
      return { ...base, kind: "rejected", report_id: reportIdOf(order_id, "end"), reason: report.r };
  }
}

/**
 * In the quote currency: a commission taken of what was bought is worth its quantity at the price of the trade. Taken
 * in a third currency (BNB) it has no price here and is told as 0.
 */
export function commissionOf(trade: {
  readonly s: string;
  readonly L: string;
  readonly n?: string | null | undefined;
  readonly N?: string | null | undefined;
}): string {
  const { s: symbol, L: price, n: amount, N: asset } = trade;
  if (!amount || !asset) return "0";
  if (symbol.endsWith(asset)) return amount;
  return symbol.startsWith(asset) ? decimalOf(Big(amount).times(price)) : "0";
}
