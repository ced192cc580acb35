import Big from "big.js";
import { z } from "zod";
import {
  accountPnl,
  batchOf,
  decimalOf,
  haltMessage,
  patterns,
  requests,
  resumeMessage,
  subjects,
  tick,
  type RiskAlert,
} from "../../contracts";
import {
  authenticate,
  authFields,
  connectNats,
  jwtVerifier,
  milliseconds,
  natsFields,
  policyAt,
  Publisher,
  secret,
  url,
  type ServiceContext,
  type ServiceDefinition,
  type Verify,
} from "../../kit";
import { Follower, streamFacts } from "../../kit/follow";
import { connectValkey, valkeyStateFields } from "../../kit/valkey";
import { Admin } from "./admin";
import { addAdminRoutes } from "./admin-routes";
import { Alerts } from "./alerts";
import { announcementOf } from "./announcement";
import { Audit } from "./audit";
import { Book } from "./book";
import { Drawdowns } from "./drawdown";
import { DurableWriter } from "./durable";
import { RiskEngine, type Gate } from "./engine";
import { firstLimits, LimitIndex } from "./limits";
import { LimitStore } from "./limit-store";
import { Marks } from "./marks";
import { RiskMetrics, type RiskSnapshot } from "./metrics";
import { apply, readerOf } from "./records";
import { respond } from "./responder";
import { addReadRoutes } from "./routes";
import { hear, repeat } from "../../kit/running";
import { resumeAt, Snapshots } from "./snapshot";
import { TradingStateStore } from "./trading-state";

const fields = {
  ...natsFields,
  ...valkeyStateFields,
  ...authFields,
  OPA_URL: url("http", "https"),
  OPA_PASSWORD: secret(),
  /** How long an approved order counts that the log does not show. Longer than the OMS tries to write it. */
  RESERVATION_MS: milliseconds(15_000),
  /** How old the result of an account that holds something may be. */
  RESULT_MAX_AGE_MS: milliseconds(30_000),
  /** true: trades although the streams do not hold any more what the state would have to be built from. */
  ACCEPT_INCOMPLETE: z.enum(["true", "false"]).default("false"),
};
type Context = ServiceContext<typeof fields>;

const FLUSH_MS = 250;
const ANNOUNCE_MS = 5000;

/** @param verify of tokens, for tests; otherwise authn's keys */
export function riskService(verify?: Verify): ServiceDefinition<typeof fields> {
  return {
    name: "risk",
    version: "0.1.0",
    description:
      "Judges every order before it is accepted: limits, exposure, positions, the state of trading.",
    port: 8103,
    config: fields,
    setup: (context) => setup(context, verify ?? jwtVerifier(context.config.AUTHN_URL)),
  };
}

