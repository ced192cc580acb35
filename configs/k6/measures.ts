import exec from "k6/execution";
import type { Answer } from "k6/http";
import { Rate, Trend } from "k6/metrics";
import { ERRORS, LATENCY } from "../../model/load/protocol";
import { run } from "./run";

const latency = new Trend(LATENCY, true);
const errors = new Rate(ERRORS);

/** Which part of the test it is now, from 0. */
function windowNow(): string {
  const { count, ms } = run.windows;
  return String(Math.min(count - 1, Math.max(0, Math.floor((Date.now() - exec.scenario.startTime) / ms))));
}

/** Counts an answer for its part of the test; only these two carry the part, which is a series of its own each. */
export function measure({ status, timings }: Answer, right: boolean): void {
  const window = windowNow();
  latency.add(timings.duration, { window });
  errors.add(!right, right ? { window } : { window, status: String(status) });
}
