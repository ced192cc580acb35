import { createHash } from "node:crypto";
import { parseLine } from "../../contracts/log-record";
import { indexOf, type LogDocument } from "../../contracts/log-store";

/** A container whose log is read. */
export interface Source {
  /** The engine's. */
  readonly id: string;
  readonly name: string;
  readonly capability: string;
  readonly lanes: readonly string[];
}

/** A line as the engine's proxy tells it. */
export interface EngineLine {
  /** RFC 3339 with nanoseconds. */
  readonly time: string;
  readonly stream: "stdout" | "stderr";
  readonly text: string;
}

/** A line as it is stored. */
export interface Entry {
  /** The same line has the same id, whenever and however often it is read. */
  readonly id: string;
  /** Nanoseconds since 1970. */
  readonly at: bigint;
  readonly index: string;
  /** The document, as JSON. */
  readonly json: string;
}

export const containerOf = ({ id }: Pick<Source, "id">): string => id.slice(0, 12);

export function entryOf(source: Source, { time, stream, text }: EngineLine): Entry {
  const document: LogDocument = {
    "@timestamp": time,
    container: containerOf(source),
    service: source.name,
    capability: source.capability,
    lanes: source.lanes,
    stream,
    ...parseLine(text),
  };
  const id = createHash("sha256").update([source.id, stream, time, text].join("\n")).digest("base64url");
  return {
    id: id.slice(0, 27),
    at: nanosecondsOf(time),
    index: indexOf(time),
    json: JSON.stringify(document),
  };
}

/** @param time RFC 3339 in UTC */
export function nanosecondsOf(time: string): bigint {
  const [whole = "", fraction = ""] = time.replace(/Z$/, "").split(".");
  return BigInt(Date.parse(`${whole}Z`)) * 1_000_000n + BigInt(fraction.padEnd(9, "0").slice(0, 9));
}
