import { z } from "zod";
import type { Secret } from "../../kit";
import { basicAuth } from "../../kit/outgoing";
import type { Signals } from "./state";

/** Of all components, by name; and whether containers are measured at all. */
export interface Sample {
  readonly signals: ReadonlyMap<string, Signals>;
  readonly containersMeasured: boolean;
}

/** @throws when Prometheus does not answer every question: half a picture is none */
export type Measure = () => Promise<Sample>;

/** One question a kind for all components; the label `service` names the component that is measured. */
const QUESTIONS = {
  running: "min by (service) (container_running)",
  healthy: "min by (service) (container_healthy)",
  probe: "min by (service) (probe_success)",
  up: "min by (service, job) (up)",
} as const satisfies Readonly<Record<keyof Signals, string>>;

const answer = z.object({
  status: z.literal("success"),
  data: z.object({
    resultType: z.literal("vector"),
    result: z.array(
      z.object({
        metric: z.object({ service: z.string().optional(), job: z.string().optional() }),
        value: z.tuple([z.number(), z.string()]),
      }),
    ),
  }),
});
type Series = z.infer<typeof answer>["data"]["result"][number];

const TIMEOUT_MS = 5000;

export interface Access {
  readonly url: string;
  readonly username: string;
  readonly password: Secret;
}

/** Asks Prometheus' HTTP API. https://prometheus.io/docs/prometheus/latest/querying/api/#instant-queries */
export function prometheusMeasure({ url, username, password }: Access, timeoutMs = TIMEOUT_MS): Measure {
  const headers = basicAuth(username, password);
  const ask = async (query: string): Promise<readonly Series[]> => {
    const response = await fetch(`${url}/api/v1/query?${new URLSearchParams({ query }).toString()}`, {
      headers,
      signal: AbortSignal.timeout(timeoutMs),
    });
    if (!response.ok) throw new Error(`Prometheus answered ${response.status} to ${query}`);
    return answer.parse(await response.json()).data.result;
  };
  return async () => {
    const kinds = Object.keys(QUESTIONS) as (keyof typeof QUESTIONS)[];
    const answers = await Promise.all(kinds.map((kind) => ask(QUESTIONS[kind])));
    return sampleOf(Object.fromEntries(kinds.map((kind, index) => [kind, answers[index] ?? []])));
  };
}

/**
 * An exporter that does not answer says nothing of the store that it measures: of the scrapes only those of the
 * component itself count.
 */
export function sampleOf(answers: Readonly<Partial<Record<keyof Signals, readonly Series[]>>>): Sample {
  const signals = new Map<string, Partial<Record<keyof Signals, number>>>();
  for (const kind of Object.keys(QUESTIONS) as (keyof Signals)[]) {
    for (const { metric, value } of answers[kind] ?? []) {
      const { service, job } = metric;
      const number = Number(value[1]);
      if (service === undefined || Number.isNaN(number) || (kind === "up" && job !== service)) continue;
      const known = signals.get(service) ?? {};
      known[kind] = number;
      signals.set(service, known);
    }
  }
  return { signals, containersMeasured: (answers.running ?? []).length > 0 };
}
