/** Output values in a form that two runs share. Pure. */

import { normaliseText } from "./verdict";

const SECRET_KEY = "4dabf18193072939515e22adb298388d";

/** What is recorded of an output; generated values become a description of their form. */
export function outputFact(key: string, value: unknown, all: Readonly<Record<string, unknown>>): unknown {
  const { secret, plain } = open(value);
  const fact = form(key, plain, all);
  return secret ? { secret: fact } : fact;
}

/** A secret's plain value, as an export with secrets shown has it. */
function open(value: unknown): { readonly secret: boolean; readonly plain: unknown } {
  if (typeof value === "object" && value !== null && SECRET_KEY in value) {
    const { plaintext } = value as { readonly plaintext?: string };
    return {
      secret: true,
      plain: plaintext === undefined ? "<encrypted>" : (JSON.parse(plaintext) as unknown),
    };
  }
  return { secret: false, plain: value };
}

const GENERATED = new Set(["result", "bcryptHash", "base64", "hex", "b64Std", "b64Url"]);

function form(key: string, value: unknown, all: Readonly<Record<string, unknown>>): unknown {
  if (GENERATED.has(key) && typeof value === "string") {
    return key === "bcryptHash" ? hashForm(value) : `${value.length} of ${alphabet(value, all)}`;
  }
  if (key === "networkDatas") {
    return Array.isArray(value)
      ? value.map((one) =>
          Object.keys(one as object)
            .sort()
            .join(" "),
        )
      : value;
  }
  if (key === "uploads" && Array.isArray(value)) {
    return (value as { content?: string }[]).map((one) => ({
      ...one,
      content: `${one.content?.length ?? 0} characters`,
    }));
  }
  const settled = key === "ports" && Array.isArray(value) ? inOrder(value as readonly Port[]) : value;
  return settled === undefined ? null : (JSON.parse(normaliseText(JSON.stringify(settled))) as unknown);
}

interface Port {
  readonly internal?: number;
  readonly protocol?: string;
}

/** The plugin sorts by the container's port alone: of tcp and udp on one port now this comes first, now that. */
function inOrder(ports: readonly Port[]): readonly Port[] {
  return [...ports].sort(
    (a, b) => (a.internal ?? 0) - (b.internal ?? 0) || (a.protocol ?? "").localeCompare(b.protocol ?? ""),
  );
}

function hashForm(hash: string): string {
  return `${hash.slice(0, 7)}, ${hash.length} characters`;
}

/** Which characters a generated text could have: told by its settings, checked on the text. */
function alphabet(text: string, all: Readonly<Record<string, unknown>>): string {
  if (all["special"] === undefined) {
    return "encoded bytes";
  }
  const special =
    typeof all["overrideSpecial"] === "string" ? all["overrideSpecial"] : "!@#$%&*()-_=+[]{}<>:?";
  const allowed = all["special"] === false ? "" : special;
  const foreign = [...text].filter((one) => !/[A-Za-z0-9]/.test(one) && !allowed.includes(one));
  return foreign.length > 0
    ? `something else: ${foreign.join("")}`
    : `letters, digits${allowed === "" ? "" : ` and ${allowed}`}`;
}
