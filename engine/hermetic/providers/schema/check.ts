import { createHash, randomBytes } from "node:crypto";
import { describe } from "../protocol/provider";
import type { CheckArgs, Checked, InputProblem } from "../protocol/provider";
import { DEFAULTS_KEY, UNKNOWN, isList, isMap, text, texts } from "../protocol/values";
import type { Value, ValueMap } from "../protocol/values";
import type { Field, Fields } from "./fields";

export interface CheckOptions {
  /** Give the resource a name when the program does not. */
  readonly autoname?: boolean;
}

/**
 * Validates inputs against a schema and fills in defaults the way the official plugins do: the names of the
 * filled-in properties are kept in `__defaults`, and defaults that are zero (false, 0, "") are left out.
 */
export function checkInputs(fields: Fields, args: CheckArgs, options: CheckOptions = {}): Checked {
  const problems: InputProblem[] = [];
  const checked = checkMap(fields, args.inputs, "", problems);
  const inputs: Record<string, Value> = { ...checked.inputs };
  const defaults = [...checked.defaults];
  if (options.autoname === true && inputs["name"] === undefined) {
    inputs["name"] = automaticName(args);
    defaults.push("name");
  }
  inputs[DEFAULTS_KEY] = defaults.sort();
  return { inputs, problems };
}

/** The same resource keeps its generated name; a new one gets `<logical name>-<7 hex>` or what settings propose. */
export function automaticName(args: CheckArgs): string {
  const old = text(args.oldInputs, "name");
  if (old !== undefined && texts(args.oldInputs, DEFAULTS_KEY).includes("name")) return old;
  const proposed = args.autonaming;
  if (proposed !== undefined && proposed.mode !== "disabled" && proposed.proposed !== "")
    return proposed.proposed;
  const seed = args.seed.length > 0 ? args.seed : randomBytes(16);
  return `${args.name}-${createHash("sha256").update(seed).digest("hex").slice(0, 7)}`;
}

function checkMap(
  fields: Fields,
  map: ValueMap,
  at: string,
  problems: InputProblem[],
): { inputs: Record<string, Value>; defaults: string[] } {
  const inputs: Record<string, Value> = {};
  const defaults: string[] = [];
  for (const [name, value] of Object.entries(map)) {
    if (value === undefined || value === null || name === DEFAULTS_KEY) continue;
    const field = fields[name];
    const path = join(at, name);
    if (field === undefined || field.output === true) {
      problems.push({
        property: path,
        reason: `there is no input "${path}"; allowed: ${inputNames(fields)}`,
      });
    } else if (field.unsupported !== undefined) {
      problems.push({
        property: path,
        reason: `"${path}" is not supported by the hermetic engine (${field.unsupported}); use the official engine for it`,
      });
    } else {
      inputs[name] = checkValue(field, value, path, problems);
    }
  }
  for (const [name, field] of Object.entries(fields)) {
    if (inputs[name] !== undefined || name in map) continue;
    if (field.required === true) {
      const path = join(at, name);
      problems.push({ property: path, reason: `the required property "${path}" is missing` });
    }
    const value = "default" in field ? field.default : undefined;
    if (value !== undefined && value !== "" && value !== 0 && value !== false) {
      inputs[name] = value;
      defaults.push(name);
    }
  }
  return { inputs, defaults };
}

function checkValue(field: Field, value: Value, path: string, problems: InputProblem[]): Value {
  if (value === UNKNOWN) return value;
  const wrong = (wanted: string): Value => {
    problems.push({ property: path, reason: `"${path}" must be ${wanted}, but is ${describe(value)}` });
    return value;
  };
  const complain = (reason: string | undefined): void => {
    if (reason !== undefined) problems.push({ property: path, reason: `"${path}": ${reason}` });
  };
  switch (field.kind) {
    case "string": {
      if (typeof value === "number" || typeof value === "boolean") return String(value);
      if (typeof value !== "string") return wrong("text");
      complain(field.check?.(value));
      return value;
    }
    case "int": {
      const number = typeof value === "string" && /^-?\d+$/.test(value) ? Number(value) : value;
      if (typeof number !== "number" || !Number.isInteger(number)) return wrong("a whole number");
      if (field.min !== undefined && number < field.min)
        complain(`${String(number)} is below ${String(field.min)}`);
      return number;
    }
    case "bool": {
      if (value === "true" || value === "false") return value === "true";
      return typeof value === "boolean" ? value : wrong("true or false");
    }
    case "map": {
      if (!isMap(value)) return wrong("an object of texts");
      const out: Record<string, Value> = {};
      for (const [key, inner] of Object.entries(value)) {
        if (inner === undefined || inner === null || key === DEFAULTS_KEY) continue;
        if (inner !== UNKNOWN && typeof inner === "object") wrong(`an object of texts (see "${key}")`);
        out[key] = typeof inner === "object" ? inner : String(inner);
      }
      return out;
    }
    case "block":
      return isMap(value) ? checkNested(field.of, value, path, problems) : wrong("an object");
    case "list":
    case "set": {
      if (!isList(value)) return wrong("a list");
      return value.map((item, index) => {
        const itemPath = `${path}[${String(index)}]`;
        if (item === UNKNOWN) return item;
        if (field.of === "string") return checkValue({ kind: "string" }, item, itemPath, problems);
        if (isMap(item)) return checkNested(field.of, item, itemPath, problems);
        problems.push({
          property: itemPath,
          reason: `"${itemPath}" must be an object, but is ${describe(item)}`,
        });
        return item;
      });
    }
  }
}

function checkNested(fields: Fields, value: ValueMap, path: string, problems: InputProblem[]): Value {
  const { inputs, defaults } = checkMap(fields, value, path, problems);
  return { ...inputs, [DEFAULTS_KEY]: defaults.sort() };
}

const join = (at: string, name: string): string => (at === "" ? name : `${at}.${name}`);
const inputNames = (fields: Fields): string =>
  Object.entries(fields)
    .filter(([, field]) => field.output !== true)
    .map(([name]) => name)
    .sort()
    .join(", ");