async function setup(context: Context, verify: Verify): Promise<void> {
  const { config, http, log, metrics: registry, health, onStop } = context;
  const valkey = await connectValkey({
    url: config.VALKEY_STATE_URL,
    username: config.VALKEY_STATE_USERNAME,
    password: config.VALKEY_STATE_PASSWORD,
    log,
    health,
  });
  onStop(() => valkey.disconnect());
  const writer = await DurableWriter.open(valkey);
  onStop(() => writer.stop());
  const nats = await connectNats({ settings: config, service: "risk", log, health });
  onStop(() => nats.drain());

  const [book, marks, drawdowns] = [new Book(), new Marks(), new Drawdowns()];
  const index = new LimitIndex(firstLimits);
  const store = new LimitStore(valkey, writer, index);
  await store.load();
  const snapshots = new Snapshots(valkey, book, drawdowns);
  const [orders, fills] = [await streamFacts(nats, "ORDERS"), await streamFacts(nats, "FILLS")];
  const before = await snapshots.load({ orders: orders.created, fills: fills.created });
  const isFirst = before === undefined && orders.lastSeq === 0 && fills.lastSeq === 0;
  const from = {
    orders: resumeAt("ORDERS", before?.orders, orders),
    fills: resumeAt("FILLS", before?.fills, fills),
  };
  const missing = [from.orders.missing, from.fills.missing].filter((one) => one !== undefined).join("; ");
  if (missing) log.error({ missing }, "the state cannot be built whole from the streams");

  const state = new TradingStateStore({ valkey, writer, log });
  await state.start(isFirst, Date.now());
  onStop(() => state.stop());

  const alertPublisher = new Publisher<RiskAlert>({ nats, subject: subjects.risk.alert, log });
  const alerts = new Alerts((alert) => {
    alertPublisher
      .publish(alert, alert.event_id)
      .catch((error: unknown) => log.error({ err: error, alert }, "alert not published"));
  });

  const shared = { nats, service: "risk", log, health, metrics: registry, schema: readerOf };
  const handle = (message: Parameters<typeof apply>[1]): void =>
    apply(book, message, Date.now(), (order) => engine.noteAccepted(order));
  const readers = {
    orders: new Follower({
      ...shared,
      stream: "ORDERS",
      subjects: Object.values(subjects.orders),
      after: from.orders.after,
      handle,
    }),
    fills: new Follower({
      ...shared,
      stream: "FILLS",
      subjects: [subjects.fills.confirmed],
      after: from.fills.after,
      handle,
    }),
  };
  const gate: Gate = {
    state: () => {
      if (missing && config.ACCEPT_INCOMPLETE === "false")
        return {
          state: "HALTED",
          why: `the state is not whole: ${missing}; start with ACCEPT_INCOMPLETE=true`,
        };
      if (!readers.orders.current || !readers.fills.current)
        return { state: "HALTED", why: "orders and fills are not all counted yet" };
      return state.now();
    },
  };
  health.addReadiness({
    name: "trading state",
    check: () => {
      const { why } = gate.state();
      if (!state.durable || missing) throw new Error(why);
    },
    required: false,
  });
  const engine = new RiskEngine({
    book,
    marks,
    limits: index,
    drawdowns,
    gate,
    resultMaxAgeMs: config.RESULT_MAX_AGE_MS,
    startedAt: Date.now(),
  });
  const measured = new RiskMetrics(
    registry,
    { book, marks, limits: index, drawdowns, state: () => gate.state().state },
    () => ({ ORDERS: readers.orders.lag, FILLS: readers.fills.lag }),
  );

  hear(nats, patterns.ticks, batchOf(tick), log, (ticks) => {
    const now = Date.now();
    for (const { symbol, price, timestamp } of ticks) marks.tick(symbol, price, timestamp, now);
  });
  hear(nats, subjects.pnlUpdate, accountPnl, log, ({ account, total_pnl, timestamp }) => {
    const limit = { ...index.book.default, ...index.book.accounts[account] }.max_drawdown;
    const bound = Big(limit ?? index.book.default.max_drawdown);
    if (!drawdowns.update(account, Big(total_pnl), bound, timestamp)) return;
    const message = `${account} has lost more than allowed since its highest result; only orders that reduce pass`;
    const value = decimalOf(drawdowns.drawdown(account));
    alerts.raise("drawdown", "CRITICAL", message, { account }, Date.now(), {
      value,
      limit: decimalOf(bound),
    });
  });
  const audit = new Audit(nats, log);
  const allow = policyAt(config.OPA_URL, config.OPA_PASSWORD);
  const announce = (): void => {
    const said = state.record && announcementOf(state.record);
    if (said && !nats.isClosed()) nats.publish(said.subject, JSON.stringify(said.message));
  };
  // who was not there when it was said hears it then
  onStop(repeat("announcement", ANNOUNCE_MS, log, announce));
  const admin = new Admin({ allow, audit, state, announce, limits: store, drawdowns, alerts, log });
  hear(nats, subjects.control.halt, haltMessage, log, async (message) => {
    if (!state.isNewHalt(message)) return;
    await state.halt(message);
    admin.told(`${message.level} by ${message.by}: ${message.reason}`, Date.now());
  });
  hear(nats, subjects.control.resume, resumeMessage, log, async (message) => {
    if (!state.isNewResume(message)) return;
    await state.resume(message);
    drawdowns.resume();
    admin.told(`resumed by ${message.by}: ${message.reason}`, Date.now());
  });
  nats.subscribe(requests.riskCheck, {
    callback: (error, message) => {
      if (error) return log.error({ err: error }, "risk checks cannot be heard");
      const replies = respond({ engine, alerts, metrics: measured }, message.string(), Date.now());
      message.respond(JSON.stringify(replies));
    },
  });

  const places = () => ({
    orders: { created: orders.created, seq: readers.orders.last },
    fills: { created: fills.created, seq: readers.fills.last },
  });
  // a store that comes back may have lost its last second
  valkey.on("ready", () => snapshots.writeAllNext());
  const save = () => snapshots.save(places());
  // after the readers have stopped; what is not stored is read again by the next start
  onStop(() => save().catch((error: unknown) => log.warn({ err: error }, "the last state is not stored")));
  // orders first: a fill of one that is not known yet would make it look new
  readers.orders.start();
  onStop(() => readers.orders.stop());
  onStop(
    repeat("fills", 50, log, () => {
      if (readers.orders.current) readers.fills.start();
    }),
  );
  onStop(() => readers.fills.stop());

  onStop(repeat("state", FLUSH_MS, log, save));
  onStop(
    repeat("reservations", 1000, log, () => {
      if (!readers.orders.current) return;
      const dropped = book.expire(Date.now() - config.RESERVATION_MS);
      if (dropped > 0) log.warn({ dropped }, "approved orders never came into the log, and count no more");
    }),
  );
  const snapshotPublisher = new Publisher<RiskSnapshot>({
    nats,
    subject: subjects.risk.metrics,
    log,
    deadlineMs: 900,
  });
  onStop(
    repeat("metrics", 1000, log, async () => {
      const snapshot = measured.snapshot(Date.now());
      measured.watch(snapshot, alerts);
      await snapshotPublisher.publish(snapshot, `risk-${snapshot.timestamp}`);
    }),
  );

  authenticate(http, verify);
  addReadRoutes(http, { book, marks, alerts, engine });
  addAdminRoutes(http, { admin, index, store, state, gate, drawdowns, log });
}
