import type { NatsConnection } from "@nats-io/nats-core";
import type { Registry } from "prom-client";
import type { z } from "zod";
import { batchOf } from "../../contracts/batch";
import { haltMessage, resumeMessage } from "../../contracts/control";
import { brokerCommand, type BrokerCommand, type VenueReport } from "../../contracts/execution";
import type { Fill } from "../../contracts/messages";
import { patterns, subjects } from "../../contracts/subjects";
import { consume, type Health, type Log } from "../../kit";
import { handleCommands } from "./commands";
import type { Gateway } from "./context";
import type { FeedPump } from "./feed";
import type { LastTicks } from "./prices";
import { BusReports, type Reports } from "./reports";
import type { GatewayStore } from "./store";
import type { TradingSwitch } from "./trading";

interface BusParts {
  readonly store: GatewayStore;
  readonly trading: TradingSwitch;
  readonly prices: LastTicks;
  readonly log: Log;
}

interface RunOptions {
  readonly connect: () => Promise<NatsConnection>;
  readonly gateway: Gateway;
  readonly feeds: readonly FeedPump[];
  readonly health: Health;
  readonly metrics: Registry;
  readonly signal: AbortSignal;
}

const EVERY_MS = 500;
/**
 * Control subjects are not kept, and who lost the bus when this gateway did may be back later: for so long after a
 * change, and after the bus came back, what was decided here is said again. Receivers know it by its time.
 */
const REPEAT_MS = 30_000;
const batch = batchOf(brokerCommand);

/** The platform's bus: connected when it is there, while everything that must work without it works. */
export class Bus implements Reports {
  readonly #parts: BusParts;
  #reports: BusReports | undefined;
  #trouble: string | undefined = "not connected yet";
  #repeatUntil = 0;

  constructor(parts: BusParts) {
    this.#parts = parts;
  }

  report(report: VenueReport): Promise<void> {
    return this.#connected().report(report);
  }

  fill(fill: Fill): Promise<void> {
    return this.#connected().fill(fill);
  }

  flushOutbox(): Promise<void> {
    return this.#connected().flushOutbox();
  }

  /** Until the signal; what was begun is finished. */
  async run({ connect, gateway, feeds, health, metrics, signal }: RunOptions): Promise<void> {
    health.addReadiness({
      name: "bus",
      check: () => {
        if (this.#trouble !== undefined) throw new Error(this.#trouble);
      },
    });
    // credentials that are refused are refused until a new process brings others
    let refused: string | undefined;
    health.addLiveness({
      name: "bus credentials",
      check: () => {
        if (refused !== undefined) throw new Error(refused);
      },
    });
    const stopped = new Promise<undefined>((resolve) =>
      signal.addEventListener("abort", () => resolve(undefined), { once: true }),
    );
    const connecting = connect().catch((error: unknown) => {
      refused = error instanceof Error ? error.message : String(error);
      this.#trouble = refused;
      return undefined;
    });
    const nats = await Promise.race([connecting, stopped]);
    if (!nats) {
      // one that comes after the end is closed again
      void connecting.then((late) => late?.close());
      return;
    }
    this.#reports = new BusReports(nats, this.#parts.store, this.#parts.log);
    this.#listen(nats);
    const reading = consume<readonly BrokerCommand[]>({
      nats,
      consumer: "live-gateway-commands",
      schema: () => batch,
      handle: (messages) => handleCommands(gateway, messages),
      log: this.#parts.log,
      health,
      metrics,
    });
    const pumping = feeds.map((feed) => feed.run(signal));
    await this.#keepTelling(nats, signal);
    await reading.stop();
    await Promise.all(pumping);
    // a bus that is gone must not hold up the end
    await Promise.race([
      nats.drain().catch(() => undefined),
      new Promise((resolve) => setTimeout(resolve, 2000)),
    ]);
  }

  #connected(): BusReports {
    if (!this.#reports) throw new Error("the bus is not connected yet");
    return this.#reports;
  }

  /** Ticks to value orders with, and what others say of stopping and going on. */
  #listen(nats: NatsConnection): void {
    const { prices, trading, log } = this.#parts;
    nats.subscribe(patterns.ticks, {
      callback: (error, message) => {
        if (!error) prices.heard(message.subject, message.data);
      },
    });
    const hear = <Schema extends z.ZodType>(
      subject: string,
      schema: Schema,
      act: (order: z.output<Schema>) => unknown,
    ): void => {
      nats.subscribe(subject, {
        callback: (error, message) => {
          if (error) return;
          try {
            act(schema.parse(message.json()));
          } catch (wrong) {
            log.error({ err: wrong, subject }, "not what its contract says, ignored");
          }
        },
      });
    };
    // one's own word comes back, too, and changes nothing: the state is what it says already
    hear(subjects.control.halt, haltMessage, (order) => trading.halt(order, "bus"));
    hear(subjects.control.resume, resumeMessage, (order) => trading.resume(order, "bus"));
  }

  /** What has to be said and could not be: the kill switch's own word first. */
  async #keepTelling(nats: NatsConnection, signal: AbortSignal): Promise<void> {
    const { trading, log } = this.#parts;
    let wake: () => void = () => undefined;
    trading.onChange(() => wake());
    signal.addEventListener("abort", () => wake(), { once: true });
    while (!signal.aborted) {
      try {
        await within(nats.rtt(), 1000);
        if (this.#trouble !== undefined) this.#repeatUntil = performance.now() + REPEAT_MS;
        await this.#announce(nats);
        await this.flushOutbox();
        this.#trouble = undefined;
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        if (reason !== this.#trouble) log.warn({ reason }, "the bus does not take what there is to say");
        this.#trouble = reason;
      }
      if (signal.aborted) return;
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, EVERY_MS);
        wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  }

  async #announce(nats: NatsConnection): Promise<void> {
    const { trading } = this.#parts;
    const { state } = trading;
    if (!state.announced) this.#repeatUntil = performance.now() + REPEAT_MS;
    else if (!state.own || performance.now() > this.#repeatUntil) return;
    const { level, by, reason, at } = state;
    const [subject, message] =
      level === null
        ? [subjects.control.resume, { by, reason, at }]
        : [subjects.control.halt, { level, by, reason, at }];
    nats.publish(subject, JSON.stringify(message));
    await within(nats.flush(), 1000);
    if (!state.announced) trading.announced(state);
  }
}

function within<Value>(work: Promise<Value>, ms: number): Promise<Value> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error("the bus does not answer")), ms);
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}
