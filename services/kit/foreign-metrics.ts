import { Counter, Gauge, type Registry } from "prom-client";
import type { Log } from "./log";

export interface Sample {
  readonly value: number;
  readonly labels?: Readonly<Record<string, string>>;
}

/** A metric of something else, taken from one reading of it. */
export interface Family<Reading> {
  readonly name: string;
  readonly help: string;
  readonly kind: "gauge" | "counter";
  readonly labels?: readonly string[];
  /** No samples: no series, where there is nothing to say. */
  readonly samples: (reading: Reading) => readonly Sample[];
}

export interface ForeignMetrics<Reading> {
  readonly registry: Registry;
  /** Is 1 when it could be read, 0 when it could not. */
  readonly up: { readonly name: string; readonly help: string };
  readonly families: readonly Family<Reading>[];
  /** Asked once a scrape; scrapes at the same time share the answer. Has its own time limit. */
  readonly read: () => Promise<Reading>;
  readonly log: Log;
}

type Samples = ReadonlyMap<string, readonly Sample[]>;

/**
 * Metrics of something that is not this process, for exporters: read when they are asked for, and gone when it cannot
 * be read, since an old value would look like a good one.
 */
export function exportMetrics<Reading>(options: ForeignMetrics<Reading>): void {
  const { registry, up, families } = options;
  const samples = shared(reader(options));
  new Gauge({
    ...up,
    registers: [registry],
    async collect() {
      this.set((await samples()) ? 1 : 0);
    },
  });
  for (const { name, help, kind, labels = [] } of families) {
    const common = { name, help, labelNames: labels, registers: [registry] };
    if (kind === "gauge") {
      new Gauge({
        ...common,
        async collect() {
          replaceSamples(this, labels, (await samples())?.get(name), (sample) =>
            this.set(sample.labels ?? {}, sample.value),
          );
        },
      });
    } else {
      new Counter({
        ...common,
        async collect() {
          replaceSamples(this, labels, (await samples())?.get(name), (sample) =>
            this.inc(sample.labels ?? {}, sample.value),
          );
        },
      });
    }
  }
}

/** Every sample of one reading, or none when anything about it fails. A change of that is logged, not every scrape. */
function reader<Reading>({
  read,
  families,
  up,
  log,
}: ForeignMetrics<Reading>): () => Promise<Samples | undefined> {
  let known: boolean | undefined;
  return async () => {
    try {
      const reading = await read();
      const samples = new Map(families.map((family) => [family.name, family.samples(reading)]));
      if (known === false) log.info({ metric: up.name }, "can be read again");
      known = true;
      return samples;
    } catch (error) {
      if (known !== false) log.warn({ metric: up.name, err: error }, "cannot be read");
      known = false;
      return undefined;
    }
  };
}

/** A call while another one is under way gets the same answer. */
function shared<T>(ask: () => Promise<T>): () => Promise<T> {
  let asked: Promise<T> | undefined;
  return () => {
    asked ??= ask().finally(() => (asked = undefined));
    return asked;
  };
}

function replaceSamples(
  metric: Gauge | Counter,
  labels: readonly string[],
  samples: readonly Sample[] | undefined,
  add: (sample: Sample) => void,
): void {
  metric.reset();
  // without labels a reset leaves a series, with the value 0
  if (labels.length === 0) metric.remove();
  samples?.forEach(add);
}
