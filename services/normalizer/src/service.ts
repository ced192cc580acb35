import type { NatsConnection } from "@nats-io/nats-core";
import { z } from "zod";
import { bar, barInterval, batchOf, identifier, symbol, tick, type Bar } from "../../contracts";
import {
  authenticate,
  authFields,
  connectNats,
  consume,
  HttpError,
  jwtVerifier,
  milliseconds,
  natsFields,
  Publisher,
  type Http,
  type Log,
  type ServiceDefinition,
  type Verify,
} from "../../kit";
import { connectValkey, valkeyStateFields } from "../../kit/valkey";
import { keyOf } from "./bar-state";
import { Normalizer } from "./normalizer";
import { periodOf } from "./period";
import { Store } from "./store";

const fields = {
  ...natsFields,
  ...authFields,
  ...valkeyStateFields,
  /** How much older than the newest of its symbol a tick may be and still count. */
  BAR_LATENESS_MS: milliseconds(300_000),
  /** How much longer than its period a bar waits for ticks of symbols that are told late. */
  BAR_GRACE_MS: milliseconds(500),
  /** Without any tick for so long, bars are closed by the clock. */
  BAR_IDLE_MS: milliseconds(2000),
};

const BEAT_MS = 250;
const FORGET_MS = 10_000;
const ticksOnly = batchOf(tick);

export interface NormalizerParts {
  /** @default the tokens of authn */
  readonly verify?: Verify;
}

export function normalizer(parts: NormalizerParts = {}): ServiceDefinition<typeof fields> {
  return {
    name: "normalizer",
    version: "0.1.0",
    description: "Ticks to bars of a second up to a day.",
    port: 8091,
    config: fields,
    setup: async ({ config, http, log, metrics, health, onStop }) => {
      const valkey = await connectValkey({
        url: config.VALKEY_STATE_URL,
        username: config.VALKEY_STATE_USERNAME,
        password: config.VALKEY_STATE_PASSWORD,
        log,
        health,
      });
      onStop(() => valkey.disconnect());
      const nats = await connectNats({ settings: config, service: "normalizer", log, health });
      onStop(() => nats.drain());
      const bars = new BarPublisher(nats, log);
      onStop(() => bars.drain());
      const work = new Normalizer({
        store: new Store(valkey),
        publish: (subject, value, id) => bars.publish(subject, value, id),
        log,
        metrics,
        latenessMs: config.BAR_LATENESS_MS,
        graceMs: config.BAR_GRACE_MS,
        idleMs: config.BAR_IDLE_MS,
      });
      await work.restore();
      onStop(everyNowAndThen(work, log));
      const reading = consume({
        nats,
        consumer: "normalizer-ticks",
        schema: () => ticksOnly,
        handle: (messages) => work.take(messages.flatMap(({ value }) => value)),
        log,
        health,
        metrics,
      });
      onStop(() => reading.stop());
      authenticate(http, parts.verify ?? jwtVerifier(config.AUTHN_URL));
      addRoutes(http, work);
    },
  };
}

/** @returns what ends it */
function everyNowAndThen(work: Normalizer, log: Log): () => Promise<void> {
  let failing = false;
  const attempt = async (what: () => Promise<void>): Promise<void> => {
    try {
      await what();
      failing = false;
    } catch (error) {
      if (!failing) log.warn({ err: error }, "state not stored, will be tried again");
      failing = true;
    }
  };
  const beat = setInterval(() => void attempt(() => work.beat()), BEAT_MS);
  const forget = setInterval(() => void attempt(() => work.forget()), FORGET_MS);
  return async () => {
    clearInterval(beat);
    clearInterval(forget);
    await attempt(() => work.beat());
  };
}

function addRoutes(http: Http, work: Normalizer): void {
  http.get(
    "/bars/:interval/:symbol/current",
    {
      config: { role: "viewer" },
      schema: {
        summary: "The bar that is under way, as far as it has got",
        tags: ["bars"],
        params: z.object({ interval: barInterval, symbol }),
        querystring: z.object({ venue: identifier.default("sim") }),
        response: { 200: bar },
      },
    },
    ({ params, query }) => {
      const { begins } = periodOf(params.interval, params.symbol, Date.now());
      const found = work.book.get(keyOf({ ...params, venue: query.venue, timestamp: begins }));
      if (found) return found;
      throw new HttpError(
        404,
        "no_bar",
        `Nothing of ${params.symbol} at ${query.venue} was traded in this ${params.interval} yet.`,
      );
    },
  );
}

/** One queue for each subject: versions of a bar stay in order. */
class BarPublisher {
  readonly #publishers = new Map<string, Publisher<Bar>>();

  constructor(
    private readonly nats: NatsConnection,
    private readonly log: Log,
  ) {}

  publish(subject: string, value: Bar, id: string): Promise<void> {
    const known =
      this.#publishers.get(subject) ?? new Publisher<Bar>({ nats: this.nats, subject, log: this.log });
    this.#publishers.set(subject, known);
    return known.publish(value, id);
  }

  async drain(): Promise<void> {
    await Promise.all([...this.#publishers.values()].map((publisher) => publisher.drain()));
  }
}
