import { createReadStream } from "node:fs";
import { createInterface } from "node:readline";

/** What schemathesis reports of one service: its engine's events, one JSON text a line. */
export interface Report {
  readonly requests: number;
  /** How often each check was made. */
  readonly checks: ReadonlyMap<string, number>;
  /** How many requests failed one, or more. */
  readonly failures: number;
  /** Operations, "GET /users", and "Stateful tests" for sequences of them. */
  readonly tested: ReadonlySet<string>;
  readonly failed: ReadonlySet<string>;
  /** What kept it from testing. */
  readonly errors: readonly string[];
}

interface Recorder {
  readonly label: string;
  readonly interactions?: Readonly<Record<string, unknown>>;
  readonly checks?: Readonly<Record<string, readonly { readonly name: string; readonly status: string }[]>>;
}

interface Event {
  readonly ScenarioFinished?: { readonly recorder: Recorder };
  readonly NonFatalError?: { readonly label?: string; readonly value?: { readonly message?: string } };
  readonly FatalError?: { readonly exception?: { readonly message?: string } };
}

export async function readReport(path: string): Promise<Report> {
  const checks = new Map<string, number>();
  const tested = new Set<string>();
  const failed = new Set<string>();
  const errors: string[] = [];
  let [requests, failures] = [0, 0];
  for await (const line of createInterface({ input: createReadStream(path), crlfDelay: Infinity })) {
    const event = JSON.parse(line) as Event;
    if (event.NonFatalError)
      errors.push(`${event.NonFatalError.label ?? ""}: ${event.NonFatalError.value?.message ?? line}`);
    if (event.FatalError) errors.push(event.FatalError.exception?.message ?? line);
    const recorder = event.ScenarioFinished?.recorder;
    if (!recorder) continue;
    const { label, interactions = {} } = recorder;
    const sent = Object.keys(interactions).length;
    if (sent > 0) tested.add(label);
    requests += sent;
    for (const made of Object.values(recorder.checks ?? {})) {
      for (const { name } of made) checks.set(name, (checks.get(name) ?? 0) + 1);
      if (made.every(({ status }) => status === "success")) continue;
      failures++;
      failed.add(label);
    }
  }
  return { requests, checks, failures, tested, failed, errors };
}
