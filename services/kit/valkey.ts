import { Redis } from "iovalkey";
import { secret, text, url, type Secret } from "./config";
import type { Health } from "./health";
import type { Log } from "./log";

/** Spread into a service's config when it keeps state in valkey-state. */
export const valkeyStateFields = {
  VALKEY_STATE_URL: url("redis"),
  VALKEY_STATE_USERNAME: text(),
  VALKEY_STATE_PASSWORD: secret(),
};

export interface ValkeySettings {
  readonly VALKEY_STATE_URL: string;
  readonly VALKEY_STATE_USERNAME: string;
  readonly VALKEY_STATE_PASSWORD: Secret;
}

export interface ValkeyOptions {
  /** redis://host:port */
  readonly url: string;
  readonly username?: string;
  readonly password?: Secret;
  readonly log: Log;
  readonly health: Health;
}

const COMMAND_MS = 1000;

export type Valkey = Redis;

/**
 * A connection that reconnects for ever and never queues: without a connection a command fails at once, and one that
 * is not answered within a second fails, too. Who needs the answer decides what that means.
 *
 * @returns once it is connected, however long that takes
 */
export async function connectValkey(options: ValkeyOptions): Promise<Valkey> {
  const { log, health, username, password } = options;
  const { hostname, port } = new URL(options.url);
  const client = new Redis({
    host: hostname,
    port: Number(port || 6379),
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password: password.reveal() }),
    enableOfflineQueue: false,
    // INFO, by which it would ask, is an admin's command
    enableReadyCheck: false,
    maxRetriesPerRequest: 0,
    connectTimeout: 2000,
    commandTimeout: COMMAND_MS,
    retryStrategy: () => 250,
  });
  let reason = "not connected";
  client.on("error", (error: Error) => {
    if (error.message !== reason) log.warn({ reason: error.message }, "valkey: not reachable");
    reason = error.message;
  });
  client.on("ready", () => {
    log.info("valkey: connected");
    reason = "connection lost";
  });
  health.addReadiness({
    name: "valkey",
    check: async () => {
      if (client.status !== "ready") throw new Error(reason);
      await client.ping();
    },
  });
  if (client.status !== "ready") await new Promise<void>((resolve) => client.once("ready", () => resolve()));
  return client;
}

/** Runs a transaction. @throws for a command that was refused, too, which the client only reports in its answer */
export async function execute(transaction: ReturnType<Valkey["multi"]>): Promise<readonly unknown[]> {
  const answers = await transaction.exec();
  if (!answers) throw new Error("the transaction was given up");
  return answers.map(([error, answer]) => {
    if (error) throw error;
    return answer;
  });
}
