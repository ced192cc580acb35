import type { NatsConnection } from "@nats-io/nats-core";
import type { z } from "zod";
import type { Log } from "./log";

/** Hears a subject as it comes. What is not what its contract says is logged and left. */
export function hear<Value>(
  nats: NatsConnection,
  subject: string,
  schema: z.ZodType<Value>,
  log: Log,
  handle: (value: Value) => void | Promise<void>,
): void {
  nats.subscribe(subject, {
    callback: (error, message) => {
      void (async () => {
        if (error) throw error;
        await handle(schema.parse(message.json()));
      })().catch((failure: unknown) => log.error({ err: failure, subject }, "not taken"));
    },
  });
}

/**
 * Does something every so often, one at a time; a failure is logged, and the next turn comes all the same.
 *
 * @returns ends it, after the turn that runs
 */
export function repeat(
  what: string,
  everyMs: number,
  log: Log,
  work: () => void | Promise<void>,
): () => Promise<void> {
  let running: Promise<void> | undefined;
  let failing = false;
  const turn = async (): Promise<void> => {
    try {
      await work();
      failing = false;
    } catch (error) {
      // once: what fails every quarter of a second is one trouble
      if (!failing) log.error({ err: error, what }, "failed, goes on");
      failing = true;
    }
  };
  const timer = setInterval(() => {
    running ??= turn().finally(() => (running = undefined));
  }, everyMs);
  return async () => {
    clearInterval(timer);
    await running;
  };
}
