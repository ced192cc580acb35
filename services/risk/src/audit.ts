import { randomUUID } from "node:crypto";
import type { NatsConnection } from "@nats-io/nats-core";
import { subjects } from "../../contracts";
import { Publisher, type Caller, type Log } from "../../kit";

export type Act = "halt" | "resume" | "limits";

/** audit.risk.<act> */
export interface AuditRecord {
  readonly event_id: string;
  readonly service: "risk";
  readonly act: Act;
  readonly actor: string;
  readonly role: string;
  readonly outcome: "allowed" | "denied";
  readonly details: Readonly<Record<string, unknown>>;
  readonly timestamp: number;
}

/** Who did what, or wanted to. */
export class Audit {
  readonly #publishers: Readonly<Record<Act, Publisher<AuditRecord>>>;

  constructor(nats: NatsConnection, log: Log) {
    const to = (act: Act) =>
      new Publisher<AuditRecord>({ nats, subject: subjects.audit("risk", act), log, deadlineMs: 3000 });
    this.#publishers = { halt: to("halt"), resume: to("resume"), limits: to("limits") };
  }

  /** @throws {OutcomeUnknownError} when the stream does not acknowledge it */
  async note(
    act: Act,
    outcome: AuditRecord["outcome"],
    caller: Pick<Caller, "subject" | "role">,
    details: Readonly<Record<string, unknown>>,
    timestamp: number,
  ): Promise<void> {
    const event_id = randomUUID();
    const actor = { actor: caller.subject, role: caller.role };
    const record = { event_id, service: "risk", act, ...actor, outcome, details, timestamp } as const;
    await this.#publishers[act].publish(record, event_id);
  }
}
