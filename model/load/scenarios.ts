import type { Duration } from "../units";

/** Requests a second over time, whatever the answers take: an open model. */
export type Shape =
  | { readonly kind: "constant"; readonly rate: number; readonly duration: Duration }
  | {
      readonly kind: "ramping";
      readonly startRate: number;
      /** Each goes in a straight line from the rate before it to its own. */
      readonly stages: readonly { readonly target: number; readonly duration: Duration }[];
    };

/** What a run must keep to count as passed. */
export interface Limits {
  /** Share of answers that may be another one than wanted. */
  readonly errors: number;
  /** Share of requests that may not be sent because no client was free. */
  readonly dropped: number;
  /**
   * How much longer than its service's own goal (`slo.latency.p95`) an answer may take, at the 95th of a hundred: the
   * client also sees the gateway, TLS, and a load generator on the same processors.
   */
  readonly latencyFactor: number;
  /** Broken after this long, the run ends at once. @default it goes on to its end, and fails then */
  readonly abortAfter?: Duration;
}

export interface Scenario {
  readonly name: string;
  /** One sentence for the list. */
  readonly about: string;
  /** `checks`: health and a small read of every routed service; `mix`: orders, quotes and positions. */
  readonly sends: "checks" | "mix";
  readonly shape: Shape;
  readonly limits: Limits;
}

/** The levels of the load tests, the mildest first. Rates are requests a second. */
export const SCENARIOS: readonly Scenario[] = [
  {
    name: "smoke",
    about: "every routed service answers: its health, and a small read with a token and without",
    sends: "checks",
    shape: { kind: "constant", rate: 1, duration: "10s" },
    limits: { errors: 0, dropped: 0, latencyFactor: 10 },
  },
  {
    name: "baseline",
    about: "10 a second: everything is right when there is hardly any load",
    sends: "mix",
    shape: { kind: "constant", rate: 10, duration: "1m0s" },
    limits: { errors: 0.001, dropped: 0, latencyFactor: 4 },
  },
  {
    name: "normal",
    about: "100 a second: an ordinary day",
    sends: "mix",
    shape: { kind: "constant", rate: 100, duration: "5m0s" },
    limits: { errors: 0.001, dropped: 0.001, latencyFactor: 4 },
  },
  {
    name: "peak",
    about: "500 a second: the busiest minutes of a day",
    sends: "mix",
    shape: { kind: "constant", rate: 500, duration: "5m0s" },
    limits: { errors: 0.005, dropped: 0.005, latencyFactor: 10 },
  },
  {
    name: "stress",
    about: "to 1,000 a second, and on to 2,000: where the limit is; ends when it is passed",
    sends: "mix",
    shape: {
      kind: "ramping",
      startRate: 100,
      stages: [
        { target: 1000, duration: "2m0s" },
        { target: 1000, duration: "2m0s" },
        { target: 2000, duration: "4m0s" },
        { target: 2000, duration: "2m0s" },
      ],
    },
    limits: { errors: 0.01, dropped: 0.05, latencyFactor: 40, abortAfter: "30s" },
  },
  {
    name: "spike",
    about: "from nothing to 1,000 a second within ten seconds, and back",
    sends: "mix",
    shape: {
      kind: "ramping",
      startRate: 0,
      stages: [
        { target: 1000, duration: "10s" },
        { target: 1000, duration: "30s" },
        { target: 0, duration: "10s" },
      ],
    },
    limits: { errors: 0.01, dropped: 0.05, latencyFactor: 40 },
  },
  {
    name: "soak",
    about: "100 a second for four hours: what grows, leaks or fills up",
    sends: "mix",
    shape: { kind: "constant", rate: 100, duration: "4h0m" },
    limits: { errors: 0.001, dropped: 0.001, latencyFactor: 4 },
  },
];

export const scenarioNamed = (name: string): Scenario | undefined =>
  SCENARIOS.find((scenario) => scenario.name === name);
