import { jetstream, jetstreamManager } from "@nats-io/jetstream";
import { connect, type NatsConnection } from "@nats-io/transport-node";
import type Docker from "dockerode";
import { nats } from "../../components/data/nats";
import { UNKNOWN_HOST } from "../../model/host";
import { parseSettings } from "../../model/settings";
import { startService, type RunningService } from "../../services/kit";
import { natsExporter } from "../../services/nats-exporter/src/service";
import { loadPlan } from "../../stacks/inputs";
import { BCRYPT_PASSWORD, hostPortOf, Sandbox } from "./sandbox";

const plan = loadPlan(parseSettings({ images: "packages" }), UNKNOWN_HOST, { workloads: [nats] });

describe("nats-exporter beside the platform's NATS", () => {
  let sandbox: Sandbox;
  let server: Docker.Container;
  let client: NatsConnection;
  let exporter: RunningService;

  beforeAll(async () => {
    sandbox = await Sandbox.open("nats-exporter", plan);
    server = await sandbox.start("nats", { publish: [4222, 8222] });
    client = await connect({
      port: await hostPortOf(server, 4222),
      user: "operator",
      pass: BCRYPT_PASSWORD,
    });
    exporter = await startService(natsExporter, {
      HTTP_HOST: "127.0.0.1",
      HTTP_PORT: "0",
      LOG_LEVEL: "error",
      DRAIN_DELAY_MS: "0",
      NATS_MONITOR_URL: `http://127.0.0.1:${await hostPortOf(server, 8222)}`,
    });
  });
  afterAll(async () => {
    await exporter.stop();
    await client.close();
    await sandbox.close();
  });

  const scrape = async (): Promise<string> =>
    (await fetch(`http://127.0.0.1:${exporter.port}/metrics`)).text();
  const value = async (series: string): Promise<number | undefined> => {
    const line = (await scrape()).split("\n").find((one) => one.startsWith(`${series} `));
    return line === undefined ? undefined : Number(line.slice(series.length + 1));
  };

  it("tells what a consumer has yet to read, has not acknowledged and was given twice", async () => {
    const manager = await jetstreamManager(client);
    await manager.streams.add({ name: "ORDERS", subjects: ["orders.>"] });
    await manager.consumers.add("ORDERS", {
      durable_name: "slow",
      ack_policy: "explicit",
      ack_wait: 500_000_000,
    });
    const stream = jetstream(client);
    for (let sent = 0; sent < 5; sent++) await stream.publish("orders.submitted", "an order");
    const consumer = await stream.consumers.get("ORDERS", "slow");
    const take = async (messages: number): Promise<void> => {
      for await (const message of await consumer.fetch({ max_messages: messages })) void message;
    };
    await take(2);
    await new Promise((done) => setTimeout(done, 700));
    await take(1);

    const of = '{stream="ORDERS",consumer="slow"}';
    expect({
      up: await value("nats_up"),
      pending: await value(`nats_consumer_pending_messages${of}`),
      unacknowledged: await value(`nats_consumer_ack_pending_messages${of}`),
      again: await value(`nats_consumer_redelivered_messages${of}`),
      messages: await value('nats_stream_messages{stream="ORDERS"}'),
      limit: await value("nats_jetstream_storage_limit_bytes"),
    }).toEqual({ up: 1, pending: 3, unacknowledged: 2, again: 1, messages: 5, limit: 16 * 1024 ** 3 });
    const newest = await value('nats_stream_last_timestamp_seconds{stream="ORDERS"}');
    expect(Math.abs(Date.now() / 1000 - (newest ?? 0))).toBeLessThan(60);
  });

  it("says nothing but that NATS is away when it is", async () => {
    await server.kill();
    const lines = (await scrape()).split("\n").filter((line) => line.startsWith("nats_"));
    expect(lines).toEqual(["nats_up 0"]);
  });
});
