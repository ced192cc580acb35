/** ok: all well. degraded: an optional check fails. unavailable: a required one does, or not started yet. */
export type HealthStatus = "ok" | "degraded" | "unavailable" | "draining";

export interface CheckResult {
  readonly status: "ok" | "failed";
  readonly error?: string;
}

export interface HealthReport {
  readonly status: HealthStatus;
  readonly checks: Readonly<Record<string, CheckResult>>;
}

export interface HealthCheck {
  readonly name: string;
  /** Throws, or rejects, with a message when something is wrong. */
  readonly check: () => Promise<void> | void;
  /**
   * Whether the service is of use without it.
   * @default true
   */
  readonly required?: boolean;
}

export interface HealthOptions {
  /** @default 2000 */
  readonly checkTimeoutMs?: number;
  /**
   * How long a report serves further questions: probes and the public /health must not hammer a store.
   * @default 1000
   */
  readonly reportAgeMs?: number;
}

/**
 * Two questions: is it ready for work (asks its needs), and is it alive (asks only itself: restarting must help).
 */
export class Health {
  readonly #readiness: HealthCheck[] = [];
  readonly #liveness: HealthCheck[] = [];
  readonly #checkTimeoutMs: number;
  readonly #reportAgeMs: number;
  #phase: "starting" | "running" | "draining" = "starting";
  #report: { readonly at: number; readonly checks: Promise<HealthReport["checks"]> } | undefined;

  constructor(options: HealthOptions = {}) {
    this.#checkTimeoutMs = options.checkTimeoutMs ?? 2000;
    this.#reportAgeMs = options.reportAgeMs ?? 1000;
  }

  /** A need of the service. Names are unique. */
  addReadiness(check: HealthCheck): void {
    this.#readiness.push(checkedName(check, this.#readiness));
    this.#report = undefined;
  }

  /** Something only a restart mends. When it fails long enough, the watchdog ends the process. */
  addLiveness(check: HealthCheck): void {
    this.#liveness.push(checkedName(check, this.#liveness));
  }

  markRunning(): void {
    this.#phase = "running";
  }

  /** From now on it is not ready, whatever the checks say. */
  markDraining(): void {
    this.#phase = "draining";
  }

  get draining(): boolean {
    return this.#phase === "draining";
  }

  async ready(): Promise<HealthReport> {
    const checks = await this.#readinessResults();
    if (this.#phase !== "running") {
      return { status: this.#phase === "draining" ? "draining" : "unavailable", checks };
    }
    const failed = this.#readiness.filter((each) => checks[each.name]?.status === "failed");
    if (failed.length === 0) {
      return { status: "ok", checks };
    }
    return { status: failed.some((each) => each.required !== false) ? "unavailable" : "degraded", checks };
  }

  async live(): Promise<HealthReport> {
    const checks = await runAll(this.#liveness, this.#checkTimeoutMs);
    const failed = Object.values(checks).some((each) => each.status === "failed");
    return { status: failed ? "unavailable" : "ok", checks };
  }

  #readinessResults(): Promise<HealthReport["checks"]> {
    const now = performance.now();
    if (this.#report === undefined || now - this.#report.at >= this.#reportAgeMs) {
      this.#report = { at: now, checks: runAll(this.#readiness, this.#checkTimeoutMs) };
    }
    return this.#report.checks;
  }
}

/** Can somebody be sent here? */
export function isServing(status: HealthStatus): boolean {
  return status === "ok" || status === "degraded";
}

function checkedName(check: HealthCheck, others: readonly HealthCheck[]): HealthCheck {
  if (others.some((other) => other.name === check.name)) {
    throw new Error(`health check "${check.name}" exists already; names are unique`);
  }
  return check;
}

async function runAll(checks: readonly HealthCheck[], timeoutMs: number): Promise<HealthReport["checks"]> {
  const results = await Promise.all(
    checks.map(async (each) => [each.name, await runOne(each, timeoutMs)] as const),
  );
  return Object.fromEntries(results);
}

async function runOne(check: HealthCheck, timeoutMs: number): Promise<CheckResult> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${timeoutMs} ms`)), timeoutMs);
  });
  try {
    await Promise.race([Promise.resolve().then(check.check), late]);
    return { status: "ok" };
  } catch (error) {
    return { status: "failed", error: error instanceof Error ? error.message : String(error) };
  } finally {
    clearTimeout(timer);
  }
}
