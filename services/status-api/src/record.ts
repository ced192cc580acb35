import type { Incident, Maintenance, StatusDay } from "../../contracts/status";
import type { Log } from "../../kit";
import type { Database } from "../../kit/postgres";
import { History, SLICE_DAYS } from "./history";
import { Incidents } from "./incidents";
import { MaintenanceWindows } from "./maintenance";
import { DAY_MS, MINUTE_MS, type PendingSlices } from "./slices";

export interface Recorded {
  readonly days: ReadonlyMap<string, readonly StatusDay[]>;
  /** Open, and resolved within the days that are shown; the newest first. */
  readonly incidents: readonly Incident[];
  /** Running, coming and those of the days that are shown. */
  readonly maintenance: readonly Maintenance[];
}

export interface RecordOptions {
  readonly database: Database;
  readonly log: Log;
  readonly daysShown: number;
  readonly daysKept: number;
}

const NOTHING: Recorded = { days: new Map(), incidents: [], maintenance: [] };
const SWEEP_MS = 60 * MINUTE_MS;

/**
 * What the store knows, held here too: the page is still right in what is now, and says until when it knows the rest,
 * while the store is away.
 */
export class StatusRecord {
  readonly incidents: Incidents;
  readonly maintenance: MaintenanceWindows;
  readonly #history: History;
  readonly #options: RecordOptions;
  #recorded: Recorded = NOTHING;
  #recordedAt: number | undefined;
  #rolledUpAt: number | undefined;
  #sweptAt = 0;
  #reading: Promise<void> = Promise.resolve();

  constructor(options: RecordOptions) {
    this.#options = options;
    this.#history = new History(options.database);
    this.incidents = new Incidents(options.database);
    this.maintenance = new MaintenanceWindows(options.database);
  }

  get now(): Recorded {
    return this.#recorded;
  }

  /** When the store was read last, milliseconds since 1970. */
  get recordedAt(): number | undefined {
    return this.#recordedAt;
  }

  /** Stores what waits, counts the days again, and reads everything anew. @throws {HttpError} 503 */
  async sync(pending: PendingSlices, now: number): Promise<void> {
    const slices = pending.list();
    await this.#history.store(slices);
    pending.stored(slices);
    // at the start every day that has all of its slices: somebody may have stopped us in the middle of one
    const from = this.#rolledUpAt ?? now - (SLICE_DAYS - 1) * DAY_MS;
    await this.#history.rollUp(slices.reduce((least, { minute }) => Math.min(least, minute), from));
    this.#rolledUpAt = now;
    if (now - this.#sweptAt >= SWEEP_MS) {
      await this.#history.sweep(now, this.#options.daysKept);
      this.#sweptAt = now;
    }
    await this.read();
  }

  /** After a change, too: what was answered is then seen by who asks next. */
  read(): Promise<void> {
    // one after the other: an older answer must not replace a newer one
    this.#reading = this.#reading.catch(() => undefined).then(() => this.#read());
    return this.#reading;
  }

  async #read(): Promise<void> {
    const now = Date.now();
    const { daysShown } = this.#options;
    const since = now - daysShown * DAY_MS;
    const [days, incidents, maintenance] = await Promise.all([
      this.#history.days(now, daysShown),
      this.incidents.list(since),
      this.maintenance.list(since),
    ]);
    this.#recorded = { days, incidents, maintenance };
    this.#recordedAt = now;
  }
}
