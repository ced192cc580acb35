import { Counter, Gauge, Histogram, type Registry } from "prom-client";

/** What is counted is named by words of a fixed set, so that the number of series is bounded. */
export interface Metrics {
  /** `accepted`, or the word of the refusal. */
  readonly submitted: (outcome: string) => void;
  readonly changed: (change: "cancel" | "replace", outcome: string) => void;
  readonly fill: (
    outcome: "applied" | "late" | "duplicate" | "overfill" | "mismatch" | "illegal" | "unknown",
  ) => void;
  readonly report: (kind: string, outcome: "moved" | "ignored" | "refused" | "unknown") => void;
  readonly riskTook: (seconds: number) => void;
}

export interface Measured {
  readonly openOrders: number;
  readonly inMemory: number;
  readonly unacknowledged: number;
  /** Of the oldest of them, in seconds. */
  readonly unacknowledgedFor: number;
  readonly unprojected: number;
}

export function createMetrics(registry: Registry, measured: () => Measured): Metrics {
  const counter = (name: string, help: string, labelNames: readonly string[]) =>
    new Counter({ name, help, labelNames: [...labelNames], registers: [registry] });
  const submits = counter("oms_submits_total", "Orders that clients sent, by what became of them.", [
    "outcome",
  ]);
  const changes = counter("oms_changes_total", "Cancels and replaces, by what became of them.", [
    "change",
    "outcome",
  ]);
  const fills = counter(
    "oms_fills_total",
    "Executions that the venue told; overfill, mismatch, illegal and unknown want a person.",
    ["outcome"],
  );
  const reports = counter("oms_reports_total", "Reports of the venue; refused and unknown want a person.", [
    "kind",
    "outcome",
  ]);
  const risk = new Histogram({
    name: "oms_risk_check_seconds",
    help: "How long risk took to answer, or did not.",
    buckets: [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1],
    registers: [registry],
  });
  const gauge = (name: string, help: string, value: () => number): void => {
    new Gauge({
      name,
      help,
      registers: [registry],
      collect() {
        this.set(value());
      },
    });
  };
  gauge("oms_open_orders", "Orders that have not ended.", () => measured().openOrders);
  gauge("oms_orders_in_memory", "Orders in memory, ended ones too.", () => measured().inMemory);
  gauge(
    "oms_unacknowledged_records",
    "Changes that the streams do not have yet.",
    () => measured().unacknowledged,
  );
  gauge(
    "oms_unacknowledged_seconds",
    "How long the oldest change has waited for the streams.",
    () => measured().unacknowledgedFor,
  );
  gauge(
    "oms_unprojected_orders",
    "Orders that Valkey does not have as they are.",
    () => measured().unprojected,
  );
  return {
    submitted: (outcome) => submits.inc({ outcome }),
    changed: (change, outcome) => changes.inc({ change, outcome }),
    fill: (outcome) => fills.inc({ outcome }),
    report: (kind, outcome) => reports.inc({ kind, outcome }),
    riskTook: (seconds) => risk.observe(seconds),
  };
}
