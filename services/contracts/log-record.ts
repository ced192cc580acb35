import { redact, redactField } from "./redact";

/** From the least to the most serious. */
export const logLevels = ["trace", "debug", "info", "warn", "error", "fatal"] as const;
export type LogLevel = (typeof logLevels)[number];

export const isAtLeast = (level: LogLevel, floor: LogLevel): boolean =>
  logLevels.indexOf(level) >= logLevels.indexOf(floor);

/** The levels from one on. */
export const levelsFrom = (floor: LogLevel): readonly LogLevel[] => logLevels.slice(logLevels.indexOf(floor));

export type FieldValue = string | number | boolean;

/** What a program said in one line; what looks like a credential is hidden, what is endless is cut. */
export interface Said {
  readonly level: LogLevel;
  readonly message: string;
  /** The rest of a structured line; nested names are joined by dots. */
  readonly fields: Readonly<Record<string, FieldValue>>;
}

/** Whose line it is, and when: what the engine knows of it. */
export interface LogOrigin {
  /** When the engine took it, RFC 3339 with nanoseconds: one clock for all, whatever a program's own says. */
  readonly time: string;
  readonly service: string;
  readonly capability: string;
  readonly lanes: readonly string[];
  readonly stream: "stdout" | "stderr";
}

export type LogRecord = LogOrigin & Said;

/** What is kept of one line, so that no program can fill a store or a mapping. */
export const LIMITS = { message: 16_384, fields: 40, name: 64, value: 1024, depth: 4 } as const;

/**
 * Reads a line: a JSON object, `name=value` pairs with a level, or plain text, whose level is the first word of it that
 * names one. Text without one is info, on stderr too: half of the programs write everything there.
 */
export function parseLine(text: string): Said {
  const plain = text.replace(ANSI, "");
  const found = fromJson(plain) ?? fromPairs(plain);
  if (!found) return { level: levelOfText(plain), message: message(plain), fields: {} };
  const said = [...MESSAGE_NAMES].map((name) => found.get(name)).find((value) => typeof value === "string");
  const level = [...LEVEL_NAMES].map((name) => found.get(name)).find((value) => value !== undefined);
  return {
    level: levelOf(level) ?? "info",
    // a line that says nothing in words is searched by what is in it
    message: message(typeof said === "string" && said !== "" ? said : plain),
    fields: fieldsOf(found),
  };
}

/** Colours. */
const ANSI = new RegExp(`${String.fromCharCode(27)}\\[[0-9;?]*[A-Za-z]`, "g");
const LEVEL_NAMES = new Set(["level", "severity", "lvl"]);
const MESSAGE_NAMES = new Set(["msg", "message"]);
/** Said by the origin already. */
const KNOWN_NAMES = new Set([
  ...LEVEL_NAMES,
  ...MESSAGE_NAMES,
  "time",
  "ts",
  "timestamp",
  "@timestamp",
  "service",
]);

function fromJson(text: string): ReadonlyMap<string, unknown> | undefined {
  if (!text.startsWith("{")) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return value === null || typeof value !== "object" ? undefined : new Map(Object.entries(value));
  } catch {
    return undefined;
  }
}

/** `level=info msg="two words" n=1`, and nothing else on the line: https://brandur.org/logfmt */
function fromPairs(text: string): ReadonlyMap<string, unknown> | undefined {
  const pair = /([A-Za-z_@][\w.@-]*)=("(?:[^"\\]|\\.)*"|[^\s"]*)(?:\s+|$)/y;
  const found = new Map<string, unknown>();
  while (pair.lastIndex < text.length) {
    const [, name = "", value = ""] = pair.exec(text) ?? [];
    if (name === "") return undefined;
    found.set(name, unquoted(value));
  }
  return [...LEVEL_NAMES].some((name) => found.has(name)) ? found : undefined;
}

function unquoted(value: string): unknown {
  if (!value.startsWith('"')) return value;
  try {
    return JSON.parse(value);
  } catch {
    return value.slice(1, -1);
  }
}

