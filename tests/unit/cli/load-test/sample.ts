import type { Report } from "../../../../cli/load-test/report";
import type { Part, Percentiles, Verdict } from "../../../../model/load/results";
import { scenarioNamed, type Scenario } from "../../../../model/load/scenarios";
import { totalSeconds } from "../../../../model/load/shape";
import { thresholdsOf } from "../../../../model/load/thresholds";

const spread = (p95: number, count: number): Percentiles => ({
  ...{
    count,
    avg: p95 * 0.5,
    min: p95 * 0.2,
    med: p95 * 0.45,
    p90: p95 * 0.9,
    p95,
    p99: p95 * 1.4,
    max: p95 * 2.5,
  },
});

/** A report as one comes out of a run. */
export function sampleReport(name: string, change: Partial<Report> = {}): Report {
  const scenario = scenarioNamed(name) as Scenario;
  const goals = { order: 25, quote: 50, positions: 100 };
  const seconds = totalSeconds(scenario.shape);
  const parts = Array.from({ length: 30 }, (_, index): Part => {
    const wave = 20 + 10 * Math.sin(index / 3);
    return {
      from: (index * seconds) / 30,
      to: ((index + 1) * seconds) / 30,
      rate: 10 + Math.sin(index),
      errors: index === 12 ? 3 : 0,
      latency: index === 20 ? undefined : spread(wave, 20),
    };
  });
  const verdicts = thresholdsOf(scenario, goals).map((threshold, index): Verdict => ({
    threshold,
    found: threshold.unit === "share" ? threshold.bound : threshold.bound * (index === 3 ? 1.5 : 0.5),
    ok: index !== 3,
  }));
  return {
    scenario,
    how: "failed",
    results: {
      ...{ seconds: seconds + 2, requests: 600, dropped: 0, verdicts, parts },
      endpoints: [
        { name: "POST /api/orders", latency: spread(37.5, 480) },
        { name: "GET /api/market/quote/…", latency: spread(8.25, 60) },
      ],
      statuses: [{ status: 503, count: 3 }],
      checks: [{ name: "oms health", passes: 10, fails: 0 }],
    },
    ...{ stack: "dev", prefix: "trade2026", seed: 42, began: "2026-11-25T16:06:00.123Z" },
    again: "./trade2026 load baseline --seed 42",
    environment: {
      ...{ cpus: 2, memoryBytes: 16 * 1024 ** 3, docker: "20.10.24", k6: "1.8.1", commit: "0123456789" },
      system: 'Debian "13" <trixie> & more',
      image: "trade2026/k6:dcb9962e11ea",
    },
    ...change,
  };
}
