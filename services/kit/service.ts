import type { AddressInfo } from "node:net";
import type { Registry } from "prom-client";
import { z } from "zod";
import { milliseconds, port, readConfig, type ConfigFields, type ConfigOf, type Environment } from "./config";
import { addEndpoints } from "./endpoints";
import { Health } from "./health";
import { createHttp, type Http } from "./http";
import { createLog, logLevels, type Log } from "./log";
import { refuseOtherMethods } from "./methods";
import { createMetrics } from "./metrics";
import { startWatchdog } from "./watchdog";

export interface ServiceDefinition<Fields extends ConfigFields> {
  readonly name: string;
  readonly version: string;
  /** What it is for, in a sentence: the description in its OpenAPI document. */
  readonly description: string;
  readonly port: number;
  /** What it wants to know, beside what every service does. */
  readonly config: Fields;
  /** Connects what it needs, adds routes and checks. It listens once this has returned. */
  readonly setup: (context: ServiceContext<Fields>) => Promise<void> | void;
}

export interface ServiceContext<Fields extends ConfigFields> {
  readonly config: ConfigOf<Fields>;
  readonly http: Http;
  readonly log: Log;
  readonly metrics: Registry;
  readonly health: Health;
  /** Runs after the last request has been answered; the last one added runs first. */
  readonly onStop: (stop: () => Promise<void> | void) => void;
}

export interface RunningService {
  readonly name: string;
  readonly log: Log;
  /** Where it listens; the port is the real one when 0 was asked for. */
  readonly port: number;
  readonly health: Health;
  /** How long {@link stop} may take, in milliseconds. */
  readonly drainDeadlineMs: number;
  /** Not ready at once; after the delay no new connections; in-flight requests finish; then what onStop was given. */
  readonly stop: () => Promise<void>;
}

/** Every service has these. */
export function commonFields(defaultPort: number) {
  return {
    HTTP_HOST: z.string().default("0.0.0.0"),
    HTTP_PORT: port(defaultPort),
    LOG_LEVEL: z.enum(logLevels, { error: `wants one of ${logLevels.join(", ")}` }).default("info"),
    DRAIN_DELAY_MS: milliseconds(500),
    DRAIN_DEADLINE_MS: milliseconds(10_000),
    WATCHDOG_STALL_MS: milliseconds(10_000),
    WATCHDOG_UNHEALTHY_MS: milliseconds(60_000),
  };
}

/**
 * Starts a service in this process.
 *
 * @throws {ConfigError} when a setting is wrong; whatever setup throws; when the port is taken
 */
export async function startService<Fields extends ConfigFields>(
  definition: ServiceDefinition<Fields>,
  env: Environment,
): Promise<RunningService> {
  const { name, version } = definition;
  const common = readConfig(commonFields(definition.port), env);
  const config = readConfig(definition.config, env);
  const log = createLog(name, version, common.LOG_LEVEL);
  const metrics = createMetrics(name, version);
  const health = new Health();
  const http = await createHttp({
    service: name,
    version,
    description: definition.description,
    log,
    metrics,
    health,
  });
  const refuseMethods = refuseOtherMethods(http);
  addEndpoints(http, name, version, health, metrics);
  const stops: (() => Promise<void> | void)[] = [];
  const watchdog = startWatchdog({
    health,
    log,
    stallMs: common.WATCHDOG_STALL_MS,
    unhealthyMs: common.WATCHDOG_UNHEALTHY_MS,
  });
  const release = async () => {
    await http.close();
    for (const stop of stops.reverse()) {
      await stop();
    }
    watchdog.stop();
  };
  try {
    await definition.setup({ config, http, log, metrics, health, onStop: (stop) => stops.push(stop) });
    refuseMethods();
    await http.listen({ host: common.HTTP_HOST, port: common.HTTP_PORT });
  } catch (error) {
    // half of what there is was begun when it failed: what cannot be undone must not keep the failure from being told
    await within(common.DRAIN_DEADLINE_MS, release()).catch((reason: unknown) =>
      log.warn({ err: reason }, "what was begun could not be undone"),
    );
    throw error;
  }
  health.markRunning();
  const bound = (http.server.address() as AddressInfo).port;
  return {
    name,
    log,
    port: bound,
    health,
    drainDeadlineMs: common.DRAIN_DEADLINE_MS,
    stop: async () => {
      health.markDraining();
      log.info({ delayMs: common.DRAIN_DELAY_MS }, "draining");
      await new Promise((resolve) => setTimeout(resolve, common.DRAIN_DELAY_MS));
      await release();
      log.info("stopped");
    },
  };
}

function within(ms: number, work: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, failed) => {
    timer = setTimeout(() => failed(new Error(`not done within ${ms} ms`)), ms);
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}
