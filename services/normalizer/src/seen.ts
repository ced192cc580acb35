import type { Tick } from "../../contracts";

/** Ticks of a venue and symbol are remembered by the minute. */
const BUCKET_MS = 60_000;

/** Sequences that are new in a bucket. */
export interface SeenChange {
  readonly source: string;
  readonly bucket: number;
  readonly sequences: readonly number[];
}

/** Of one venue and symbol. */
interface Source {
  newest: number;
  readonly buckets: Map<number, Set<number>>;
}

export type Verdict = "new" | "duplicate" | "late";

/**
 * Which ticks were counted: exactly, for as long as a late one is waited for. An older one is refused, whether it was
 * counted or not: nobody remembers. Time is the ticks' own, so a backlog of hours is not late.
 */
export class Seen {
  readonly #latenessMs: number;
  readonly #sources = new Map<string, Source>();
  #changes = new Map<string, { source: string; bucket: number; sequences: number[] }>();

  constructor(latenessMs: number) {
    this.#latenessMs = latenessMs;
  }

  /** Counts a tick that is new. */
  take(tick: Tick): Verdict {
    const name = sourceOf(tick);
    const source = this.#source(name);
    if (tick.timestamp < source.newest - this.#latenessMs) return "late";
    const bucket = Math.floor(tick.timestamp / BUCKET_MS);
    const known = source.buckets.get(bucket) ?? new Set();
    if (known.has(tick.source_seq)) return "duplicate";
    known.add(tick.source_seq);
    source.buckets.set(bucket, known);
    this.#note(name, bucket, tick.source_seq);
    if (tick.timestamp > source.newest) this.#advance(source, tick.timestamp);
    return "new";
  }

  /** Before it, nothing of this venue and symbol is counted any more. */
  horizon(venueAndSymbol: string): number {
    return (this.#sources.get(venueAndSymbol)?.newest ?? -Infinity) - this.#latenessMs;
  }

  /** Newest timestamp of each venue and symbol. */
  heads(): ReadonlyMap<string, number> {
    return new Map([...this.#sources].map(([name, { newest }]) => [name, newest]));
  }

  /** Since the last {@link committed}. */
  changes(): readonly SeenChange[] {
    return [...this.#changes.values()];
  }

  committed(): void {
    this.#changes = new Map();
  }

  /** What another process has counted. */
  restore(name: string, newest: number, buckets: ReadonlyMap<number, readonly number[]>): void {
    const source = this.#source(name);
    source.newest = newest;
    for (const [bucket, sequences] of buckets) source.buckets.set(bucket, new Set(sequences));
  }

  /** The buckets that count when this is the newest tick. */
  bucketsAt(newest: number): readonly number[] {
    const [from, to] = [Math.floor((newest - this.#latenessMs) / BUCKET_MS), Math.floor(newest / BUCKET_MS)];
    return Array.from({ length: to - from + 1 }, (_, index) => from + index);
  }

  #source(name: string): Source {
    const known = this.#sources.get(name) ?? { newest: -Infinity, buckets: new Map() };
    this.#sources.set(name, known);
    return known;
  }

  #advance(source: Source, newest: number): void {
    const before = Math.floor(source.newest / BUCKET_MS);
    source.newest = newest;
    if (before === Math.floor(newest / BUCKET_MS)) return;
    const oldest = Math.floor((newest - this.#latenessMs) / BUCKET_MS);
    for (const bucket of source.buckets.keys()) if (bucket < oldest) source.buckets.delete(bucket);
  }

  #note(source: string, bucket: number, sequence: number): void {
    const key = `${source}:${bucket}`;
    const change = this.#changes.get(key) ?? { source, bucket, sequences: [] };
    change.sequences.push(sequence);
    this.#changes.set(key, change);
  }
}

export function sourceOf({ venue, symbol }: Pick<Tick, "venue" | "symbol">): string {
  return `${venue}:${symbol}`;
}
