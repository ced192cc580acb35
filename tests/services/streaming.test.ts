import type { NatsConnection } from "@nats-io/nats-core";
import { Registry } from "prom-client";
import { z } from "zod";
import {
  consume,
  createLog,
  Health,
  OutcomeUnknownError,
  Publisher,
  type ConsumeOptions,
  type Consumption,
} from "../../services/kit";
import { until } from "../harness/docker";
import { NATS_FILES, NATS_FILES_WITHOUT_STREAMS, startNats } from "./stores";

const log = createLog("test", "0", "error");
const value = z.array(z.object({ n: z.number() }));
const SUBJECT = "fills.confirmed";

let nats: Awaited<ReturnType<typeof startNats>>;
let connection: NatsConnection;
beforeAll(async () => {
  nats = await startNats("streaming");
  connection = await nats.connect();
}, 60_000);
afterAll(async () => {
  await connection.close();
  await nats.close();
});

type Handle = ConsumeOptions<z.output<typeof value>>["handle"];
const listen = (consumer: string, handle: Handle, metrics = new Registry()): Consumption =>
  consume({ nats: connection, consumer, schema: () => value, handle, log, health: new Health(), metrics });

test("what is said is heard once, in order, over a kill of the server", async () => {
  const publisher = new Publisher<{ n: number }>({
    nats: connection,
    subject: SUBJECT,
    log,
    deadlineMs: 30_000,
  });
  const heard: number[] = [];
  const messages: number[] = [];
  const reading = listen("questdb-writer-fills", (delivered) => {
    messages.push(...delivered.map(({ seq }) => seq));
    heard.push(...delivered.flatMap(({ value: records }) => records.map(({ n }) => n)));
  });
  const sent: Promise<void>[] = [];
  for (let n = 0; n < 2000; n++) {
    sent.push(publisher.publish({ n }, `record-${n}`));
    if (n === 900) await nats.kill();
    if (n === 1400) void nats.restart();
    if (n % 20 === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  }
  await Promise.all(sent);
  await until(
    "all to be heard",
    30,
    async () => new Set(heard).size,
    (size) => size === 2000,
  );
  await reading.stop();
  const first = [...new Set(heard)];
  expect(first).toEqual(Array.from({ length: 2000 }, (_, n) => n));
  expect(new Set(messages).size).toBeLessThan(2000);
}, 120_000);

test("a server that comes back before its streams do keeps no reader waiting", async () => {
  const heard: number[] = [];
  const reading = listen("exeq-fills", (delivered) => {
    heard.push(...delivered.flatMap(({ value: records }) => records.map(({ n }) => n)));
  });
  const publisher = new Publisher<{ n: number }>({ nats: connection, subject: SUBJECT, log });
  await publisher.publish({ n: 8001 }, "8001");
  await until("the first to be heard", 10, async () => heard.includes(8001), Boolean);
  for (const files of [NATS_FILES_WITHOUT_STREAMS, NATS_FILES]) {
    await nats.kill();
    await nats.write(files);
    await nats.restart();
    await until(
      "the connection",
      10,
      async () => connection.rtt().catch(() => -1),
      (ms) => ms >= 0,
    );
    await new Promise((resolve) => setTimeout(resolve, 2000));
  }
  await publisher.publish({ n: 8002 }, "8002");
  await until("the second to be heard", 10, async () => heard.includes(8002), Boolean);
  await reading.stop();
}, 90_000);

test("a message that breaks its contract is put aside, and one that fails comes again", async () => {
  const heard: number[] = [];
  let failures = 2;
  const metrics = new Registry();
  const reading = listen(
    "exeq-fills",
    (delivered) => {
      const numbers = delivered.flatMap(({ value: records }) => records.map(({ n }) => n));
      if (numbers.includes(9001) && failures-- > 0) throw new Error("not now");
      heard.push(...numbers);
    },
    metrics,
  );
  connection.publish(SUBJECT, '"nonsense"');
  const publisher = new Publisher<{ n: number }>({ nats: connection, subject: SUBJECT, log });
  await publisher.publish({ n: 9001 }, "9001");
  await until("it to come again", 30, async () => heard.includes(9001), Boolean);
  await reading.stop();
  expect(failures).toBeLessThan(0);
  expect(await metrics.metrics()).toContain('messages_put_aside_total{stream="FILLS"} 1');
}, 60_000);

test("without an acknowledgement the outcome is unknown, and says so", async () => {
  await nats.kill();
  const publisher = new Publisher<{ n: number }>({
    nats: connection,
    subject: SUBJECT,
    log,
    deadlineMs: 1800,
  });
  await expect(publisher.publish({ n: 1 }, "lost")).rejects.toThrow(OutcomeUnknownError);
  await nats.restart();
}, 60_000);
