import { Counter, Gauge, Histogram, type Registry } from "prom-client";
import type { Changes } from "./domain/records";
import type { Batch } from "./pruning";
import type { Store } from "./store";
import type { Venue } from "./venue";

/** Seconds: a commit is a write and a sync of the disk. */
const commitBuckets = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1];

export interface VenueMetrics {
  readonly committed: (changes: Changes, ms: number) => void;
  readonly ticks: (news: number, all: number) => void;
  readonly refusedTicks: () => void;
  readonly pruned: (batch: Batch, ms: number) => void;
  /** Gauges that ask the venue when they are asked. */
  readonly watch: (venue: Venue, store: Store) => void;
}

export function createVenueMetrics(registry: Registry): VenueMetrics {
  const registers = [registry];
  const events = new Counter({
    name: "prism_events_total",
    help: "Events of the execution feed, by kind.",
    labelNames: ["kind"],
    registers,
  });
  const commits = new Histogram({
    name: "prism_commit_duration_seconds",
    help: "How long a group commit took, the disk's sync included.",
    buckets: commitBuckets,
    registers,
  });
  const fills = new Counter({
    name: "prism_fills_total",
    help: "Fills, by what they were against.",
    labelNames: ["against"],
    registers,
  });
  const ticks = new Counter({
    name: "prism_ticks_total",
    help: "Ticks heard: news, or passed over (unknown symbol, repetition).",
    labelNames: ["outcome"],
    registers,
  });
  const refused = new Counter({
    name: "prism_tick_messages_refused_total",
    help: "Messages of ticks that were not what the contract says.",
    registers,
  });
  const pruned = new Counter({
    name: "prism_pruned_rows_total",
    help: "Rows that were older than they are kept, by table.",
    labelNames: ["table"],
    registers,
  });
  const prunes = new Histogram({
    name: "prism_prune_duration_seconds",
    help: "How long pruning a batch took, the disk's sync included: an order may have waited for it.",
    buckets: commitBuckets,
    registers,
  });
  return {
    committed: (changes, ms) => {
      commits.observe(ms / 1000);
      for (const { kind } of changes.events) events.inc({ kind });
      for (const { against } of changes.fills) fills.inc({ against });
    },
    ticks: (news, all) => {
      ticks.inc({ outcome: "news" }, news);
      ticks.inc({ outcome: "passed" }, all - news);
    },
    refusedTicks: () => refused.inc(),
    pruned: (batch, ms) => {
      const rows = Object.entries(batch);
      if (rows.every(([, count]) => count === 0)) return;
      prunes.observe(ms / 1000);
      for (const [table, count] of rows) pruned.inc({ table }, count);
    },
    watch: (venue, store) => {
      watch(venue, registers);
      watchStore(store, registers);
    },
  };
}

function watch(venue: Venue, registers: Registry[]): void {
  const gauge = (name: string, help: string, value: () => number): void => {
    new Gauge({
      name,
      help,
      registers,
      collect() {
        this.set(value());
      },
    });
  };
  gauge(
    "prism_open_orders",
    "Orders that rest or wait for their stop.",
    () => venue.engine.records.open.size,
  );
  gauge("prism_feed_seq", "The last event of the execution feed.", () => venue.feed.last);
  gauge("prism_feed_readers", "Readers of the execution feed.", () => venue.feed.readers);
  new Gauge({
    name: "prism_quote_age_seconds",
    help: "Since the last tick was heard, by symbol.",
    labelNames: ["symbol"],
    registers,
    collect() {
      for (const { market, quote } of venue.engine.books())
        if (quote) this.set({ symbol: market.symbol }, (Date.now() - quote.state.heard_at) / 1000);
    },
  });
}

function watchStore(store: Store, registers: Registry[]): void {
  new Gauge({
    name: "prism_stored_rows",
    help: "Rows that are kept, by table: those of the last days, and open orders.",
    labelNames: ["table"],
    registers,
    collect() {
      for (const [table, { rows }] of Object.entries(store.kept())) this.set({ table }, rows);
    },
  });
  new Gauge({
    name: "prism_oldest_stored_timestamp_seconds",
    help: "When the oldest row that is kept was written, by table; of orders, when the first of them ended.",
    labelNames: ["table"],
    registers,
    collect() {
      this.reset();
      for (const [table, { since }] of Object.entries(store.kept()))
        if (since !== undefined) this.set({ table }, since / 1000);
    },
  });
}