function fieldsOf(found: ReadonlyMap<string, unknown>): Readonly<Record<string, FieldValue>> {
  const fields: (readonly [string, FieldValue])[] = [];
  const take = (name: string, value: unknown, depth: number): void => {
    if (fields.length >= LIMITS.fields || value === null || value === undefined) return;
    if (typeof value === "object" && !Array.isArray(value) && depth < LIMITS.depth)
      Object.entries(value).forEach(([inner, each]) => take(`${name}.${inner}`, each, depth + 1));
    else fields.push([nameOf(name), scalar(name, value)]);
  };
  for (const [name, value] of found) if (!KNOWN_NAMES.has(name)) take(name, value, 1);
  return Object.fromEntries(fields);
}

function scalar(name: string, value: unknown): FieldValue {
  if (typeof value === "number" || typeof value === "boolean") return value;
  return cut(redactField(name, typeof value === "string" ? value : textOf(value)), LIMITS.value);
}

function textOf(value: unknown): string {
  try {
    return JSON.stringify(value, (name, inner: unknown) =>
      typeof inner === "string" ? redactField(name, inner) : inner,
    );
  } catch {
    return "[too deep]";
  }
}

/** Dots lie between names alone: a store takes "a..b" and ".a" for a mistake. */
function nameOf(name: string): string {
  const clean = name
    .replace(/[^\w.@-]/g, "_")
    .split(".")
    .filter((part) => part !== "")
    .join(".");
  return cut(clean, LIMITS.name).replace(/\.$/, "") || "_";
}

const message = (text: string): string => cut(redact(text), LIMITS.message);

function cut(text: string, length: number): string {
  const short = text.length > length ? `${text.slice(0, length - 1)}…` : text;
  // half a character, as a cut leaves it, is no text
  return short.replace(/\p{Surrogate}/gu, "\ufffd");
}

const WORDS: Readonly<Record<LogLevel, string>> = {
  trace: "trace trc verbose",
  debug: "debug dbg",
  info: "info inf information notice log",
  warn: "warn wrn warning",
  error: "error err",
  fatal: "fatal ftl panic critical crit alert emerg",
};
const LEVEL_OF: ReadonlyMap<string, LogLevel> = new Map(
  logLevels.flatMap((level) => WORDS[level].split(" ").map((word) => [word, level] as const)),
);

/** @param value a word, or a number as pino has them: 10 is trace, 60 fatal */
function levelOf(value: unknown): LogLevel | undefined {
  if (typeof value === "string") return LEVEL_OF.get(value.toLowerCase());
  return typeof value === "number"
    ? logLevels[Math.min(Math.max(Math.trunc(value / 10), 1), 6) - 1]
    : undefined;
}

/** Far enough for a time, a process and a level; beyond, a word in capitals is what the line is about. */
const HEAD = 80;
const WORD = new RegExp(`(?:^|[\\s[(|:])(${[...LEVEL_OF.keys()].join("|").toUpperCase()})(?=[\\s\\]):|,]|$)`);
/** Programs that write a letter or a sign in place of a word: QuestDB, SeaweedFS (glog), Valkey. */
const SIGNS: readonly (readonly [RegExp, Readonly<Record<string, LogLevel>>])[] = [
  [/^\d{4}-\S+Z ([DIWEC]) /, { D: "debug", I: "info", W: "warn", E: "error", C: "fatal" }],
  [/^([IWEF])\d{4} /, { I: "info", W: "warn", E: "error", F: "fatal" }],
  [
    /^\d+:[MSCX] \d\d \w{3} \d{4} [\d:.]+ ([.*#-]) /,
    { ".": "debug", "-": "debug", "*": "info", "#": "warn" },
  ],
];

function levelOfText(text: string): LogLevel {
  for (const [pattern, levels] of SIGNS) {
    const level = levels[pattern.exec(text)?.[1] ?? ""];
    if (level) return level;
  }
  return levelOf(WORD.exec(text.slice(0, HEAD))?.[1]) ?? "info";
}
