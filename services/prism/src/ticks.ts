import type { NatsConnection } from "@nats-io/nats-core";
import { batchOf, patterns, tick, type Tick } from "../../contracts";
import type { Log } from "../../kit";

const ticks = batchOf(tick);
const SAY_EVERY_MS = 10_000;

export interface TickListener {
  readonly nats: NatsConnection;
  readonly log: Log;
  readonly hear: (ticks: readonly Tick[]) => void;
  /** Of a message that is not what the contract says. */
  readonly onRefused: () => void;
}

/** The same ticks that traders see. Not from the stream: quotes that are over are of no use to anybody. */
export function listenToTicks({ nats, log, hear, onRefused }: TickListener): void {
  let saidAt = -Infinity;
  const refuse = (subject: string, reason: string): void => {
    onRefused();
    if (performance.now() - saidAt < SAY_EVERY_MS) return;
    saidAt = performance.now();
    log.warn({ subject, reason }, "ticks that are not what the contract says are not heard");
  };
  nats.subscribe(patterns.ticks, {
    callback: (error, message) => {
      if (error) {
        log.error({ err: error }, "ticks: subscription failed");
        return;
      }
      const parsed = ticks.safeParse(readJson(message.string()));
      if (parsed.success) hear(parsed.data);
      else refuse(message.subject, parsed.error.issues[0]?.message ?? "not readable");
    },
  });
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
