import Big from "big.js";
import { z } from "zod";
import { bar, decimalOf, type Bar, type BarInterval } from "../../contracts";
import type { Secret } from "../../kit";
import { basicAuth } from "../../kit/outgoing";

/** Which bars: from `from`, before `to`, the newest `limit` of them. */
export interface BarQuery {
  readonly symbol: string;
  readonly interval: BarInterval;
  readonly from?: number | undefined;
  readonly to?: number | undefined;
  readonly limit: number;
}

/** @returns bars, oldest first. @throws when it cannot be asked */
export type BarSource = (query: BarQuery, authorization?: string) => Promise<readonly Bar[]>;

const TIMEOUT_MS = 3000;

/** QuestDB did not answer, or refused. */
export class HistoryError extends Error {
  override readonly name = "HistoryError";
}

const text = z.string();
/** timestamp, venue, open, high, low, close, volume, trades */
const answer = z.object({
  dataset: z.array(z.tuple([text, text, text, text, text, text, text, z.number()])),
});

export interface QuestdbSettings {
  readonly QUESTDB_URL: string;
  readonly QUESTDB_USERNAME: string;
  readonly QUESTDB_PASSWORD: Secret;
}

/** Bars from the table that questdb-writer fills. Only ever a SELECT. */
export function questdbBars(settings: QuestdbSettings): BarSource {
  const { QUESTDB_URL, QUESTDB_USERNAME, QUESTDB_PASSWORD } = settings;
  const headers = basicAuth(QUESTDB_USERNAME, QUESTDB_PASSWORD);
  return async (query) => {
    const response = await fetch(
      `${QUESTDB_URL}/exec?${new URLSearchParams({ query: statementOf(query) }).toString()}`,
      {
        headers,
        redirect: "error",
        signal: AbortSignal.timeout(TIMEOUT_MS),
      },
    );
    if (!response.ok)
      throw new HistoryError(`QuestDB answered ${response.status}: ${(await response.text()).slice(0, 300)}`);
    const { dataset } = answer.parse(await response.json());
    return dataset.map((row) => barOf(query, row)).reverse();
  };
}

/** Everything from outside is a number or goes through {@link quote}. */
export function statementOf({ symbol, interval, from, to, limit }: BarQuery): string {
  const conditions = [
    `symbol = ${quote(symbol)}`,
    `"interval" = ${quote(interval)}`,
    ...(from === undefined ? [] : [`timestamp >= ${micros(from)}`]),
    ...(to === undefined ? [] : [`timestamp < ${micros(to)}`]),
  ];
  return (
    "SELECT timestamp, venue, open, high, low, close, volume, trades FROM bars " +
    `WHERE ${conditions.join(" AND ")} ORDER BY timestamp DESC LIMIT ${whole(limit)}`
  );
}

type Row = z.output<typeof answer>["dataset"][number];

function barOf({ symbol, interval }: BarQuery, row: Row): Bar {
  const [timestamp, venue, open, high, low, close, volume, trades] = row;
  return bar.parse({
    venue,
    symbol,
    interval,
    open: canonical(open),
    high: canonical(high),
    low: canonical(low),
    close: canonical(close),
    volume: canonical(volume),
    trades,
    timestamp: Date.parse(timestamp),
  });
}

/** The store shows all 18 digits after the point. */
const canonical = (value: string): string => decimalOf(Big(value));

function quote(value: string): string {
  return `'${value.replaceAll("'", "''")}'`;
}

/** Microseconds, as the column counts. */
const micros = (ms: number): string => `${whole(ms)}000`;

function whole(value: number): string {
  if (!Number.isSafeInteger(value) || value < 0)
    throw new RangeError(`${value} is no whole number of zero or more`);
  return String(value);
}

const cached = z.object({ bars: z.array(bar) });

/** The newest bars from hot-cache, in the name of who asks: for when QuestDB does not answer. */
export function hotCacheBars(url: string): BarSource {
  return async ({ symbol, interval, from, to, limit }, authorization) => {
    const response = await fetch(`${url}/bars/${interval}/${encodeURIComponent(symbol)}?limit=1000`, {
      headers: authorization === undefined ? {} : { authorization },
      redirect: "error",
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    if (!response.ok) throw new HistoryError(`hot-cache answered ${response.status}`);
    const { bars } = cached.parse(await response.json());
    return bars
      .filter(({ timestamp }) => timestamp >= (from ?? 0) && timestamp < (to ?? Infinity))
      .slice(-limit);
  };
}
