import { setTimeout as wait } from "node:timers/promises";
import type { Log } from "../../kit";
import type { Component } from "./components";
import type { Measure, Sample } from "./prometheus";
import type { StatusRecord } from "./record";
import { PendingSlices } from "./slices";
import { isUnderWay, measuredState, type Measured } from "./state";

export interface SamplerOptions {
  readonly measure: Measure;
  readonly components: () => readonly Component[];
  readonly record: StatusRecord;
  /** Resolves when the store can be used. */
  readonly storeReady: Promise<void>;
  readonly everyMs: number;
  readonly log: Log;
}

export interface Current {
  readonly states: ReadonlyMap<string, Measured>;
  /** Milliseconds since 1970; undefined while nothing could be measured. */
  readonly measuredAt: number | undefined;
}

/** Measurements older than this many intervals say nothing of now. */
const STALE_INTERVALS = 4;
/** Some hours of sixty components: 60 × 60 × 8. */
const CAPACITY = 28_800;

/** Measures every component again and again, and has it recorded. */
export class Sampler {
  readonly #options: SamplerOptions;
  readonly #pending = new PendingSlices(CAPACITY);
  readonly #stopping = new AbortController();
  #loop: Promise<void> | undefined;
  #sample: Sample | undefined;
  #measuredAt: number | undefined;
  #problem = "not measured yet";
  #stored = true;
  #storeReady = false;
  #storing: Promise<void> | undefined;

  constructor(options: SamplerOptions) {
    this.#options = options;
  }

  start(): void {
    void this.#options.storeReady.then(() => {
      this.#storeReady = true;
      this.#store();
    });
    this.#loop = this.#run();
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#loop;
    await this.#storing;
  }

  /** As measured last; a component that came since is unknown, and all are when the measuring has stopped. */
  get current(): Current {
    const { components, everyMs } = this.#options;
    const isFresh =
      this.#measuredAt !== undefined && Date.now() - this.#measuredAt <= everyMs * STALE_INTERVALS + 5000;
    const sample = isFresh ? this.#sample : undefined;
    const states = new Map(
      components().map(({ name }): readonly [string, Measured] => [name, stateOf(name, sample)]),
    );
    return { states, measuredAt: sample ? this.#measuredAt : undefined };
  }

  /** @throws when the components could not be measured the last time */
  assertMeasured(): void {
    if (!this.#sample) throw new Error(this.#problem);
  }

  /** @throws when the store is away */
  assertStored(): void {
    if (!this.#storeReady || !this.#stored) throw new Error("the store cannot be reached");
  }

  async #run(): Promise<void> {
    const { everyMs } = this.#options;
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      const began = performance.now();
      await this.#look();
      await wait(Math.max(everyMs - (performance.now() - began), 0), undefined, { signal }).catch(
        () => undefined,
      );
    }
  }

  async #look(): Promise<void> {
    const { measure, log } = this.#options;
    try {
      this.#sample = await measure();
      this.#measuredAt = Date.now();
      if (this.#problem !== "") log.info("components measured");
      this.#problem = "";
    } catch (error) {
      const problem = error instanceof Error ? error.message : String(error);
      if (this.#sample || problem !== this.#problem) log.warn({ reason: problem }, "components not measured");
      this.#sample = undefined;
      this.#problem = problem;
    }
    this.#remember();
    this.#store();
  }

  /** Slices are what was measured: what incidents say of a component is not. */
  #remember(): void {
    const at = Date.now();
    const windows = this.#options.record.now.maintenance.filter((window) => isUnderWay(window, at));
    const inMaintenance = new Set(windows.flatMap(({ components }) => components));
    this.#pending.add(
      at,
      new Map(
        [...this.current.states].map(([name, state]) => [
          name,
          inMaintenance.has(name) ? "maintenance" : state,
        ]),
      ),
    );
  }

  /** Beside the measuring, which goes on while the store takes its time. */
  #store(): void {
    if (!this.#storeReady || this.#storing || this.#stopping.signal.aborted) return;
    this.#storing = this.#sync().finally(() => (this.#storing = undefined));
  }

  async #sync(): Promise<void> {
    const { record, log } = this.#options;
    try {
      await record.sync(this.#pending, Date.now());
      if (!this.#stored) log.info("recorded again");
      this.#stored = true;
    } catch (error) {
      if (this.#stored) log.warn({ err: error }, "not recorded: kept until the store is back");
      this.#stored = false;
    }
  }
}

function stateOf(name: string, sample: Sample | undefined): Measured {
  if (!sample) return "unknown";
  return measuredState(sample.signals.get(name) ?? {}, sample.containersMeasured);
}
