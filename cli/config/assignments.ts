import type { Problem } from "../../model/problems";

/** A stack's settings as they are written: key without the namespace → text, or a structured value. */
export type RawSettings = Readonly<Record<string, unknown>>;

/** `subnets.backend=10.1.0.0/16` taken apart. */
export interface Assignment {
  readonly path: readonly string[];
  readonly value: unknown;
}

/** Parses `--set` arguments. All that are wrong come back as problems, none is dropped. */
export function parseAssignments(texts: readonly string[]): {
  readonly assignments: readonly Assignment[];
  readonly problems: readonly Problem[];
} {
  const assignments: Assignment[] = [];
  const problems: Problem[] = [];
  for (const text of texts) {
    const at = text.indexOf("=");
    const path = parsePath(at < 0 ? text : text.slice(0, at));
    if (at < 0 || path === undefined) {
      problems.push({
        path: `--set ${text}`,
        what: at < 0 ? "has no value" : "names no setting",
        value: text,
        allowed:
          "key=value, or key.part=value: prefix=trading, subnets.backend=10.1.0.0/16, hostPorts.https=8443",
        fix: "write the setting's name, an equals sign and its value",
      });
    } else assignments.push({ path, value: decode(path, text.slice(at + 1)) });
  }
  return { assignments, problems };
}

/** @returns undefined for a path with an empty part; the namespace may be written or left out */
export function parsePath(text: string): readonly string[] | undefined {
  const path = text
    .trim()
    .replace(/^trade2026:/, "")
    .split(".");
  return path.every((part) => part !== "") ? path : undefined;
}

/** Lays assignments over settings; structured settings are merged part by part. */
export function assign(settings: RawSettings, assignments: readonly Assignment[]): RawSettings {
  return assignments.reduce<RawSettings>((all, { path, value }) => setAt(all, path, value), settings);
}

/** Takes a setting, or one part of a structured one, away. */
export function unassign(settings: RawSettings, path: readonly string[]): RawSettings {
  const [key, ...rest] = path;
  if (key === undefined || !(key in settings)) return settings;
  const { [key]: value, ...others } = settings;
  const inner = asRecord(value);
  if (rest.length === 0 || !inner) return rest.length === 0 ? others : settings;
  const left = unassign(inner, rest);
  return Object.keys(left).length === 0 ? others : { ...others, [key]: left };
}

/** Every setting on top of another set of them, as `--set` would be. */
export function overlay(base: RawSettings, over: RawSettings): RawSettings {
  return Object.entries(over).reduce<RawSettings>((all, [key, value]) => {
    const [theirs, ours] = [asRecord(all[key]), asRecord(value)];
    return { ...all, [key]: theirs && ours ? overlay(theirs, ours) : value };
  }, base);
}

function setAt(settings: RawSettings, path: readonly string[], value: unknown): RawSettings {
  const [key, ...rest] = path;
  if (key === undefined) return settings;
  if (rest.length === 0) return { ...settings, [key]: value };
  return { ...settings, [key]: setAt(asRecord(settings[key]) ?? {}, rest, value) };
}

/** Structured settings come as objects from YAML and as JSON text from `pulumi config set`. */
function asRecord(value: unknown): RawSettings | undefined {
  if (typeof value === "string" && value.trimStart().startsWith("{")) {
    try {
      return asRecord(JSON.parse(value));
    } catch {
      return undefined;
    }
  }
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? (value as RawSettings)
    : undefined;
}

/** A whole setting is read by the settings' own rules; a part of one is a number, or whatever else it looks like. */
function decode(path: readonly string[], text: string): unknown {
  if (path.length === 1 || path[0] === "imageOverrides") return text;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}
