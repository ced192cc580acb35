import { randomUUID } from "node:crypto";
import type { NatsConnection } from "@nats-io/nats-core";
import { subjects } from "../../contracts";
import { Publisher, type Log } from "../../kit";

export const acts = [
  "login",
  "logout",
  "refresh-reuse",
  "password",
  "user-create",
  "user-change",
  "user-remove",
  "keys-rotate",
] as const;
export type Act = (typeof acts)[number];

/** audit.authn.<act> */
export interface AuditRecord {
  readonly event_id: string;
  readonly service: "authn";
  readonly act: Act;
  readonly actor: string;
  readonly role?: string;
  readonly outcome: "allowed" | "denied";
  readonly details: Readonly<Record<string, unknown>>;
  readonly timestamp: number;
}

export interface Noted {
  readonly act: Act;
  readonly actor: string;
  readonly role?: string;
  readonly outcome: AuditRecord["outcome"];
  readonly details?: AuditRecord["details"];
}

/** Records that wait while the bus is away. */
const KEPT = 10_000;
const RETRY_MS = 1000;

/**
 * Who did what. Nobody waits for it: while the bus is away people go on logging in, and the records wait in memory, at
 * most so many. What cannot be kept is in the log, whole.
 */
export class Audit {
  readonly #log: Log;
  #publishers: ReadonlyMap<Act, Publisher<AuditRecord>> | undefined;
  #waiting: AuditRecord[] = [];
  #sending: Promise<void> | undefined;
  #stopped = false;

  constructor(log: Log) {
    this.#log = log;
  }

  get waiting(): number {
    return this.#waiting.length;
  }

  /** From now on there is a bus. */
  connected(nats: NatsConnection): void {
    const to = (act: Act) =>
      new Publisher<AuditRecord>({ nats, subject: subjects.audit("authn", act), log: this.#log });
    this.#publishers = new Map(acts.map((act) => [act, to(act)]));
    this.#begin();
  }

  note(noted: Noted): void {
    const { details = {}, ...rest } = noted;
    const record = {
      event_id: randomUUID(),
      service: "authn",
      ...rest,
      details,
      timestamp: Date.now(),
    } as const;
    if (this.#waiting.length >= KEPT || this.#stopped) this.#lost(record);
    else this.#waiting.push(record);
    this.#begin();
  }

  /** @returns when what waited was said, or is in the log */
  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#sending;
    this.#waiting.forEach((record) => this.#lost(record));
    this.#waiting = [];
  }

  #begin(): void {
    if (!this.#publishers || this.#waiting.length === 0) return;
    this.#sending ??= this.#send().finally(() => {
      this.#sending = undefined;
    });
  }

  async #send(): Promise<void> {
    while (this.#waiting.length > 0) {
      const taken = this.#waiting.splice(0, 512);
      const said = await Promise.allSettled(taken.map((record) => this.#publish(record)));
      const failed = taken.filter((_, index) => said[index]?.status === "rejected");
      if (failed.length === 0) continue;
      this.#waiting.unshift(...failed);
      if (this.#stopped) return;
      this.#log.warn({ waiting: this.#waiting.length }, "audit records wait for the bus");
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    }
  }

  #publish(record: AuditRecord): Promise<void> {
    return this.#publishers?.get(record.act)?.publish(record, record.event_id) ?? Promise.reject(new Error());
  }

  #lost(record: AuditRecord): void {
    this.#log.error({ audit: record }, "an audit record that the stream does not have");
  }
}
