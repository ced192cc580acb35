import { z } from "zod";
import { bar, barInterval, symbol, tick, type Tick } from "../../contracts";
import {
  authenticate,
  authFields,
  connectNats,
  HttpError,
  jwtVerifier,
  milliseconds,
  natsFields,
  orUnavailable,
  queryInteger,
  secret,
  text,
  url,
  wholeNumber,
  type Http,
  type Log,
  type ServiceDefinition,
  type Verify,
} from "../../kit";
import { connectValkey } from "../../kit/valkey";
import { Cache } from "./cache";
import { Feed } from "./feed";

const fields = {
  ...natsFields,
  ...authFields,
  VALKEY_CACHE_URL: url("redis"),
  VALKEY_CACHE_USERNAME: text(),
  VALKEY_CACHE_PASSWORD: secret(),
  /** A price without a successor for so long is called stale. */
  STALE_MS: milliseconds(10_000),
  FLUSH_MS: wholeNumber(10, 10_000).default(100),
  /** Of each interval and symbol. */
  MAX_BARS: wholeNumber(1, 100_000).default(1000),
};

export interface HotCacheParts {
  /** @default the tokens of authn */
  readonly verify?: Verify;
}

export function hotCache(parts: HotCacheParts = {}): ServiceDefinition<typeof fields> {
  return {
    name: "hot-cache",
    version: "0.1.0",
    description:
      "The last quotes and bars of every symbol, for who must not wait: the UI, and history while QuestDB is away.",
    port: 8088,
    config: fields,
    setup: async ({ config, http, log, metrics, health, onStop }) => {
      const valkey = await connectValkey({
        url: config.VALKEY_CACHE_URL,
        username: config.VALKEY_CACHE_USERNAME,
        password: config.VALKEY_CACHE_PASSWORD,
        log,
        health,
      });
      onStop(() => valkey.disconnect());
      const nats = await connectNats({ settings: config, service: "hot-cache", log, health });
      onStop(() => nats.drain());
      const cache = new Cache(valkey, config.MAX_BARS);
      const feed = new Feed({ cache, log, metrics, everyMs: config.FLUSH_MS });
      await feed.start(nats);
      onStop(() => feed.stop());
      authenticate(http, parts.verify ?? jwtVerifier(config.AUTHN_URL));
      addRoutes(http, cache, config.STALE_MS, log);
    },
  };
}

const quote = z
  .strictObject({
    ...tick.shape,
    age_ms: z.int().nonnegative(),
    /** Older than prices are good for: nothing should be decided by it. */
    stale: z.boolean(),
  })
  .meta({ id: "Quote" });

function addRoutes(http: Http, cache: Cache, staleMs: number, log: Log): void {
  const viewer = { role: "viewer" } as const;
  const withAge = (last: Tick) => {
    const age = Math.max(0, Date.now() - last.timestamp);
    return { ...last, age_ms: age, stale: age > staleMs };
  };
  http.get(
    "/quotes",
    {
      config: viewer,
      schema: {
        summary: "The last price of every symbol",
        tags: ["cache"],
        response: { 200: z.object({ quotes: z.array(quote) }) },
      },
    },
    async () => ({ quotes: (await reached(cache.quotes(), log)).map(withAge) }),
  );
  http.get(
    "/quotes/:symbol",
    {
      config: viewer,
      schema: {
        summary: "The last price of a symbol",
        tags: ["cache"],
        params: z.object({ symbol }),
        response: { 200: quote },
      },
    },
    async ({ params }) => {
      const last = await reached(cache.quote(params.symbol), log);
      if (!last) throw new HttpError(404, "not_cached", `No price of ${params.symbol} is held.`);
      return withAge(last);
    },
  );
  http.get(
    "/bars/:interval/:symbol",
    {
      config: viewer,
      schema: {
        summary: "The newest bars, oldest first",
        tags: ["cache"],
        params: z.object({ interval: barInterval, symbol }),
        querystring: z.object({ limit: queryInteger(z.int().min(1).max(10_000)).default(500) }),
        response: { 200: z.object({ bars: z.array(bar) }) },
      },
    },
    async ({ params, query }) => ({
      bars: [...(await reached(cache.bars(params.interval, params.symbol, query.limit), log))],
    }),
  );
}

const reached = <Value>(answer: Promise<Value>, log: Log): Promise<Value> =>
  orUnavailable(answer, {
    log,
    code: "cache_unavailable",
    message: "The cache cannot be read at the moment; try again.",
  });
