import { z } from "zod";
import {
  bar,
  batchOf,
  confirmedFill,
  order,
  pendingChange,
  riskAlert,
  subjects,
  tick,
} from "../../contracts";
import {
  connectNats,
  consume,
  milliseconds,
  natsFields,
  optionalSecret,
  text,
  url,
  type ServiceDefinition,
} from "../../kit";
import type { Row } from "./line-protocol";
import { Questdb } from "./questdb";
import { alertRow, barRow, confirmedRows, orderRow, tickRow } from "./rows";
import { Snapshots } from "./snapshots";
import { Writer } from "./writer";

/** Of a stream in one commit; a busy second has more than the kit's usual 256. */
const MOST_MESSAGES = 500;

const fields = {
  ...natsFields,
  QUESTDB_URL: url("http", "https"),
  QUESTDB_USERNAME: text().optional(),
  QUESTDB_PASSWORD: optionalSecret(),
  SNAPSHOT_MS: milliseconds(1000),
  /** Rows are written at most so often: each commit costs QuestDB far more than its rows. */
  COMMIT_MS: milliseconds(1000),
};

/** Messages of a stream as rows: read once, by the contract. */
const orderRows = batchOf(order).transform((orders) => orders.map(orderRow));
const pendingRows = batchOf(pendingChange).transform((changes) =>
  changes.map((change) => orderRow(change.order)),
);
const fillRows = batchOf(confirmedFill).transform((fills) => fills.flatMap(confirmedRows));
const tickRows = batchOf(tick).transform((ticks) => ticks.map(tickRow));
const barRows = batchOf(bar).transform((bars) => bars.map(barRow));
const alertRows = z
  .union([batchOf(riskAlert), riskAlert.transform((alert) => [alert])])
  .transform((alerts) => alerts.map(alertRow));

const sources: readonly {
  readonly consumer: string;
  readonly schema: (subject: string) => z.ZodType<readonly Row[]>;
}[] = [
  {
    consumer: "questdb-writer-orders",
    schema: (subject) => (subject === subjects.orders.pending ? pendingRows : orderRows),
  },
  { consumer: "questdb-writer-fills", schema: () => fillRows },
  {
    consumer: "questdb-writer-market",
    schema: (subject) => (subject.startsWith("market.tick.") ? tickRows : barRows),
  },
  { consumer: "questdb-writer-risk", schema: () => alertRows },
];

/** What happens, as rows: every version of every order, every fill, tick and bar. */
export const questdbWriter: ServiceDefinition<typeof fields> = {
  name: "questdb-writer",
  version: "0.1.0",
  description: "What happens on the bus, as rows in QuestDB. It has no API of its own.",
  port: 8090,
  config: fields,
  setup: async ({ config, log, metrics, health, onStop }) => {
    const { QUESTDB_USERNAME: username, QUESTDB_PASSWORD: password } = config;
    const questdb = new Questdb({
      url: config.QUESTDB_URL,
      ...(username === undefined ? {} : { username }),
      ...(password === undefined ? {} : { password }),
    });
    const writer = new Writer({
      write: (lines) => questdb.write(lines),
      columnsOf: (table) => questdb.columns(table),
      log,
      metrics,
    });
    health.addReadiness({ name: "questdb", check: () => writer.ready() });
    const nats = await connectNats({ settings: config, service: "questdb-writer", log, health });
    onStop(() => nats.drain());
    const snapshots = new Snapshots({
      write: (rows) => writer.write(rows),
      log,
      everyMs: config.SNAPSHOT_MS,
    });
    snapshots.start(nats);
    onStop(() => snapshots.stop());
    for (const { consumer, schema } of sources) {
      const reading = consume({
        nats,
        consumer,
        schema,
        handle: (messages) => writer.write(messages.flatMap(({ value }) => value)),
        log,
        health,
        metrics,
        everyMs: config.COMMIT_MS,
        limit: MOST_MESSAGES,
      });
      onStop(() => reading.stop());
    }
  },
};
