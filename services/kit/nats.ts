import { connect } from "@nats-io/transport-node";
import type { NatsConnection } from "@nats-io/nats-core";
import { inboxOf } from "../contracts/subjects";
import { secret, text, url, type Secret } from "./config";
import type { Health } from "./health";
import type { Log } from "./log";

/** Spread into a service's config when it speaks NATS. */
export const natsFields = { NATS_URL: url("nats", "tls"), NATS_USERNAME: text(), NATS_PASSWORD: secret() };

export interface NatsSettings {
  readonly NATS_URL: string;
  readonly NATS_USERNAME: string;
  readonly NATS_PASSWORD: Secret;
}

export interface NatsOptions {
  readonly settings: NatsSettings;
  /** Shown by the server's monitoring. */
  readonly service: string;
  readonly log: Log;
  readonly health: Health;
  /**
   * Whether the service is of use without it. If it is, the first connection is tried once, and the caller tries again.
   * @default true
   */
  readonly required?: boolean;
}

/**
 * Connects, and from then on reconnects for ever; until the first connection it keeps trying, too. Answers to
 * requests come to `_INBOX_<user>.>`: with an inbox of its own per user the server can keep users from reading each
 * other's answers.
 *
 * @returns the connection; drain it at the end (`onStop(() => nats.drain())`)
 * @throws when the server refuses the credentials; when it is not required and not there
 */
export async function connectNats(options: NatsOptions): Promise<NatsConnection> {
  const { settings, log, health } = options;
  const connection = await connect({
    servers: settings.NATS_URL,
    user: settings.NATS_USERNAME,
    pass: settings.NATS_PASSWORD.reveal(),
    name: options.service,
    inboxPrefix: inboxOf(settings.NATS_USERNAME),
    maxReconnectAttempts: -1,
    waitOnFirstConnect: options.required ?? true,
    reconnectTimeWait: 250,
    reconnectJitter: 250,
    // the place of every request, kept in case that it fails, costs more than the request
    noAsyncTraces: true,
    pingInterval: 10_000,
    maxPingOut: 2,
  });
  log.info({ server: connection.getServer() }, "nats: connected");
  const link = watchLink(connection, log);
  health.addReadiness({
    name: "nats",
    required: options.required ?? true,
    check: () => {
      if (!link.connected) {
        throw new Error(link.lastError ?? "not connected");
      }
    },
  });
  // it gives up only when its credentials are refused: new ones come with a new process
  health.addLiveness({
    name: "nats",
    check: () => {
      if (connection.isClosed() && !health.draining) {
        throw new Error(link.lastError ?? "connection closed for good");
      }
    },
  });
  return connection;
}

interface Link {
  connected: boolean;
  lastError: string | undefined;
}

/** The server's word on the connection, as it changes. */
function watchLink(connection: NatsConnection, log: Log): Link {
  const link: Link = { connected: true, lastError: undefined };
  const follow = async (): Promise<void> => {
    for await (const status of connection.status()) {
      switch (status.type) {
        case "disconnect":
        case "close":
          link.connected = false;
          log.warn(`nats: ${status.type}`);
          break;
        case "reconnect":
          Object.assign(link, { connected: true, lastError: undefined });
          log.info({ server: status.server }, "nats: connected again");
          break;
        case "error":
          // a refused subject, too: the connection stays
          link.lastError = status.error.message;
          log.error({ err: status.error }, "nats: error");
          break;
        default:
          break;
      }
    }
  };
  void follow();
  return link;
}
