import { setTimeout as sleep } from "node:timers/promises";
import {
  ConfigError,
  readConfig,
  text,
  url,
  wholeNumber,
  type ConfigFields,
  type ConfigOf,
  type Environment,
} from "../../kit/config";

/** What every job is given. */
export interface JobContext {
  readonly args: readonly string[];
  readonly env: Environment;
  /** How long to wait for the store, which may have started a moment ago. */
  readonly connectTimeoutMs: number;
  /** Says what was done, a line each. */
  readonly say: (line: string) => void;
}

/** The store is not there yet: worth another attempt. Anything else is final. */
export class NotReadyError extends Error {
  override readonly name = "NotReadyError";
}

/** What was made is not what was read back, or cannot become what is wanted. Lists everything at once. */
export class JobError extends Error {
  override readonly name = "JobError";

  constructor(
    what: string,
    readonly problems: readonly string[],
  ) {
    super(`${what}: ${problems.join("; ")}`);
  }
}

/**
 * Repeats an attempt that fails with {@link NotReadyError} until it succeeds or the time is over.
 *
 * @throws the attempt's other errors at once; at the end an error that holds the last reason
 */
export async function untilReady<T>(what: string, timeoutMs: number, attempt: () => Promise<T>): Promise<T> {
  const deadline = performance.now() + timeoutMs;
  for (let pauseMs = 100; ; pauseMs = Math.min(pauseMs * 2, 2000)) {
    try {
      return await attempt();
    } catch (error) {
      if (!(error instanceof NotReadyError)) {
        throw error;
      }
      if (performance.now() + pauseMs > deadline) {
        throw new Error(
          `${what} did not answer within ${timeoutMs / 1000} s; the last attempt: ${error.message}`,
          {
            cause: error,
          },
        );
      }
    }
    await sleep(pauseMs);
  }
}

/**
 * A job's settings, and the store's address: <NAME>_URL, or <NAME>_HOST and <NAME>_PORT.
 *
 * @throws {ConfigError} with every problem of both
 */
export function readStore<Fields extends ConfigFields>(
  store: { readonly name: string; readonly scheme: "http" | "nats"; readonly port: number },
  fields: Fields,
  env: Environment,
): { readonly address: string; readonly config: ConfigOf<Fields> } {
  const { name, scheme, port } = store;
  const [urlField, hostField, portField] = [`${name}_URL`, `${name}_HOST`, `${name}_PORT`];
  const hasUrl = Boolean(env[urlField]);
  const address = {
    [urlField]: url(scheme, scheme === "http" ? "https" : "tls").optional(),
    [hostField]: hasUrl ? text().optional() : text(),
    [portField]: wholeNumber(1, 65535).default(port),
  };
  try {
    const values = readConfig<ConfigFields>({ ...address, ...fields }, env);
    const given = values[urlField] ?? `${scheme}://${String(values[hostField])}:${String(values[portField])}`;
    return { address: String(given), config: values as ConfigOf<Fields> };
  } catch (error) {
    if (!(error instanceof ConfigError)) {
      throw error;
    }
    const either = `${urlField} is missing (or ${hostField} and ${portField})`;
    throw new ConfigError(error.problems.map((each) => (each === `${hostField} is missing` ? either : each)));
  }
}
