import type { Decimal } from "../../contracts";

/**
 * InfluxDB line protocol as QuestDB reads it over HTTP: `table,symbol=value column=value timestamp`. A decimal is its
 * text with a `d` behind it (since QuestDB 9.2): no digit is lost, and a number that a column cannot hold is refused
 * instead of rounded.
 */
export type Field =
  | { readonly type: "decimal"; readonly value: Decimal }
  | { readonly type: "long"; readonly value: number }
  /** VARCHAR, and UUID, which is told as text. */
  | { readonly type: "text"; readonly value: string }
  /** Milliseconds since 1970. */
  | { readonly type: "timestamp"; readonly value: number };

export interface Row {
  readonly table: string;
  /** SYMBOL columns. */
  readonly symbols: Readonly<Record<string, string | undefined>>;
  readonly fields: Readonly<Record<string, Field | undefined>>;
  /** Of the designated column, in milliseconds. */
  readonly timestamp: number;
}

/** A value that no line can say. */
export class LineError extends Error {
  override readonly name = "LineError";
}

/**
 * One line, without its end. Whatever stands in a value stays in it: names are ours, values are escaped.
 *
 * @throws {LineError}
 */
export function lineOf({ table, symbols, fields, timestamp }: Row): string {
  const tags = Object.entries(symbols).flatMap(([name, value]) =>
    value === undefined || value === "" ? [] : [`,${name}=${escapeSymbol(value)}`],
  );
  const columns = Object.entries(fields).flatMap(([name, field]) =>
    field ? [`${name}=${fieldText(name, field)}`] : [],
  );
  if (columns.length === 0) throw new LineError(`a row of ${table} without any column`);
  return `${table}${tags.join("")} ${columns.join(",")} ${whole("timestamp", timestamp)}`;
}

function fieldText(name: string, field: Field): string {
  switch (field.type) {
    case "decimal":
      if (!/^-?\d+(\.\d+)?$/.test(field.value))
        throw new LineError(`${name}: ${JSON.stringify(field.value)} is no decimal`);
      return `${field.value}d`;
    case "long":
      return `${whole(name, field.value)}i`;
    case "text":
      return `"${escapeText(field.value)}"`;
    case "timestamp":
      return `${whole(name, field.value)}000t`;
  }
}

function whole(name: string, value: number): string {
  if (!Number.isSafeInteger(value)) throw new LineError(`${name}: ${value} is no whole number`);
  return String(value);
}

const escapeSymbol = (value: string): string => value.replaceAll(/[ ,=\n\r\\]/g, (found) => `\\${found}`);
const escapeText = (value: string): string => value.replaceAll(/["\\\n\r]/g, (found) => `\\${found}`);
