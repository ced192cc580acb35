import { z } from "zod";
import {
  authenticate,
  authFields,
  callerOf,
  connectNats,
  jwtVerifier,
  milliseconds,
  natsFields,
  secret,
  text,
  url,
  wholeNumber,
  type ServiceDefinition,
  type Verify,
} from "../../kit";
import { Bus } from "./bus";
import { Hub } from "./hub";
import { Rest } from "./rest";
import { Sockets } from "./sockets";
import { Tickets } from "./tickets";

export const fields = {
  ...natsFields,
  ...authFields,
  AUTHN_CLIENT_ID: text().default("live-updates"),
  AUTHN_PASSWORD: secret(),
  OMS_URL: url("http", "https"),
  PNL_URL: url("http", "https"),
  RISK_URL: url("http", "https"),
  TICKET_LIFE_MS: milliseconds(30_000),
  HEARTBEAT_MS: milliseconds(20_000),
  SOCKET_LIFE_MS: milliseconds(3_600_000),
  MAX_SOCKETS: wholeNumber(1, 100_000).default(10_000),
  MAX_SUBSCRIPTIONS: wholeNumber(1, 1000).default(200),
  /** Bytes that may wait in a socket before values are left out. */
  MAX_BUFFERED_BYTES: wholeNumber(1024, 16 * 1024 * 1024).default(256 * 1024),
  /** Orders or fills of a channel that may wait before the client has to begin again. */
  MAX_WAITING: wholeNumber(1, 100_000).default(2000),
};

/** The gateway keeps it. */
const PATH = "/ws";
const SWEEP_MS = 60_000;

export function liveUpdates(parts: { readonly verify?: Verify } = {}): ServiceDefinition<typeof fields> {
  return {
    name: "live-updates",
    version: "0.1.0",
    description: "What happens, as it happens, for browsers: quotes, orders, fills, positions, profit, risk.",
    port: 8115,
    config: fields,
    setup: async ({ config, http, log, metrics, health, onStop }) => {
      authenticate(http, parts.verify ?? jwtVerifier(config.AUTHN_URL));
      const rest = new Rest({
        omsUrl: config.OMS_URL,
        pnlUrl: config.PNL_URL,
        riskUrl: config.RISK_URL,
        authnUrl: config.AUTHN_URL,
        clientId: config.AUTHN_CLIENT_ID,
        secret: config.AUTHN_PASSWORD,
      });
      const hub = new Hub({ load: rest.load, log });
      const nats = await connectNats({ settings: config, service: "live-updates", log, health });
      const bus = new Bus(nats, hub, log);
      bus.start();
      health.addReadiness({ name: "bus", check: () => bus.check() });
      const sweep = setInterval(() => hub.sweep(), SWEEP_MS);
      const tickets = new Tickets(config.TICKET_LIFE_MS);
      const sockets = new Sockets({
        server: http.server,
        path: PATH,
        tickets,
        hub,
        limits: {
          maxSubscriptions: config.MAX_SUBSCRIPTIONS,
          maxBuffered: config.MAX_BUFFERED_BYTES,
          maxWaiting: config.MAX_WAITING,
        },
        maxSockets: config.MAX_SOCKETS,
        heartbeatMs: config.HEARTBEAT_MS,
        maxAgeMs: config.SOCKET_LIFE_MS,
        log,
        metrics,
      });
      // before the server closes: it waits for connections to end
      http.addHook("preClose", () => sockets.stop());
      onStop(async () => {
        clearInterval(sweep);
        hub.stop();
        await bus.stop();
        await nats.drain();
        await rest.close();
      });
      http.post(
        `${PATH}/ticket`,
        {
          config: { role: "viewer" },
          schema: {
            summary: `A ticket for one socket: GET ${PATH}?ticket=…`,
            tags: ["live"],
            response: { 201: z.object({ ticket: z.string(), expires_in_ms: z.int() }) },
          },
        },
        async (request, reply) =>
          reply
            .code(201)
            .header("cache-control", "no-store")
            .send({ ticket: tickets.issue(callerOf(request)), expires_in_ms: tickets.lifeMs }),
      );
    },
  };
}
