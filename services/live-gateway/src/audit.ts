import {
  closeSync,
  createWriteStream,
  fsyncSync,
  mkdirSync,
  openSync,
  writeSync,
  type WriteStream,
} from "node:fs";
import { join } from "node:path";
import { subjects } from "../../contracts/subjects";
import type { GatewayStore } from "./store";

export type AuditAct =
  | "start"
  | "halt"
  | "resume"
  | "refuse"
  | "flatten"
  | "cancel-all"
  | "reconcile"
  | "breaker"
  | "shadow"
  | "skip";

export interface AuditRecord {
  readonly act: AuditAct;
  readonly at: number;
  readonly [field: string]: unknown;
}

/**
 * Who did what, in a file that only grows and, for what people and the kill switch did, on the bus as well. The file
 * is the one that is always there. Acts that stop or start trading are on the disk before they take effect.
 */
export class AuditLog {
  readonly #path: string;
  readonly #stream: WriteStream;
  readonly #store: GatewayStore;
  #count = 0;

  constructor(dir: string, store: GatewayStore) {
    mkdirSync(dir, { recursive: true });
    this.#path = join(dir, "audit.ndjson");
    this.#stream = createWriteStream(this.#path, { flags: "a" });
    this.#store = store;
  }

  /** Synced, and said on the bus when it is there. */
  act(act: AuditAct, fields: Readonly<Record<string, unknown>>): void {
    const record: AuditRecord = { act, at: Date.now(), ...fields };
    const file = openSync(this.#path, "a");
    try {
      writeSync(file, `${JSON.stringify(record)}\n`);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    this.#store.say(
      subjects.audit("live-gateway", act),
      `live-gateway:${record.at}:${process.pid}:${++this.#count}`,
      record,
    );
  }

  /** Many a second, to the file alone; the bus has each of them as a report already. */
  note(act: AuditAct, fields: Readonly<Record<string, unknown>>): void {
    this.#stream.write(`${JSON.stringify({ act, at: Date.now(), ...fields })}\n`);
  }

  close(): Promise<void> {
    return new Promise((resolve) => this.#stream.end(resolve));
  }
}
