import { z } from "zod";
import {
  barInterval,
  haltMessage,
  isFinal,
  orderStatus,
  resumeMessage,
  riskAlert,
  stateOfLevel,
  symbol,
  type TradingState,
} from "../../contracts";
import type { Change } from "./channel";
import { parseChannel, type ChannelName } from "./channel-name";

/** Something that was said on the bus, or fetched, and the channel that it belongs to. */
export interface News {
  readonly channel: ChannelName;
  readonly change: Change;
}

// who wrote these has checked them: here only what decides where they go
const tickRecord = z.looseObject({ symbol, timestamp: z.number() });
const barRecord = z.looseObject({ symbol, interval: barInterval, timestamp: z.number(), trades: z.number() });
const orderRecord = z.looseObject({
  order_id: z.string(),
  account: z.string(),
  status: orderStatus,
  version: z.number(),
});
const fillRecord = z.looseObject({ fill_id: z.string(), account: z.string() });
const positionRecord = z.looseObject({ account: z.string(), symbol: z.string(), version: z.number() });
const pnlRecord = z.looseObject({ account: z.string(), timestamp: z.number() });
const accountMetrics = z.looseObject({ account: z.string() });
const metricsRecord = z.looseObject({ timestamp: z.number(), accounts: z.array(accountMetrics).default([]) });
const batches = {
  ticks: z.array(tickRecord),
  bars: z.array(barRecord),
  orders: z.array(orderRecord),
  pending: z.array(z.looseObject({ order: orderRecord })),
  confirmed: z.array(z.looseObject({ fill: fillRecord, order: orderRecord })),
  alerts: z.union([z.array(riskAlert), riskAlert.transform((one) => [one])]),
  metrics: z.union([z.array(metricsRecord), metricsRecord.transform((one) => [one])]),
};

function named(text: string): ChannelName {
  const name = parseChannel(text);
  if (!name) throw new Error(`${text} is no channel`);
  return name;
}

/** Of a batch of ticks the last of each symbol: between two of one message nobody could have acted. */
export function ofTicks(value: unknown): readonly News[] {
  const last = new Map(batches.ticks.parse(value).map((each) => [each.symbol, each]));
  return [...last.values()].map((record) => ({
    channel: named(`quotes:${record.symbol}`),
    change: { key: "quote", record, version: record.timestamp, again: true },
  }));
}

/** A bar grows by trades, and is a key of its own: its last state reaches slow clients, too. */
export function ofBars(value: unknown): readonly News[] {
  return batches.bars.parse(value).map((record) => ({
    channel: named(`bars:${record.interval}:${record.symbol}`),
    change: { key: `bar:${record.timestamp}`, record, version: record.trades, again: true, log: true },
  }));
}

export const ofOrders = (value: unknown): readonly News[] => batches.orders.parse(value).map(orderNews);

export const ofPending = (value: unknown): readonly News[] =>
  batches.pending.parse(value).map(({ order }) => orderNews(order));

/** A fill, and the order after it. */
export function ofConfirmed(value: unknown): readonly News[] {
  return batches.confirmed.parse(value).flatMap(({ fill, order }) => [
    {
      channel: named(`fills:${fill.account}`),
      change: { key: fill.fill_id, record: fill, version: 1, log: true },
    },
    orderNews(order),
  ]);
}

export function orderNews(record: z.output<typeof orderRecord>): News {
  const { order_id: key, version, status, account } = record;
  return { channel: named(`orders:${account}`), change: { key, record, version, final: isFinal(status) } };
}

/** Its price moves without a new version. */
export function ofPosition(value: unknown): News {
  const record = positionRecord.parse(value);
  const { account, symbol: key, version } = record;
  return { channel: named(`positions:${account}`), change: { key, record, version, again: true } };
}

export function ofPnl(value: unknown): News {
  const record = pnlRecord.parse(value);
  const { account, timestamp: version } = record;
  return { channel: named(`pnl:${account}`), change: { key: "pnl", record, version, again: true } };
}

const risk = named("risk");

export const ofAlerts = (value: unknown): readonly News[] =>
  batches.alerts.parse(value).map((alert) => ({
    channel: risk,
    change: {
      key: `alert:${alert.event_id}`,
      record: { kind: "alert", ...alert },
      version: 1,
      log: true,
      ...(alert.account === undefined ? {} : { account: alert.account }),
    },
  }));

/** What each account has is for those who may use it; the sums are for everybody. */
export function ofMetrics(value: unknown): readonly News[] {
  return batches.metrics.parse(value).flatMap(({ accounts, ...sums }) => {
    const version = sums.timestamp;
    const of = accounts.map(({ account, ...rest }) => ({
      channel: risk,
      change: {
        key: `account:${account}`,
        record: { kind: "account", account, ...rest },
        version,
        again: true,
        account,
      },
    }));
    const all = { key: "metrics", record: { kind: "metrics", ...sums }, version, again: true };
    return [...of, { channel: risk, change: all }];
  });
}

/** control.trading.halt and .resume */
export function ofControl(value: unknown): News {
  const halt = haltMessage.safeParse(value);
  const { by, reason, at } = halt.data ?? resumeMessage.parse(value);
  const state = halt.data ? stateOfLevel[halt.data.level] : "ACTIVE";
  return { channel: risk, change: stateChange(state, { by, reason, at }, at) };
}

export function stateChange(state: TradingState, about: object, version: number): Change {
  return { key: "state", record: { kind: "state", state, ...about }, version, again: true };
}
