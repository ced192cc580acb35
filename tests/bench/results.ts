import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { EngineKind } from "../../engine";
import type { TradingResult } from "./load/trading";
import type { Run } from "./measure";
import { RESULTS } from "./places";

/** From what, where and when a part was measured. */
export interface Provenance {
  readonly commit: string;
  /** ISO date, UTC. */
  readonly date: string;
  readonly host: HostDescription;
}

export interface HostDescription {
  readonly cpus: number;
  readonly model: string;
  readonly memoryGiB: number;
  readonly system: string;
  readonly node: string;
  readonly docker: string;
  readonly compose: string;
  readonly pulumi: string;
  /** Processors that the host kept busy just before the measurement: of a quiet one hardly any. */
  readonly busy: number;
}

export type Measured<T> = T & { readonly from: Provenance };

/** The same four acts of one tool, on the same definitions. */
export interface Acts {
  readonly up: readonly Run[];
  /** `up` again, with nothing changed. */
  readonly again: readonly Run[];
  readonly down: readonly Run[];
}
export interface OurActs extends Acts {
  readonly preview: readonly Run[];
}

export interface PlatformResult {
  readonly containers: number;
  readonly services: number;
  readonly ours: OurActs;
  readonly compose: Acts;
}

export interface GrowthRow {
  readonly containers: number;
  /** Processors busy while nothing is asked of the host: before, and with the containers and their probes. */
  readonly rest?: { readonly without: number; readonly with: number };
  readonly ours: OurActs;
  readonly compose: Acts;
}

/** Where the time of one run goes, in seconds. */
export interface Anatomy {
  readonly verb: "preview" | "up";
  readonly containers: number;
  readonly resources: number;
  readonly seconds: number;
  /** One after the other; they add up to `seconds`. */
  readonly steps: readonly (readonly [what: string, seconds: number])[];
  /** Processor seconds, by process. */
  readonly cpu: readonly (readonly [what: string, seconds: number])[];
  /** Of the Node process, by what it was doing, with the profiler running. */
  readonly parts: readonly (readonly [what: string, seconds: number])[];
}

/** Everything that is known of one engine. A part that a run leaves out stays as it was. */
export interface EngineResults {
  readonly platform?: Measured<PlatformResult>;
  readonly growth?: Measured<{ readonly rows: readonly GrowthRow[] }>;
  readonly anatomy?: Measured<{ readonly runs: readonly Anatomy[] }>;
  readonly trading?: Measured<TradingResult>;
}

const fileOf = (engine: string, folder: string): string => join(folder, `${engine}.json`);

export function readResults(engine: string, folder = RESULTS): EngineResults {
  const file = fileOf(engine, folder);
  return existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as EngineResults) : {};
}

/** Of every engine that has ever been measured, by its name. */
export function allResults(folder = RESULTS): ReadonlyMap<EngineKind, EngineResults> {
  const names = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith(".json")) : [];
  return new Map(
    names.sort().map((name) => {
      const engine = name.replace(/\.json$/, "") as EngineKind;
      return [engine, readResults(engine, folder)];
    }),
  );
}

/** Lays what was measured now over what there was. */
export function keepResults(engine: EngineKind, now: EngineResults, folder = RESULTS): void {
  mkdirSync(folder, { recursive: true });
  const all = { ...readResults(engine, folder), ...now };
  writeFileSync(fileOf(engine, folder), `${JSON.stringify(all, null, 2)}\n`);
}
