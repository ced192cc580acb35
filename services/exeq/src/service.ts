import { Counter, Gauge } from "prom-client";
import { z } from "zod";
import { batchOf } from "../../contracts/batch";
import { pendingChange, type BrokerCommand, type VenueReport } from "../../contracts/execution";
import { order } from "../../contracts/order";
import { orderStatus } from "../../contracts/states";
import { subjects } from "../../contracts/subjects";
import {
  authenticate,
  authFields,
  connectNats,
  connectValkey,
  consume,
  jwtVerifier,
  list,
  milliseconds,
  natsFields,
  Publisher,
  secret,
  text,
  url,
  valkeyStateFields,
  type ServiceContext,
  type ServiceDefinition,
  type Verify,
} from "../../kit";
import { addRoutes } from "./api";
import { followBars } from "./bars";
import { HttpOms } from "./oms";
import { Parents, type ChildNews } from "./parents";
import { VolumeProfiles } from "./profile";
import { Router, type OrderRecord } from "./router";
import { ParentStore } from "./store";

const settings = {
  ...natsFields,
  ...authFields,
  ...valkeyStateFields,
  OMS_URL: url("http", "https"),
  /** Its name at authn, for the token by which it places slices. */
  AUTHN_CLIENT_ID: text().default("exeq"),
  AUTHN_PASSWORD: secret(),
  /** Venues that orders may be for; those that live-gateway has. */
  VENUES: list(),
  RETRY_MS: milliseconds(250),
};

export interface ExeqParts {
  readonly verify?: Verify;
  readonly now?: () => number;
}

export function exeq(parts: ExeqParts = {}): ServiceDefinition<typeof settings> {
  return {
    name: "exeq",
    version: "0.1.0",
    description:
      "Routes accepted orders to the queue of their venue, and works those of algorithms: TWAP, VWAP, iceberg.",
    port: 8095,
    config: settings,
    setup: (context) => setup(context, parts),
  };
}

const ordersBatch = batchOf(order).transform((orders) =>
  orders.map((each): OrderRecord => ({ kind: "order", order: each })),
);
const pendingBatch = batchOf(pendingChange).transform((changes) =>
  changes.map((each): OrderRecord => ({ kind: "pending", pending: each })),
);
/** Of thousands of fills those of slices matter, and of them a few fields. */
const fillsBatch = batchOf(
  z.object({
    order: z.object({
      order_id: z.string(),
      parent_order_id: z.string().optional(),
      client_order_id: z.string(),
      status: orderStatus,
      quantity: z.string(),
      filled_quantity: z.string(),
      version: z.int(),
      reject_reason: z.string().optional(),
    }),
  }),
);

/** Orders go to their venue together, at most so often; slices wait for fills a little longer. */
const HANDLE_MS = { orders: 10, fills: 20 };
const DEFAULT_VENUES = ["prism", "binance", "ibkr"];

async function setup(context: ServiceContext<typeof settings>, parts: ExeqParts): Promise<void> {
  const { config, http, log, health, metrics, onStop } = context;
  const now = parts.now ?? Date.now;
  const nats = await connectNats({ settings: config, service: "exeq", log, health });
  onStop(() => nats.drain());
  const valkey = await connectValkey({
    url: config.VALKEY_STATE_URL,
    username: config.VALKEY_STATE_USERNAME,
    password: config.VALKEY_STATE_PASSWORD,
    log,
    health,
  });
  onStop(() => valkey.disconnect());
  const registers = [metrics];
  const routed = new Counter({
    name: "exeq_orders_routed_total",
    help: "Orders put into the queue of their venue.",
    registers,
  });
  const profiles = new VolumeProfiles();
  onStop(followBars(nats, profiles, log));
  const oms = new HttpOms({
    omsUrl: config.OMS_URL,
    authnUrl: config.AUTHN_URL,
    clientId: config.AUTHN_CLIENT_ID,
    password: config.AUTHN_PASSWORD,
    nats,
  });
  onStop(() => oms.close());
  const publisher = <Record>(subject: string) => new Publisher<Record>({ nats, subject, log });
  const queues = {
    submit: publisher<BrokerCommand>(subjects.broker.submit),
    cancel: publisher<BrokerCommand>(subjects.broker.cancel),
    replace: publisher<BrokerCommand>(subjects.broker.replace),
  };
  const reports = publisher<VenueReport>(subjects.venueReport);
  const report = async (each: VenueReport): Promise<void> => {
    await reports.publish(each, each.report_id);
  };
  const parents = new Parents({
    store: new ParentStore(valkey),
    oms,
    profiles,
    report,
    log,
    now,
    retryMs: config.RETRY_MS,
  });
  const active: Gauge = new Gauge({
    name: "exeq_parents_running_count",
    help: "Orders of algorithms at work.",
    registers,
    collect: (): void => active.set(parents.running.length),
  });
  const venues = config.VENUES.length > 0 ? config.VENUES : DEFAULT_VENUES;
  let count = 0;
  const router = new Router({
    venues: new Set(venues),
    parents,
    publish: {
      submit: async (command, id) => {
        await queues.submit.publish(command, id);
        routed.inc();
        count += 1;
      },
      cancel: async (command, id) => void (await queues.cancel.publish(command, id)),
      replace: async (command, id) => void (await queues.replace.publish(command, id)),
      report,
    },
    now,
  });
  // what was at work is known before the first message says something of it
  await parents.resume();
  onStop(() => parents.stop());
  const orders = consume<OrderRecord[]>({
    nats,
    consumer: "exeq-orders",
    everyMs: HANDLE_MS.orders,
    schema: (subject) => (subject === subjects.orders.pending ? pendingBatch : ordersBatch),
    handle: (messages) => router.handle(messages),
    log,
    health,
    metrics,
  });
  const fills = consume<{ order: ChildNewsRead }[]>({
    nats,
    consumer: "exeq-fills",
    everyMs: HANDLE_MS.fills,
    schema: () => fillsBatch,
    handle: async (messages) => {
      for (const { value } of messages) {
        for (const { order: news } of value)
          if (news.parent_order_id !== undefined) await parents.childMoved(asNews(news));
      }
    },
    log,
    health,
    metrics,
  });
  onStop(async () => {
    await Promise.all([orders.stop(), fills.stop()]);
  });
  authenticate(http, parts.verify ?? jwtVerifier(config.AUTHN_URL));
  addRoutes(http, parents, { routed: () => count, venues }, log);
}

type ChildNewsRead = z.output<typeof fillsBatch>[number]["order"];

function asNews(read: ChildNewsRead): ChildNews {
  const { parent_order_id, reject_reason, ...rest } = read;
  return {
    ...rest,
    ...(parent_order_id === undefined ? {} : { parent_order_id }),
    ...(reject_reason === undefined ? {} : { reject_reason }),
  };
}
