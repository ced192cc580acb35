import { batchOf, fill, isFinal, subjects, venueReport, type Fill, type VenueReport } from "../../contracts";
import type { Delivered } from "../../kit";
import type { Desk } from "./desk";
import { printOf } from "./domain/instruction";
import { applyReport, isToldBefore } from "./domain/reports";
import { applyFill } from "./domain/tally";
import { newEntry, type Entry } from "./entry";
import type { Gate } from "./gate";
import type { Parents } from "./parents";
import type { z } from "zod";

/** A message of the venue's: executions, or reports. */
export type Told =
  | { readonly kind: "fills"; readonly records: readonly Fill[] }
  | { readonly kind: "reports"; readonly records: readonly VenueReport[] };

const fills = batchOf(fill).transform((records): Told => ({ kind: "fills", records }));
const reports = batchOf(venueReport).transform((records): Told => ({ kind: "reports", records }));

export function toldSchema(subject: string): z.ZodType<Told> {
  return subject === subjects.venueReport ? reports : fills;
}

export interface VenueOptions {
  readonly desk: Desk;
  readonly gate: Gate;
  readonly parents: Parents;
  readonly now: () => number;
}

/**
 * What the venue tells. Everything may be told twice: a fill counts once by its id, a report by its number; and what
 * was told is acknowledged when the streams have what became of it.
 */
export class Venue {
  readonly #options: VenueOptions;
  /** The newest report of an order that changed nothing, and therefore is not in the order. */
  readonly #heard = new WeakMap<Entry, string>();

  constructor(options: VenueOptions) {
    this.#options = options;
  }

  handle(messages: readonly Delivered<Told>[]): Promise<void> {
    return this.#options.gate.through(async () => {
      const logged: (Promise<void> | undefined)[] = [];
      for (const { value } of messages) {
        await this.#load(value.records);
        if (value.kind === "fills") for (const one of value.records) logged.push(...this.#takeFill(one));
        else for (const one of value.records) logged.push(...this.#takeReport(one));
      }
      await Promise.all(logged);
    });
  }

  /** Before anything is decided: what fails here can be tried again as a whole. */
  async #load(records: readonly { readonly order_id: string }[]): Promise<void> {
    const { desk } = this.#options;
    await desk.loadMissing(records.map(({ order_id }) => order_id));
    const parents = records.flatMap(({ order_id }) => desk.book.get(order_id)?.order.parent_order_id ?? []);
    await desk.loadMissing(parents);
  }

  #takeFill(one: Fill): readonly (Promise<void> | undefined)[] {
    const { desk, parents, now } = this.#options;
    const entry = desk.book.get(one.order_id);
    if (!entry) {
      desk.metrics.fill("unknown");
      desk.log.error({ alert: true, fill: one }, "fill of an order that nobody knows, not counted");
      return [];
    }
    if (entry.seen.has(one.fill_id)) {
      desk.metrics.fill("duplicate");
      // its first telling may not be in the stream yet
      return [entry.tail?.done];
    }
    const outcome = applyFill(entry.order, entry.tally, one, now(), entry.order.algo ? "parent" : "order");
    if (outcome.kind === "refused") {
      desk.metrics.fill(outcome.reason);
      desk.log.error({ alert: true, fill: one, order: entry.order }, `fill refused: ${outcome.message}`);
      return [];
    }
    desk.metrics.fill(outcome.late ? "late" : "applied");
    if (outcome.late)
      desk.log.warn({ fill: one, status: entry.order.status }, "fill of an order that has ended, counted");
    entry.seen.add(one.fill_id);
    entry.tally = outcome.tally;
    const logged = desk.commit(entry, { subject: "confirmed", order: outcome.order, fill: one });
    const filled = parents.partFilled(entry, one, logged);
    return [logged, filled, this.#ended(entry, filled ?? logged)];
  }

  #takeReport(report: VenueReport): readonly (Promise<void> | undefined)[] {
    const { desk, parents, now } = this.#options;
    const entry = desk.book.get(report.order_id);
    if (report.kind === "opened") return [entry ? entry.tail?.done : this.#open(report)];
    if (!entry) {
      desk.metrics.report(report.kind, "unknown");
      desk.log.error({ alert: true, report }, "report on an order that nobody knows");
      return [];
    }
    const outcome = isToldBefore(report.report_id, this.#heard.get(entry))
      ? ({ kind: "ignored" } as const)
      : applyReport(entry.order, report, now());
    this.#heard.set(entry, report.report_id);
    desk.metrics.report(report.kind, outcome.kind);
    if (outcome.kind === "ignored") return [entry.tail?.done];
    if (outcome.kind === "refused") {
      desk.log.error({ alert: true, report, order: entry.order }, `report refused: ${outcome.message}`);
      return [];
    }
    const { subject, order } = outcome;
    if (subject === "confirmed" || subject === "pending") throw new Error(`a report becomes no ${subject}`);
    const logged = desk.commit(entry, { subject, order });
    return [logged, parents.partSent(entry, logged), this.#ended(entry, logged)];
  }

  /** Not asked of risk, and not routed: it is at its venue, and counts. */
  #open(report: Extract<VenueReport, { kind: "opened" }>): Promise<void> {
    const { desk } = this.#options;
    const order = { ...report.order, venue_report_id: report.report_id };
    const entry = newEntry(order, printOf(order));
    desk.book.add(entry);
    desk.metrics.report(report.kind, "moved");
    desk.log.warn({ order }, "an order of the venue's side, recorded");
    return desk.commit(entry, { subject: "sent", order });
  }

  #ended(entry: Entry, logged: Promise<void>): Promise<void> | undefined {
    return isFinal(entry.order.status) ? this.#options.parents.partEnded(entry, logged) : undefined;
  }
}
