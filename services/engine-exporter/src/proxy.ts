import { z } from "zod";
import type { Secret } from "../../kit";
import { basicAuth } from "../../kit/outgoing";

const amount = z.number().nonnegative();

const container = z.object({
  name: z.string(),
  id: z.string(),
  workload: z.string(),
  state: z.string(),
  health: z.enum(["healthy", "unhealthy", "starting", "none"]),
  restartCount: amount,
  createdAt: z.iso.datetime(),
  startedAt: z.iso.datetime().optional(),
  /** 0 is none. */
  memoryLimitBytes: amount,
  cpuLimitCores: amount,
  lanes: z.array(z.string()),
});

const usage = z.object({
  cpuNanoseconds: amount,
  throttledNanoseconds: amount,
  workingSetBytes: amount,
  pids: amount,
  networks: z.record(z.string(), z.object({ receiveBytes: amount, transmitBytes: amount })),
});

const nanoseconds = z.string().regex(/^\d+$/).transform(BigInt);
const events = z.object({
  completeSince: nanoseconds,
  events: z.array(
    z.object({ time: nanoseconds, action: z.string(), workload: z.string(), role: z.string() }),
  ),
});

export type Container = z.output<typeof container>;
export type Usage = z.output<typeof usage>;
export type Events = z.output<typeof events>;

/** Answers of the proxy that say nothing about it: the container went away, or does not run. */
const NOTHING = [404, 409];

export interface ProxySettings {
  readonly url: string;
  readonly username: string;
  readonly password: Secret;
}

/**
 * Asks the engine's proxy (`t26 engine-proxy`). Everything throws when it does not answer as it should, or not before
 * the signal.
 */
export class EngineProxy {
  readonly #settings: ProxySettings;

  constructor(settings: ProxySettings) {
    this.#settings = settings;
  }

  /** Every service of the stack; jobs and writers come and go. */
  services(signal: AbortSignal): Promise<readonly Container[]> {
    return this.#ask("/containers?role=service", z.array(container), signal);
  }

  /** What a container has used since it started; undefined for one that does not run. */
  async usage(name: string, signal: AbortSignal): Promise<Usage | undefined> {
    const path = `/containers/${encodeURIComponent(name)}/stats`;
    return this.#ask(path, usage.optional(), signal, NOTHING);
  }

  /** What happened since then, nanoseconds since 1970. */
  events(since: bigint, signal: AbortSignal): Promise<Events> {
    return this.#ask(`/events?since=${since}`, events, signal);
  }

  async #ask<T extends z.ZodType>(
    path: string,
    schema: T,
    signal: AbortSignal,
    nothing: readonly number[] = [],
  ): Promise<z.output<T>> {
    const { url, username, password } = this.#settings;
    const response = await fetch(`${url}${path}`, {
      headers: basicAuth(username, password),
      signal,
    });
    if (!response.ok) await response.body?.cancel();
    if (!response.ok && !nothing.includes(response.status))
      throw new Error(`${path} answered ${response.status}`);
    const parsed = schema.safeParse(response.ok ? await response.json() : undefined);
    if (!parsed.success)
      throw new Error(`${path} answered something else than expected: ${z.prettifyError(parsed.error)}`);
    return parsed.data;
  }
}
