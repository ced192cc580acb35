import type { z } from "zod";
import { batchOf, confirmedFill, patterns, subjects, tick } from "../../contracts";
import {
  authenticate,
  authFields,
  connectNats,
  jwtVerifier,
  milliseconds,
  natsFields,
  type ServiceContext,
  type ServiceDefinition,
  type Verify,
} from "../../kit";
import { Follower, streamFacts } from "../../kit/follow";
import { hear, repeat } from "../../kit/running";
import { connectValkey, valkeyStateFields } from "../../kit/valkey";
import { Ledger } from "./ledger";
import { createMetrics } from "./metrics";
import { addRoutes } from "./routes";
import { LedgerStore } from "./store";
import { Teller } from "./teller";

const fields = {
  ...natsFields,
  ...valkeyStateFields,
  ...authFields,
  /** Between two updates of an account. */
  UPDATE_MS: milliseconds(250),
};
type Context = ServiceContext<typeof fields>;

const FLUSH_MS = 250;
/** Between two updates of a position. */
const POSITIONS_MS = 50;
const TICKS = batchOf(tick);
const FILLS = batchOf(confirmedFill);

/** @param verify of tokens, for tests; otherwise authn's keys */
export function pnlService(verify?: Verify): ServiceDefinition<typeof fields> {
  return {
    name: "pnl",
    version: "0.1.0",
    description: "Positions of every account, first in, first out, and their profit and loss.",
    port: 8100,
    config: fields,
    setup: (context) => setup(context, verify ?? jwtVerifier(context.config.AUTHN_URL)),
  };
}

async function setup(context: Context, verify: Verify): Promise<void> {
  const { config, http, log, metrics, health, onStop } = context;
  const valkey = await connectValkey({
    url: config.VALKEY_STATE_URL,
    username: config.VALKEY_STATE_USERNAME,
    password: config.VALKEY_STATE_PASSWORD,
    log,
    health,
  });
  onStop(() => valkey.disconnect());
  const nats = await connectNats({ settings: config, service: "pnl", log, health });
  onStop(() => nats.drain());

  const ledger = new Ledger();
  const store = new LedgerStore(valkey, ledger);
  const teller = new Teller(nats, ledger);
  const { created, firstSeq } = await streamFacts(nats, "FILLS");
  const after = (await store.load(created))?.seq ?? 0;
  if (firstSeq > after + 1) {
    const missing = `FILLS begins with message ${firstSeq}, needed is ${after + 1}: fills before it are not in the positions`;
    log.error({ firstSeq, after }, missing);
    health.addReadiness({
      name: "fills",
      required: false,
      check: () => {
        throw new Error(missing);
      },
    });
  }

  const reader = new Follower<z.output<typeof FILLS>>({
    nats,
    service: "pnl",
    stream: "FILLS",
    subjects: [subjects.fills.confirmed],
    after,
    schema: () => FILLS,
    handle: ({ value }) => {
      for (const { fill } of value) {
        const position = ledger.apply(fill);
        if (position) teller.changed(position);
      }
    },
    log,
    health,
    metrics,
  });
  hear(nats, patterns.ticks, TICKS, log, (ticks) => {
    for (const { symbol, price, timestamp } of ticks) ledger.tick(symbol, price, timestamp);
  });
  // a store that comes back may have lost its last second
  valkey.on("ready", () => store.writeAllNext());
  const save = () => store.save({ created, seq: reader.last });
  // what is not stored is read again by the next start
  onStop(() =>
    save().catch((error: unknown) => log.warn({ err: error }, "the last positions are not stored")),
  );
  onStop(repeat("positions", FLUSH_MS, log, save));
  reader.start();
  onStop(() => reader.stop());
  const current =
    (tell: () => void): (() => void) =>
    () => {
      if (reader.caughtUp) tell();
    };
  onStop(
    repeat(
      "position updates",
      POSITIONS_MS,
      log,
      current(() => teller.tellPositions()),
    ),
  );
  onStop(
    repeat(
      "account updates",
      config.UPDATE_MS,
      log,
      current(() => teller.tellAccounts(Date.now())),
    ),
  );
  createMetrics(metrics, ledger, () => reader.lag);

  authenticate(http, verify);
  addRoutes(http, ledger);
}
