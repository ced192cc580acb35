import { z } from "zod";
import {
  bar,
  barInterval,
  instrument,
  instrumentOf,
  instruments,
  nextOpen,
  sessionAt,
  sessionName,
  symbol,
  timestampMs,
  type Instrument,
} from "../../contracts";
import { HttpError, queryInteger, refusals, type Http, type Log } from "../../kit";
import type { BarQuery, BarSource } from "./history";
import { quote, type Quotes } from "./quotes";
import { book, venueStatus, type Venue } from "./venue";

export interface MarketApi {
  readonly quotes: Quotes;
  readonly venues: readonly Venue[];
  readonly history: BarSource;
  /** Asked when `history` does not answer. */
  readonly recent: BarSource | undefined;
  readonly log: Log;
}

const viewer = { role: "viewer" } as const;
const tags = ["market"];
const bySymbol = z.object({ symbol });

const session = z
  .strictObject({
    symbol,
    session: sessionName,
    open: z.boolean(),
    opens_at: timestampMs,
    closes_at: timestampMs,
    /** The first opening after now. */
    next_open: timestampMs,
  })
  .meta({ id: "Session" });

const historyQuery = z.object({
  interval: barInterval.default("1m"),
  from: queryInteger(timestampMs).optional(),
  to: queryInteger(timestampMs).optional(),
  limit: queryInteger(z.int().min(1).max(10_000)).default(500),
});

export function addRoutes(http: Http, api: MarketApi): void {
  addQuotes(http, api);
  addBook(http, api);
  addHistory(http, api);
  http.get(
    "/instruments",
    {
      config: viewer,
      schema: {
        summary: "What is traded here",
        tags,
        response: { 200: z.object({ instruments: z.array(instrument) }) },
      },
    },
    () => ({ instruments: [...instruments] }),
  );
  http.get(
    "/sessions/:symbol",
    {
      config: viewer,
      schema: { summary: "When it trades", tags, params: bySymbol, response: { 200: session } },
    },
    ({ params }) => {
      const { symbol: name, session: hours } = known(params.symbol);
      const now = Date.now();
      const { open, opensAt, closesAt } = sessionAt(hours, now);
      return {
        symbol: name,
        session: hours,
        open,
        opens_at: opensAt,
        closes_at: closesAt,
        next_open: nextOpen(hours, now),
      };
    },
  );
  http.get(
    "/venues",
    {
      config: viewer,
      schema: {
        summary: "Where prices come from, and how those places are",
        tags,
        response: { 200: z.object({ venues: z.array(venueStatus) }) },
      },
    },
    () => ({ venues: api.venues.map((venue) => venue.status()) }),
  );
}

function addQuotes(http: Http, { quotes }: MarketApi): void {
  http.get(
    "/quote/:symbol",
    {
      config: viewer,
      schema: { summary: "The last price of a symbol", tags, params: bySymbol, response: { 200: quote } },
    },
    ({ params }) => {
      const { symbol: name } = known(params.symbol);
      const found = quotes.of(name, Date.now());
      if (!found) throw new HttpError(404, "no_quote", `No price of ${name} has come yet.`);
      return found;
    },
  );
  http.get(
    "/quotes",
    {
      config: viewer,
      schema: {
        summary: "The last prices of several symbols, or of all",
        tags,
        querystring: z.object({ symbols: z.string().max(2000).optional() }),
        // of symbols that are not traded here
        response: { 200: z.object({ quotes: z.array(quote) }), ...refusals(404) },
      },
    },
    ({ query }) => {
      const now = Date.now();
      if (query.symbols === undefined) return { quotes: [...quotes.all(now)] };
      const asked = new Set(query.symbols.split(",").map((name) => known(name.trim()).symbol));
      return { quotes: [...asked].flatMap((name) => quotes.of(name, now) ?? []) };
    },
  );
}

function addBook(http: Http, { venues }: MarketApi): void {
  http.get(
    "/book/:symbol",
    {
      config: viewer,
      schema: {
        summary: "What can be traded at which price",
        tags,
        params: bySymbol,
        querystring: z.object({ depth: queryInteger(z.int().min(1).max(100)).default(10) }),
        response: { 200: book },
      },
    },
    async ({ params, query }) => {
      const { symbol: name } = known(params.symbol);
      const venue = venues.find((each) => each.status().symbols.includes(name));
      const found = await venue?.book(name, query.depth);
      if (!found)
        throw new HttpError(
          404,
          "no_book",
          `There is no book of ${name} now; /sessions/${name} says when it trades.`,
        );
      return found;
    },
  );
}

function addHistory(http: Http, api: MarketApi): void {
  http.get(
    "/history/:symbol",
    {
      config: viewer,
      schema: {
        summary: "Bars, oldest first",
        tags,
        params: bySymbol,
        querystring: historyQuery,
        response: { 200: z.object({ source: z.enum(["questdb", "hot-cache"]), bars: z.array(bar) }) },
      },
    },
    async ({ params, query, headers }) => {
      const { from, to } = query;
      if (from !== undefined && to !== undefined && from >= to)
        throw new HttpError(400, "empty_range", `from ${from} is not before to ${to}.`);
      return historyOf(api, { ...query, symbol: known(params.symbol).symbol }, headers.authorization);
    },
  );
}

async function historyOf(
  { history, recent, log }: MarketApi,
  query: BarQuery,
  authorization: string | undefined,
) {
  try {
    return { source: "questdb" as const, bars: [...(await history(query))] };
  } catch (error) {
    log.warn({ err: error }, recent ? "no answer from QuestDB, asking hot-cache" : "no answer from QuestDB");
  }
  try {
    if (recent) return { source: "hot-cache" as const, bars: [...(await recent(query, authorization))] };
  } catch (error) {
    log.warn({ err: error }, "no answer from hot-cache either");
  }
  throw new HttpError(503, "history_unavailable", "Bars cannot be read at the moment; try again.");
}

function known(name: string): Instrument {
  const found = instrumentOf(name);
  if (found) return found;
  throw new HttpError(404, "unknown_symbol", `${name} is not traded here; GET /instruments lists what is.`);
}
