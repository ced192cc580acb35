import { int, isList, isMap, text } from "../../protocol/values";
import type { Value, ValueMap } from "../../protocol/values";

interface Port {
  readonly internal: number;
  readonly external: number;
  readonly ip: string;
  readonly protocol: string;
}

/**
 * Whether old and wanted ports are the same although their order is not. A port without an external number takes
 * the recorded one at its place in the list, so a random port stays what it is.
 */
export function samePorts(old: Value | undefined, wanted: Value | undefined): boolean {
  const have = entries(old).map((entry) => port(entry));
  const want = entries(wanted).map((entry, index) => port(entry, have[index]?.external));
  if (have.length !== want.length) return false;
  return have.every((before) => {
    for (const after of want) {
      if (after.internal !== before.internal) continue;
      if (after.protocol !== before.protocol) {
        const elsewhere = want.some(
          (other) => other.internal === before.internal && other.protocol === before.protocol,
        );
        if (elsewhere) continue;
        return false;
      }
      return after.external === before.external && after.ip === before.ip;
    }
    return false;
  });
}

function port(entry: ValueMap, recorded = 0): Port {
  const ip = text(entry, "ip") ?? "";
  return {
    internal: int(entry, "internal") ?? 0,
    external: int(entry, "external") ?? recorded,
    ip: ip === "" ? "0.0.0.0" : ip,
    protocol: text(entry, "protocol") ?? "tcp",
  };
}

const entries = (value: Value | undefined): readonly ValueMap[] => (isList(value) ? value.filter(isMap) : []);
