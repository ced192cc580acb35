import { z } from "zod";
import { instruments as contracted, type Instrument } from "../../contracts";
import { sessionEnd as calendarEnd } from "../../contracts/calendar";
import { connectNats, milliseconds, natsFields, secret, text, wholeNumber } from "../../kit";
import type { ServiceDefinition } from "../../kit";
import { repeat } from "../../kit/running";
import { toUnits } from "./domain/decimals";
import { feeOf } from "./domain/market";
import type { SessionEnd } from "./domain/engine";
import { createVenueMetrics } from "./metrics";
import { addRoutes } from "./routes";
import { Store } from "./store";
import { listenToTicks } from "./ticks";
import { readUsers } from "./users";
import { Venue } from "./venue";

const bps = (fallback: string) =>
  z
    .string()
    .default(fallback)
    .refine(isFee, { error: "wants basis points from -10000 to 10000, at most 4 digits after the point" });

const fields = {
  ...natsFields,
  /** Lines `<username>:<sha256 of the password in hexadecimal digits>`, in the file that USERS_FILE names. */
  USERS: secret(),
  DATA_DIR: text().default("/data"),
  /** Begins the ids of fills. */
  VENUE_NAME: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9_]{0,31}$/, { error: "wants 1 to 32 letters, digits and _" })
    .default("prism"),
  MAKER_FEE_BPS: bps("1"),
  TAKER_FEE_BPS: bps("2"),
  LATENCY_MS: milliseconds(0),
  /** Of the depth around a tick. */
  DEPTH_SEED: text().default("1"),
  DEPTH_LEVELS: wholeNumber(1, 100).default(10),
  DEPTH_NOTIONAL: z
    .string()
    .refine((value) => (toUnits(value) ?? 0n) > 0n, { error: "wants a decimal number above zero" })
    .default("50000"),
  /** Older quotes are not traded with. 0: never too old. */
  QUOTE_MAX_AGE_MS: milliseconds(60_000),
  /**
   * Of orders after their end, of events and of fills. An order that is not known any more would be taken for a new one
   * when it is sent again: senders do that within minutes, and the platform's queues, which repeat by themselves, hold
   * nothing for longer than seven days.
   */
  RETENTION_DAYS: wholeNumber(7, 3650).default(30),
};

/** Rows of each kind that are pruned at once, and how often: an order waits for a batch at most. */
const PRUNE_ROWS = 50;
const PRUNE_EVERY_MS = 50;
const DAY_MS = 86_400_000;

export interface PrismParts {
  readonly instruments?: readonly Instrument[];
  readonly sessionEnd?: SessionEnd;
  /** What to do when the disk does not take what was done. @default ends the process */
  readonly onFailure?: (error: Error) => void;
}

/** The paper venue. */
export function prism(parts: PrismParts = {}): ServiceDefinition<typeof fields> {
  const { instruments = contracted, sessionEnd = calendarEnd } = parts;
  return {
    name: "prism",
    version: "0.1.0",
    description: "The paper venue: matches orders with each other and with quotes around the tick stream.",
    port: 8360,
    config: fields,
    setup: async ({ config, http, log, metrics, health, onStop }) => {
      const users = readUsers(config.USERS.reveal());
      const store = new Store(config.DATA_DIR);
      const measured = createVenueMetrics(metrics);
      const venue = new Venue({
        venue: config.VENUE_NAME,
        instruments,
        fees: { maker: config.MAKER_FEE_BPS, taker: config.TAKER_FEE_BPS },
        model: { seed: config.DEPTH_SEED, levels: config.DEPTH_LEVELS, notional: config.DEPTH_NOTIONAL },
        maxQuoteAgeMs: config.QUOTE_MAX_AGE_MS,
        latencyMs: config.LATENCY_MS,
        sessionEnd,
        store,
        onCommit: measured.committed,
        onFailure: (error) => {
          log.fatal({ err: error }, "what was done could not be stored; ending, to begin again with what is");
          (parts.onFailure ?? (() => process.exit(1)))(error);
        },
      });
      onStop(() => venue.close());
      measured.watch(venue, store);
      onStop(
        repeat("pruning", PRUNE_EVERY_MS, log, () => {
          const began = performance.now();
          const batch = store.prune(Date.now() - config.RETENTION_DAYS * DAY_MS, PRUNE_ROWS);
          measured.pruned(batch, performance.now() - began);
        }),
      );
      const { open, counters } = venue.engine.records;
      log.info({ openOrders: open.size, seq: counters.seq }, "the books are as they were");
      const nats = await connectNats({ settings: config, service: "prism", log, health });
      onStop(() => nats.drain());
      listenToTicks({
        nats,
        log,
        hear: (ticks) => measured.ticks(venue.hear(ticks), ticks.length),
        onRefused: measured.refusedTicks,
      });
      addRoutes(http, venue, users);
    },
  };
}

function isFee(value: string): boolean {
  try {
    feeOf("", value);
    return true;
  } catch {
    return false;
  }
}
