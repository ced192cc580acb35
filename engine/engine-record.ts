import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { stackFolder } from "./home";
import type { Home } from "./home";
import type { EngineKind, PreparedEngine } from "./types";

/** Which engine deployed a stack last. */
export interface EngineRecord {
  readonly kind: EngineKind;
  readonly cli: string;
  readonly plugins: Readonly<Record<string, string>>;
}

const fileOf = (home: Home, stack: string): string => join(stackFolder(home, stack), "engine.json");

export function readEngineRecord(home: Home, stack: string): EngineRecord | undefined {
  const file = fileOf(home, stack);
  return existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as EngineRecord) : undefined;
}

export function writeEngineRecord(home: Home, stack: string, engine: PreparedEngine): void {
  const record: EngineRecord = {
    kind: engine.kind,
    cli: engine.cli.version,
    plugins: Object.fromEntries(engine.plugins.map(({ name, version }) => [name, version])),
  };
  mkdirSync(stackFolder(home, stack), { recursive: true });
  writeFileSync(fileOf(home, stack), `${JSON.stringify(record, null, 2)}\n`);
}
