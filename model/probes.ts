import { canonicalDuration, type Duration } from "./units";

/**
 * How the engine asks a container whether it works. HTTP and TCP probes are run by the static `t26` binary
 * from the shared toolbox volume (most images have neither shell nor curl); exec probes by the image's own tool.
 */
export type Probe =
  | {
      readonly kind: "http";
      readonly port: string;
      readonly path: string;
      readonly status?: string;
      /** File with `name:password`, where the program asks everybody for a login. */
      readonly loginFile?: string;
      readonly timing: ProbeTiming;
    }
  | { readonly kind: "tcp"; readonly port: string; readonly timing: ProbeTiming }
  | { readonly kind: "exec"; readonly command: readonly string[]; readonly timing: ProbeTiming };

export interface ProbeTiming {
  /**
   * Time between probes, and, on engines before 25, also before the first one.
   * @default "5s" — the first probe decides how long `up` waits; see docs/benchmarks.md for its cost
   */
  readonly interval: Duration;
  /** @default "3s" */
  readonly timeout: Duration;
  /** Failures in a row before the container counts as unhealthy. @default 3 */
  readonly retries: number;
  /** Failures in this time after the start do not count. @default "10s" */
  readonly startPeriod: Duration;
}

export const DEFAULT_TIMING: ProbeTiming = { interval: "5s", timeout: "3s", retries: 3, startPeriod: "10s" };

/** Where the toolbox volume is mounted in every container. */
export const TOOLBOX_PATH = "/opt/t26";
export const TOOLBOX_BINARY = `${TOOLBOX_PATH}/t26`;

/** `port` is the name of one of the service's ports. Any 2xx answer is healthy unless `status` ("200-399") says else. */
export function httpProbe(
  path: string,
  options: {
    readonly port?: string;
    readonly status?: string;
    readonly loginFile?: string;
  } & Partial<ProbeTiming> = {},
): Probe {
  const { port = "http", status, loginFile, ...timing } = options;
  return {
    kind: "http",
    port,
    path,
    ...(status === undefined ? {} : { status }),
    ...(loginFile === undefined ? {} : { loginFile }),
    timing: { ...DEFAULT_TIMING, ...timing },
  };
}

/** Healthy when the port accepts a connection. Only for programs that have nothing better. */
export function tcpProbe(port: string, timing: Partial<ProbeTiming> = {}): Probe {
  return { kind: "tcp", port, timing: { ...DEFAULT_TIMING, ...timing } };
}

/** Healthy when the command exits 0. */
export function execProbe(command: readonly string[], timing: Partial<ProbeTiming> = {}): Probe {
  return { kind: "exec", command, timing: { ...DEFAULT_TIMING, ...timing } };
}

/** A health check as the engine stores it: test words and durations in Go's canonical form. */
export interface Healthcheck {
  readonly tests: readonly string[];
  readonly interval: string;
  readonly timeout: string;
  readonly retries: number;
  readonly startPeriod: string;
}

/** `ports` maps the service's port names to container ports. 127.0.0.1, not localhost: images differ on ::1. */
export function healthcheck(probe: Probe, ports: Readonly<Record<string, number>>): Healthcheck {
  const { interval, timeout, retries, startPeriod } = probe.timing;
  return {
    tests: ["CMD", ...probeCommand(probe, ports)],
    interval: canonicalDuration(interval),
    timeout: canonicalDuration(timeout),
    retries,
    startPeriod: canonicalDuration(startPeriod),
  };
}

function probeCommand(probe: Probe, ports: Readonly<Record<string, number>>): readonly string[] {
  switch (probe.kind) {
    case "exec":
      return probe.command;
    case "tcp":
      return [TOOLBOX_BINARY, "probe", "tcp", `127.0.0.1:${ports[probe.port]}`];
    case "http":
      return [
        TOOLBOX_BINARY,
        "probe",
        "http",
        `http://127.0.0.1:${ports[probe.port]}${probe.path}`,
        ...(probe.status === undefined ? [] : ["--status", probe.status]),
        ...(probe.loginFile === undefined ? [] : ["--login-file", probe.loginFile]),
      ];
  }
}
