import {
  authenticate,
  authFields,
  connectNats,
  connectValkey,
  consume,
  jwtVerifier,
  milliseconds,
  natsFields,
  valkeyStateFields,
  wholeNumber,
  type Log,
  type ServiceDefinition,
  type Verify,
} from "../../kit";
import { Changes } from "./changes";
import { Desk } from "./desk";
import { Gate } from "./gate";
import { Journal } from "./journal";
import { createMetrics } from "./metrics";
import { Parents } from "./parents";
import { Recovery } from "./recovery";
import { keepInLog } from "./refresh";
import { answerRequests } from "./requests";
import { riskClient } from "./risk-client";
import { addRoutes } from "./routes";
import { Store } from "./state/store";
import { Submissions } from "./submissions";
import { toldSchema, Venue } from "./venue";

const fields = {
  ...natsFields,
  ...authFields,
  ...valkeyStateFields,
  /** How long risk may take; without an answer nothing is sent. */
  RISK_TIMEOUT_MS: milliseconds(1000),
  /** How long a client waits for the stream's acknowledgement. */
  ACK_TIMEOUT_MS: milliseconds(5000),
  /** From so many unacknowledged changes on, new orders are refused. */
  UNACKNOWLEDGED_MOST: wholeNumber(1, 1_000_000).default(10_000),
  /** Ended orders in memory: about 2 kB each. */
  FINALS_IN_MEMORY: wholeNumber(1024, 1_000_000).default(10_000),
  /** Ended orders in Valkey: about 1 kB each, with fills 1.5. */
  FINALS_KEPT: wholeNumber(1024, 10_000_000).default(50_000),
  /** Client ids that are recognised after that, at the least: 60 bytes each, and at most twice as many are kept. */
  CLIENT_IDS_KEPT: wholeNumber(1024, 10_000_000).default(750_000),
};

const RETRY_MS = 1000;
/** What venues tell is recorded together, at most so often. */
const RECORD_MS = 10;
/** Of what the drain of the process may take, for the streams and for Valkey each. */
const DRAIN_MS = 3000;

export interface OmsOptions {
  /** Who checks tokens; by default with the keys of AUTHN_URL. */
  readonly verify?: Verify;
}

/** Order management: takes orders, asks risk, writes the log of orders, and follows what the venue says. */
export function oms(options: OmsOptions = {}): ServiceDefinition<typeof fields> {
  return {
    name: "oms",
    version: "0.1.0",
    description: "Orders: sent, cancelled, replaced and followed until they end.",
    port: 8099,
    config: fields,
    setup: async ({ config, http, log, metrics: registry, health, onStop }) => {
      const nats = await connectNats({ settings: config, service: "oms", log, health });
      onStop(() => nats.close());
      const valkey = await connectValkey({
        url: config.VALKEY_STATE_URL,
        username: config.VALKEY_STATE_USERNAME,
        password: config.VALKEY_STATE_PASSWORD,
        log,
        health,
      });
      onStop(() => valkey.disconnect());
      const gate = new Gate();
      const now = Date.now;
      const desk: Desk = new Desk({
        store: new Store(valkey, { finals: config.FINALS_KEPT, clients: config.CLIENT_IDS_KEPT }),
        log,
        metrics: createMetrics(registry, () => ({
          openOrders: desk.book.openCount,
          inMemory: desk.book.size,
          unacknowledged: desk.journal.waiting,
          unacknowledgedFor: desk.journal.waitedMs / 1000,
          unprojected: desk.projection.waiting,
        })),
        finals: config.FINALS_IN_MEMORY,
        ackMs: config.ACK_TIMEOUT_MS,
        onLost: () => keeper.lost(),
        journal: (logged) => new Journal({ nats, log, logged }),
      });
      const parents = new Parents(desk, now);
      const keeper = new Keeper(gate, new Recovery({ nats, desk, parents, log }), log);
      const risk = riskClient(nats, config.RISK_TIMEOUT_MS);
      const { UNACKNOWLEDGED_MOST: mostUnacknowledged } = config;
      const onLost = (): void => keeper.lost();
      const submissions = new Submissions({ desk, gate, risk, parents, now, mostUnacknowledged, onLost });
      const changes = new Changes({ desk, gate, risk, parents, now });
      const venue = new Venue({ desk, gate, parents, now });
      health.addReadiness({ name: "orders", check: () => gate.assertOpen() });
      authenticate(http, options.verify ?? jwtVerifier(config.AUTHN_URL));
      addRoutes(http, { desk, gate, submissions, changes });
      onStop(() => desk.projection.stop(DRAIN_MS));
      onStop(async () => {
        if (!(await desk.journal.drain(DRAIN_MS)))
          log.warn(
            { records: desk.journal.waiting },
            "the streams do not have everything; clients were told so",
          );
      });
      const consumption = consume({
        nats,
        consumer: "oms-venue",
        everyMs: RECORD_MS,
        schema: toldSchema,
        log,
        health,
        metrics: registry,
        handle: (messages) => venue.handle(messages),
      });
      onStop(() =>
        Promise.race([
          consumption.stop(),
          new Promise<void>((resolve) => setTimeout(resolve, DRAIN_MS).unref()),
        ]),
      );
      const requests = answerRequests(nats, changes, log);
      onStop(() => requests.stop());
      const refresh = keepInLog(desk, now);
      onStop(() => refresh.stop());
      onStop(() => keeper.stop());
      keeper.begin();
    },
  };
}

/** Reads the state at the start, and again when Valkey has lost it. Until that is done nothing is decided. */
class Keeper {
  readonly #gate: Gate;
  readonly #recovery: Recovery;
  readonly #log: Log;
  #running: Promise<void> | undefined;
  #stopped = false;

  constructor(gate: Gate, recovery: Recovery, log: Log) {
    this.#gate = gate;
    this.#recovery = recovery;
    this.#log = log;
  }

  begin(): void {
    this.#running ??= this.#run().finally(() => (this.#running = undefined));
  }

  lost(): void {
    if (this.#running) return;
    this.#log.error({ alert: true }, "valkey-state has lost the orders; reading them from the streams");
    this.#recovery.invalidate();
    this.#gate.close("valkey-state has lost the orders, and they are read from the streams");
    this.begin();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await Promise.race([this.#running, new Promise((resolve) => setTimeout(resolve, RETRY_MS).unref())]);
  }

  async #run(): Promise<void> {
    await this.#gate.empty();
    while (!this.#stopped) {
      try {
        await this.#recovery.run();
        this.#gate.open();
        return;
      } catch (error) {
        this.#log.warn({ err: error }, "orders cannot be read yet, trying again");
        await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
      }
    }
  }
}
