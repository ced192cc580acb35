import {
  JetStreamApiError,
  type JetStreamManager,
  type StreamConfig,
  type StreamInfo,
} from "@nats-io/jetstream";
import { streams, type StreamDefinition } from "../../../../services/contracts";
import { configOf, convergeStreams, differences, lossesOf } from "../../../../services/datainit/src/streams";

const orders: StreamDefinition = {
  name: "ORDERS",
  description: "orders",
  subjects: ["orders.submitted", "orders.sent"],
  retention: "limits",
  maxAgeSeconds: 7 * 86_400,
  maxBytes: 1_000_000,
  discard: "new",
  dedupSeconds: 120,
  storage: "file",
};

function infoOf(definition: StreamDefinition, state: Partial<StreamInfo["state"]> = {}): StreamInfo {
  return {
    config: { name: definition.name, ...configOf(definition) },
    state: { messages: 0, bytes: 0, first_ts: "0001-01-01T00:00:00Z", ...state },
  } as StreamInfo;
}

/** The part of a server that keeps streams. */
class MemoryServer {
  readonly streams = new Map<string, StreamInfo>();
  readonly calls: string[] = [];
  ignoresUpdates = false;

  readonly manager = {
    streams: {
      info: (name: string) => {
        const found = this.streams.get(name);
        const missing = new JetStreamApiError({
          code: 404,
          err_code: 10059,
          description: "stream not found",
        });
        return found ? Promise.resolve(found) : Promise.reject(missing);
      },
      add: (config: StreamConfig) => {
        this.calls.push(`add ${config.name}`);
        this.streams.set(config.name, { config, state: { messages: 0, bytes: 0 } } as StreamInfo);
        return Promise.resolve();
      },
      update: (name: string, config: Partial<StreamConfig>) => {
        this.calls.push(`update ${name}`);
        const before = this.streams.get(name);
        if (before && !this.ignoresUpdates) {
          this.streams.set(name, { ...before, config: { ...before.config, ...config } });
        }
        return Promise.resolve();
      },
    },
  } as unknown as JetStreamManager;
}

test("all streams of the contracts, then nothing to do", async () => {
  const server = new MemoryServer();
  const said: string[] = [];
  await convergeStreams(server.manager, streams, (line) => said.push(line));
  expect(server.calls).toEqual(streams.map(({ name }) => `add ${name}`));
  expect(said[1]).toBe("ORDERS created (0 messages)");
  await convergeStreams(server.manager, streams, (line) => said.push(line));
  expect(server.calls).toHaveLength(streams.length);
  expect(said.at(-1)).toBe("AUDIT as wanted (0 messages)");
});

test("what the server is told, in its own units", () => {
  expect(configOf(orders)).toEqual({
    description: "orders",
    subjects: ["orders.submitted", "orders.sent"],
    retention: "limits",
    storage: "file",
    max_age: 604_800_000_000_000,
    max_bytes: 1_000_000,
    discard: "new",
    duplicate_window: 120_000_000_000,
    num_replicas: 1,
  });
  expect(configOf({ ...orders, retention: "workqueue", discard: "old" })).toMatchObject({
    retention: "workqueue",
    discard: "old",
  });
});

test("the order of subjects is no difference, another subject is", () => {
  const { config } = infoOf({ ...orders, subjects: ["orders.sent", "orders.submitted"] });
  expect(differences(orders, config)).toEqual([]);
  expect(differences(orders, infoOf({ ...orders, subjects: ["orders.sent"] }).config)).toEqual([
    'subjects ["orders.sent"] -> ["orders.sent","orders.submitted"]',
  ]);
});

test("a harmless change is made, and said", async () => {
  const server = new MemoryServer();
  server.streams.set("ORDERS", infoOf({ ...orders, maxBytes: 500_000 }, { messages: 3, bytes: 400 }));
  const said: string[] = [];
  await convergeStreams(server.manager, [orders], (line) => said.push(line));
  expect(server.calls).toEqual(["update ORDERS"]);
  expect(said).toEqual(["ORDERS max_bytes 500000 -> 1000000 (3 messages)"]);
});

test.each([
  [
    "another retention",
    infoOf({ ...orders, retention: "workqueue" }),
    /has retention workqueue, wanted limits.*nats stream backup ORDERS/,
  ],
  [
    "more bytes than allowed",
    infoOf(orders, { messages: 9, bytes: 1_000_001 }),
    /holds 1000001 bytes, wanted is at most 1000000/,
  ],
  [
    "messages older than allowed",
    infoOf({ ...orders, maxAgeSeconds: 30 * 86_400 }, { messages: 1, first_ts: "2020-01-01T00:00:00Z" }),
    /holds messages since 2020-01-01T00:00:00Z, wanted is 604800 s/,
  ],
  [
    "messages kept for ever until now",
    infoOf({ ...orders, maxAgeSeconds: 0 }, { messages: 1, first_ts: "2020-01-01T00:00:00Z" }),
    /holds messages since/,
  ],
])("%s: refused, with the way out, before anything is changed", async (_case, info, message) => {
  const server = new MemoryServer();
  server.streams.set("ORDERS", info);
  const other = { ...orders, name: "OTHER", subjects: ["other"] };
  await expect(convergeStreams(server.manager, [other, orders], () => undefined)).rejects.toThrow(message);
  expect(server.calls).toEqual([]);
});

test("what loses nothing is no loss", () => {
  const old = { messages: 1, first_ts: "2020-01-01T00:00:00Z" };
  expect(lossesOf(orders, infoOf(orders, old))).toEqual([]);
  expect(lossesOf(orders, infoOf({ ...orders, maxAgeSeconds: 86_400 }, old))).toEqual([]);
  const recent = { messages: 1, first_ts: new Date(Date.now() - 60_000).toISOString() };
  expect(lossesOf(orders, infoOf({ ...orders, maxAgeSeconds: 30 * 86_400 }, recent))).toEqual([]);
  expect(
    lossesOf(orders, infoOf({ ...orders, maxBytes: 9_000_000 }, { messages: 1, bytes: 1_000_000 })),
  ).toEqual([]);
});

test("a server that does something else is not believed", async () => {
  const server = new MemoryServer();
  server.ignoresUpdates = true;
  server.streams.set("ORDERS", infoOf({ ...orders, discard: "old" }));
  await expect(convergeStreams(server.manager, [orders], () => undefined)).rejects.toThrow(
    'ORDERS: the server did not do as asked: discard "old" -> "new"',
  );
});
