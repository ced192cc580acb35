import { writeSync } from "node:fs";
import type { ConfigFields } from "./config";
import { ConfigError } from "./config";
import { leave } from "./exit";
import { startService, type RunningService, type ServiceDefinition } from "./service";

/**
 * The whole life of a service process: start, run, drain on SIGTERM or SIGINT, exit.
 * Exit codes: 0 drained, 1 not started or not drained in time or an error nobody caught, 70 watchdog.
 */
export function runService<Fields extends ConfigFields>(definition: ServiceDefinition<Fields>): void {
  process.once("uncaughtException", (error) => fail(definition.name, "an error that nobody caught", error));
  let running: RunningService | undefined;
  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    // while it starts there is nothing to drain; process 1 would ignore a signal that nobody handles
    process.once(signal, () => (running ? void drain(running, signal) : process.exit(0)));
  }
  startService(definition, process.env).then(
    (service) => (running = service),
    (error: unknown) => fail(definition.name, "cannot start", error),
  );
}

async function drain(service: RunningService, signal: string): Promise<void> {
  service.log.info({ signal }, "asked to stop");
  const deadline = setTimeout(() => {
    service.log.error({ deadlineMs: service.drainDeadlineMs }, "not drained in time, ending");
    process.exit(1);
  }, service.drainDeadlineMs);
  try {
    await service.stop();
  } catch (error) {
    fail(service.name, "cannot stop cleanly", error);
  }
  clearTimeout(deadline);
  await leave(0);
}

/** Written past the logger: it may be what is broken. */
function fail(service: string, what: string, error: unknown): never {
  const known = error instanceof ConfigError;
  const line = {
    time: new Date().toISOString(),
    level: "fatal",
    service,
    msg: `${what}: ${error instanceof Error ? error.message : String(error)}`,
    ...(known || !(error instanceof Error) ? {} : { stack: error.stack }),
  };
  writeSync(2, `${JSON.stringify(line)}\n`);
  process.exit(1);
}
