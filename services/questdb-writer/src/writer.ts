import { Counter, Histogram, type Registry } from "prom-client";
import type { Log } from "../../kit";
import { LineError, lineOf, type Row } from "./line-protocol";
import { QuestdbError, type WriteAnswer } from "./questdb";
import { missingColumns } from "./tables";

export interface WriterOptions {
  readonly write: (lines: readonly string[]) => Promise<WriteAnswer>;
  readonly columnsOf: (table: string) => Promise<readonly string[]>;
  readonly log: Log;
  readonly metrics: Registry;
}

/** Lines of one request; its body stays below some MB. */
const MAX_LINES = 5000;

/**
 * Writes rows so that none is lost and none blocks the others: a row that the table cannot hold is put aside with its
 * text in the log, everything else is tried until it is written.
 */
export class Writer {
  readonly #options: WriterOptions;
  readonly #rows: Counter<"table" | "outcome">;
  readonly #seconds: Histogram;
  /** Whether the tables are as they should be: then a refusal is the row's fault. */
  #tablesGood = false;

  constructor(options: WriterOptions) {
    this.#options = options;
    const registers = [options.metrics];
    this.#rows = new Counter({
      name: "questdb_writer_rows_total",
      help: "Rows by table: written, or put aside because the table cannot hold them.",
      labelNames: ["table", "outcome"],
      registers,
    });
    this.#seconds = new Histogram({
      name: "questdb_writer_write_seconds",
      help: "How long QuestDB takes to accept a batch.",
      buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15],
      registers,
    });
  }

  /** @returns when all rows are in the store or put aside. @throws {QuestdbError} when that is not known: write them again */
  async write(rows: readonly Row[]): Promise<void> {
    if (!this.#tablesGood) await this.checkTables();
    const lines = rows.flatMap((row) => {
      const text = this.#line(row);
      return text === undefined ? [] : [{ table: row.table, text }];
    });
    for (let from = 0; from < lines.length; from += MAX_LINES)
      await this.#writeAll(lines.slice(from, from + MAX_LINES));
  }

  /** @throws {QuestdbError} when nothing can be written now */
  async ready(): Promise<void> {
    if (this.#tablesGood) await this.#options.columnsOf("fills");
    else await this.checkTables();
  }

  /** @throws {QuestdbError} which says what is missing */
  async checkTables(): Promise<void> {
    const missing = await missingColumns(this.#options.columnsOf);
    if (missing !== undefined) throw new QuestdbError(missing);
    this.#tablesGood = true;
  }

  #line(row: Row): string | undefined {
    try {
      return lineOf(row);
    } catch (error) {
      if (!(error instanceof LineError)) throw error;
      this.#putAside(row.table, JSON.stringify(row), error.message);
      return undefined;
    }
  }

  /** Without the line that was refused the rest is tried again; when nobody says which, half of it. */
  async #writeAll(lines: readonly Line[]): Promise<void> {
    let rest = lines;
    while (rest.length > 0) {
      const end = this.#seconds.startTimer();
      const answer = await this.#options.write(rest.map(({ text }) => text));
      end();
      if (answer.kind === "written") {
        for (const [table, count] of countByTable(rest)) this.#rows.inc({ table, outcome: "written" }, count);
        return;
      }
      await this.#blameRow(answer.reason);
      const bad = answer.line === undefined ? undefined : rest[answer.line - 1];
      const only = rest.length === 1 ? rest[0] : bad;
      if (!only) {
        const middle = Math.ceil(rest.length / 2);
        await this.#writeAll(rest.slice(0, middle));
        rest = rest.slice(middle);
        continue;
      }
      this.#putAside(only.table, only.text, answer.reason);
      rest = rest.filter((line) => line !== only);
    }
  }

  /** @throws when the tables are not what they should be: then nothing is wrong with the row */
  async #blameRow(reason: string): Promise<void> {
    this.#tablesGood = false;
    try {
      await this.checkTables();
    } catch (error) {
      throw new QuestdbError(`${error instanceof Error ? error.message : String(error)} (${reason})`);
    }
  }

  #putAside(table: string, line: string, reason: string): void {
    this.#rows.inc({ table, outcome: "put_aside" });
    this.#options.log.error(
      { table, line: line.slice(0, 2000), reason },
      "the table cannot hold this row, put aside",
    );
  }
}

interface Line {
  readonly table: string;
  readonly text: string;
}

function countByTable(lines: readonly Line[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { table } of lines) counts.set(table, (counts.get(table) ?? 0) + 1);
  return counts;
}
