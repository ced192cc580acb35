import { canonicalDuration, durationSeconds, type Duration } from "./units";

/**
 * How the engine asks a container whether it works. Probes are run by the static `t26` binary from the shared toolbox
 * volume (most images have neither shell nor curl); it asks by HTTP, TCP or the image's own tool.
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
   * Time between questions, while all is well.
   * @default "5s"
   */
  readonly interval: Duration;
  /** Of one question. @default "3s" */
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
  /** Seconds after its start by which the container is healthy, or unhealthy. */
  readonly decidedAfter: number;
}

/**
 * The engine pays for each run of a check with a process through containerd and runc: at 5 s those of 37 services kept
 * 0.6 of a processor busy all the time. So a check stays in its container and asks by itself; it ends when it has
 * something to tell, or after this time. That is also why the engine may ask again at once, and first after a second.
 */
const HOLD: Duration = "5m";
const AGAIN: Duration = "1s";
/** For a check that ends late because the host is busy. Seconds. */
const LATE = 12;

/** `ports` maps the service's port names to container ports. 127.0.0.1, not localhost: images differ on ::1. */
export function healthcheck(probe: Probe, ports: Readonly<Record<string, number>>): Healthcheck {
  const { interval, timeout, retries, startPeriod } = probe.timing;
  const [every, one] = [durationSeconds(interval), durationSeconds(timeout)];
  const pace = ["--every", canonicalDuration(interval), "--timeout", canonicalDuration(timeout)];
  const [kind, ...target] = probeCommand(probe, ports);
  return {
    tests: ["CMD", TOOLBOX_BINARY, "probe", kind, ...pace, "--hold", HOLD, ...target],
    interval: AGAIN,
    timeout: canonicalDuration(`${Math.max(durationSeconds(HOLD), every) + one + LATE}s`),
    retries,
    startPeriod: canonicalDuration(startPeriod),
    decidedAfter: durationSeconds(startPeriod) + (durationSeconds(AGAIN) + every + one) * (retries + 2),
  };
}

function probeCommand(
  probe: Probe,
  ports: Readonly<Record<string, number>>,
): readonly [kind: Probe["kind"], ...target: readonly string[]] {
  switch (probe.kind) {
    case "exec":
      return ["exec", "--", ...probe.command];
    case "tcp":
      return ["tcp", `127.0.0.1:${ports[probe.port]}`];
    case "http":
      return [
        "http",
        `http://127.0.0.1:${ports[probe.port]}${probe.path}`,
        ...(probe.status === undefined ? [] : ["--status", probe.status]),
        ...(probe.loginFile === undefined ? [] : ["--login-file", probe.loginFile]),
      ];
  }
}
