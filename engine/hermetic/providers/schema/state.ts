import { DEFAULTS_KEY, UNKNOWN, containsUnknown, isList, isMap } from "../protocol/values";
import type { Value, ValueMap } from "../protocol/values";
import { zero } from "./fields";
import type { Field, Fields } from "./fields";
import { inSetOrder } from "./set-order";

/** What a read of the real thing says. A key that is missing was not looked at; one that is null has no value. */
export type Observed = Readonly<Record<string, Value>>;

/**
 * The state right after a create. The plugins keep *sets* as the program wrote them even where the read says
 * something else (that shows only after a refresh), and take everything else from the read.
 */
export function stateAfterCreate(fields: Fields, inputs: ValueMap, observed: Observed): ValueMap {
  const out: Record<string, Value> = {};
  for (const [name, field] of Object.entries(fields)) {
    const given = recorded(field, inputs[name] ?? undefined);
    const seen = observed[name];
    const value =
      given !== undefined && isSet(field)
        ? given
        : (seen ?? given ?? falsyDefault(field) ?? emptyCollection(field));
    if (value !== undefined && value !== null && !(given === undefined && isEmptyInput(field, value)))
      out[name] = value;
  }
  return out;
}

/** The state of a create that failed half-way: what was asked for, and nothing that only a read could tell. */
export function stateAfterFailedCreate(fields: Fields, inputs: ValueMap): ValueMap {
  return stateAfterCreate(fields, inputs, {});
}

/** The state after a refresh: what was seen wins over what was recorded. */
export function stateAfterRead(state: ValueMap, observed: Observed): ValueMap {
  const out: Record<string, Value> = {};
  for (const [name, value] of Object.entries(state)) if (value !== undefined) out[name] = value;
  for (const [name, value] of Object.entries(observed)) {
    if (value === null) delete out[name];
    else out[name] = value;
  }
  return out;
}

/** Updates do not read back: the state becomes what was asked for. */
export function stateAfterUpdate(fields: Fields, state: ValueMap, inputs: ValueMap): ValueMap {
  const out: Record<string, Value> = {};
  for (const [name, field] of Object.entries(fields)) {
    const given = recorded(field, inputs[name] ?? undefined);
    const old = state[name] ?? undefined;
    const kept = field.computed === true || field.output === true || isEmptyIsUnset(field);
    const removed = isScalar(field, old) ? zero(field) : undefined;
    const value = given ?? (kept ? old : undefined) ?? falsyDefault(field) ?? removed;
    if (value !== undefined && value !== null) out[name] = value;
  }
  return out;
}

/** The outputs of a create that has not happened: inputs as given, everything the daemon decides unknown. */
export function plannedState(fields: Fields, inputs: ValueMap): ValueMap {
  const out: Record<string, Value> = {};
  for (const [name, field] of Object.entries(fields)) {
    const given = recorded(field, inputs[name] ?? undefined);
    const value = given ?? (field.computed === true || field.output === true ? UNKNOWN : falsyDefault(field));
    if (value !== undefined) out[name] = value;
  }
  return out;
}

/** After a refresh the recorded inputs follow what was seen, so that later diffs show the real difference. */
export function inputsAfterRead(inputs: ValueMap, state: ValueMap): ValueMap {
  const out: Record<string, Value> = {};
  for (const [name, value] of Object.entries(inputs)) {
    if (value === undefined) continue;
    const seen = state[name];
    out[name] = name === DEFAULTS_KEY || containsUnknown(value) ? value : project(value, seen);
  }
  return out;
}

function project(input: Value, seen: Value | undefined): Value {
  if (seen === undefined || seen === null) return input;
  if (isMap(input) && isMap(seen)) {
    const out: Record<string, Value> = {};
    for (const [key, value] of Object.entries(input)) {
      if (value !== undefined) out[key] = key === DEFAULTS_KEY ? value : project(value, seen[key]);
    }
    return out;
  }
  if (isList(input) && isList(seen)) {
    return seen.map((value, index) => {
      const old = input[index];
      return isMap(old) && isMap(value) ? project(old, value) : value;
    });
  }
  return seen;
}

export function withoutDefaults(value: Value | undefined): Value | undefined {
  if (isList(value)) return value.map((item) => withoutDefaults(item) ?? null);
  if (!isMap(value)) return value;
  const out: Record<string, Value> = {};
  for (const [key, inner] of Object.entries(value)) {
    const cleaned = key === DEFAULTS_KEY ? undefined : withoutDefaults(inner);
    if (cleaned !== undefined) out[key] = cleaned;
  }
  return out;
}

const isSet = (field: Field): boolean =>
  field.kind === "set" || (field.kind === "block" && field.unordered === true);

/** Sets that the daemon may fill, and collections of objects, are recorded as empty, never as absent. */
const emptyCollection = (field: Field): Value | undefined =>
  (field.kind === "set" && field.computed === true) || isOfObjects(field) ? [] : undefined;

const isOfObjects = (field: Field): boolean =>
  (field.kind === "set" || field.kind === "list") &&
  field.of !== "string" &&
  field.computed !== true &&
  field.output !== true;

/** Zero defaults are left out of the inputs but appear in the state. */
function falsyDefault(field: Field): Value | undefined {
  return "default" in field ? field.default : undefined;
}

/** An optional collection that was not given and reads back empty stays absent. */
function isEmptyInput(field: Field, value: Value): boolean {
  if (field.computed === true || field.output === true || isOfObjects(field)) return false;
  return (
    (isList(value) && value.length === 0) ||
    (field.kind === "map" && isMap(value) && Object.keys(value).length === 0)
  );
}

const isEmptyIsUnset = (field: Field): boolean => field.kind === "string" && field.emptyIsUnset === true;

/** A scalar that was set and is not any more is recorded as zero, whatever the real thing has. */
const isScalar = (field: Field, old: Value | undefined): boolean =>
  old !== undefined && (field.kind === "string" || field.kind === "int" || field.kind === "bool");

/** A given value as the state keeps it: nested objects with all their fields, absent ones as zero or null. */
export function recorded(field: Field, value: Value | undefined): Value | undefined {
  if (value === undefined || value === null || value === UNKNOWN) return value;
  if (field.kind === "block") return isMap(value) ? filled(field.of, value) : value;
  if ((field.kind === "list" || field.kind === "set") && isList(value)) {
    const { of } = field;
    if (of !== "string") return value.map((item) => (isMap(item) ? filled(of, item) : item));
    return field.kind === "set" ? inSetOrder(value) : value;
  }
  return withoutDefaults(value);
}

function filled(fields: Fields, value: ValueMap): ValueMap {
  const out: Record<string, Value> = {};
  for (const [name, field] of Object.entries(fields)) {
    const given = recorded(field, value[name] ?? undefined);
    out[name] = given ?? ("default" in field ? field.default : undefined) ?? absent(field);
  }
  return out;
}

function absent(field: Field): Value {
  if (field.kind === "string") return "";
  return field.kind === "set" || field.kind === "list" ? [] : null;
}
