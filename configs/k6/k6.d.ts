/** What the load script uses of k6's own modules; k6 brings them. https://grafana.com/docs/k6/latest/javascript-api/ */

/** Reads a file, while the script is loaded. */
declare function open(path: string): string;

declare module "k6" {
  /** Counts each check by its name. @returns whether all of them hold */
  export function check<Value>(
    value: Value,
    checks: Readonly<Record<string, (value: Value) => boolean>>,
    tags?: Readonly<Record<string, string>>,
  ): boolean;
  /** @param seconds for which this client waits */
  export function sleep(seconds: number): void;
}

declare module "k6/http" {
  export interface Answer {
    /** 0 when there was none. */
    readonly status: number;
    readonly body: string | null;
    /** Why there was none. */
    readonly error: string;
    readonly timings: { readonly duration: number };
  }
  export interface Params {
    readonly headers?: Readonly<Record<string, string>>;
    readonly tags?: Readonly<Record<string, string>>;
    readonly responseType?: "text" | "none";
    /** What does not count as failed. */
    readonly responseCallback?: unknown;
    readonly timeout?: string;
  }
  const http: {
    get(url: string, params?: Params): Answer;
    post(url: string, body: string | Readonly<Record<string, string>> | null, params?: Params): Answer;
    expectedStatuses(
      ...statuses: readonly (number | { readonly min: number; readonly max: number })[]
    ): unknown;
  };
  export default http;
}

declare module "k6/execution" {
  const execution: {
    readonly scenario: {
      /** Milliseconds since 1970. */
      readonly startTime: number;
      /** Of all clients together, from 0. */
      readonly iterationInTest: number;
    };
    readonly vu: { readonly idInTest: number };
    readonly test: { abort(reason: string): never };
  };
  export default execution;
}

declare module "k6/metrics" {
  export class Trend {
    constructor(name: string, isTime?: boolean);
    add(value: number, tags?: Readonly<Record<string, string>>): void;
  }
  export class Rate {
    constructor(name: string);
    add(value: boolean, tags?: Readonly<Record<string, string>>): void;
  }
}
