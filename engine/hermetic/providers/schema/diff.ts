import type { Change, ChangeKind } from "../protocol/provider";
import { DEFAULTS_KEY, UNKNOWN, canonical, containsUnknown, isList, isMap } from "../protocol/values";
import type { Value, ValueMap } from "../protocol/values";
import { zero } from "./fields";
import type { Field, Fields } from "./fields";

/** True when old and new of this property count as the same although they differ. */
export type Suppress = (old: Value | undefined, wanted: Value | undefined) => boolean;

/**
 * What changed between the recorded state and the wanted inputs, by the rules of the Terraform SDK below the
 * official plugins:
 * - a property left out counts as its default or zero, and as no change at all when it is computed;
 * - sets compare without order, lists with it;
 * - a new value that is not known yet is a change;
 * - for lists and sets of objects, a changed element replaces only if one of *its* fields does, while a changed
 *   number of elements replaces if the list itself does.
 */
export function diffFields(
  fields: Fields,
  state: ValueMap,
  inputs: ValueMap,
  suppress: Readonly<Record<string, Suppress>> = {},
): readonly Change[] {
  return Object.entries(fields).flatMap(([name, field]) => {
    const old = state[name] ?? undefined;
    const wanted = inputs[name] ?? undefined;
    const changes = diffField(name, field, old, wanted);
    return changes.length > 0 && suppress[name]?.(old, wanted) === true ? [] : changes;
  });
}

function diffField(
  path: string,
  field: Field,
  old: Value | undefined,
  wanted: Value | undefined,
): readonly Change[] {
  const replace = field.replace === true;
  if (wanted === undefined && (field.computed === true || field.output === true)) {
    // A create that failed half-way never read these back: the plugin then plans to learn them, and for
    // a replacing one that means a new resource.
    const unread = old === undefined && field.kind === "list";
    return unread ? [{ path, kind: "add", replace }] : [];
  }
  if (wanted === UNKNOWN) return [{ path, kind: old === undefined ? "add" : "update", replace }];
  switch (field.kind) {
    case "string":
    case "int":
    case "bool":
      return diffScalar(path, field, old, wanted);
    case "map":
      return diffMap(path, replace, old, wanted);
    case "block":
      return field.unordered === true
        ? diffElements(path, field.of, replace, asList(old), asList(wanted)).map((change) => ({
            ...change,
            path,
          }))
        : diffBlock(path, field.of, replace, old, wanted);
    case "set":
    case "list":
      if (field.of === "string") return diffTexts(path, field.kind, replace, asList(old), asList(wanted));
      return diffElements(path, field.of, replace, asList(old), asList(wanted), field.kind === "list");
  }
}

function diffScalar(
  path: string,
  field: Field,
  old: Value | undefined,
  wanted: Value | undefined,
): readonly Change[] {
  if (field.kind === "string" && field.emptyIsUnset === true && (wanted === undefined || wanted === ""))
    return [];
  const have = old ?? zero(field);
  const want = wanted ?? ("default" in field ? field.default : undefined) ?? zero(field);
  return String(have) === String(want)
    ? []
    : [{ path, kind: kindOf(old, wanted), replace: field.replace === true }];
}

function diffMap(
  path: string,
  replace: boolean,
  old: Value | undefined,
  wanted: Value | undefined,
): readonly Change[] {
  const have = isMap(old) ? old : {};
  const want = isMap(wanted) ? wanted : {};
  const keys = [...new Set([...Object.keys(have), ...Object.keys(want)])]
    .filter((key) => key !== DEFAULTS_KEY)
    .sort();
  return keys.flatMap((key) =>
    canonical(have[key]) === canonical(want[key]) && want[key] !== UNKNOWN
      ? []
      : [{ path: `${path}${keyPath(key)}`, kind: kindOf(have[key], want[key]), replace }],
  );
}

function diffBlock(
  path: string,
  fields: Fields,
  replace: boolean,
  old: Value | undefined,
  wanted: Value | undefined,
): readonly Change[] {
  if (old === undefined && wanted === undefined) return [];
  const have = isMap(old) ? old : {};
  const want = isMap(wanted) ? wanted : {};
  if (isMap(old) !== isMap(wanted)) return [{ path, kind: kindOf(old, wanted), replace }];
  return Object.entries(fields).flatMap(([name, field]) =>
    diffField(`${path}.${name}`, field, have[name] ?? undefined, want[name] ?? undefined),
  );
}

function diffTexts(
  path: string,
  kind: "list" | "set",
  replace: boolean,
  old: readonly Value[],
  wanted: readonly Value[],
): readonly Change[] {
  if (kind === "list") {
    return indices(old, wanted).flatMap((index) =>
      old[index] === wanted[index] && wanted[index] !== UNKNOWN
        ? []
        : [{ path: `${path}[${String(index)}]`, kind: kindOf(old[index], wanted[index]), replace }],
    );
  }
  return symmetric(path, old, wanted, canonical).map(({ path: at, kind: change }) => ({
    path: at,
    kind: change,
    replace,
  }));
}

function diffElements(
  path: string,
  fields: Fields,
  replace: boolean,
  old: readonly Value[],
  wanted: readonly Value[],
  ordered = false,
): readonly Change[] {
  const counted = replace && old.length !== wanted.length;
  const forces = (value: Value | undefined): boolean =>
    value === UNKNOWN
      ? replace
      : isMap(value) &&
        Object.entries(fields).some(
          ([name, field]) => field.replace === true && !isZero(field, value[name] ?? undefined),
        );
  if (ordered) {
    return indices(old, wanted).flatMap((index) => {
      const have = old[index];
      const want = wanted[index];
      const same = normal(fields, have) === normal(fields, want) && !containsUnknown(want);
      if (same) return [];
      const kind = kindOf(have, want);
      return [{ path: `${path}[${String(index)}]`, kind, replace: counted || forces(have) || forces(want) }];
    });
  }
  return symmetric(path, old, wanted, (value) => normal(fields, value)).map(({ path: at, kind, values }) => ({
    path: at,
    kind,
    replace: counted || values.some(forces),
  }));
}

interface ChangedElement {
  readonly path: string;
  readonly kind: ChangeKind;
  readonly values: readonly Value[];
}

/** Elements that only one side has; where both sides have such a one at the same index, it reads as an update. */
function symmetric(
  path: string,
  old: readonly Value[],
  wanted: readonly Value[],
  code: (value: Value) => string,
): readonly ChangedElement[] {
  const have = new Set(old.map(code));
  const want = new Set(wanted.filter((value) => !containsUnknown(value)).map(code));
  return indices(old, wanted).flatMap((index): readonly ChangedElement[] => {
    const [before, after] = [old[index], wanted[index]];
    const removed = before !== undefined && !want.has(code(before)) ? [before] : [];
    const added = after !== undefined && (containsUnknown(after) || !have.has(code(after))) ? [after] : [];
    if (removed.length === 0 && added.length === 0) return [];
    const kind = removed.length === 0 ? "add" : added.length === 0 ? "delete" : "update";
    return [{ path: `${path}[${String(index)}]`, kind, values: [...removed, ...added] }];
  });
}

/** One text for all spellings of the same element: defaults and zeros filled in, sets sorted. */
export function normal(fields: Fields, value: Value | undefined): string {
  if (!isMap(value)) return canonical(value);
  const parts = Object.entries(fields).map(
    ([name, field]) => `${name}=${normalField(field, value[name] ?? undefined)}`,
  );
  return parts.join(";");
}

function normalField(field: Field, value: Value | undefined): string {
  switch (field.kind) {
    case "string":
    case "int":
    case "bool":
      return value === UNKNOWN
        ? "?"
        : String(value ?? ("default" in field ? field.default : undefined) ?? zero(field));
    case "map":
      return canonical(isMap(value) ? value : {});
    case "block":
      return value === undefined ? "" : normal(field.of, value);
    case "list":
    case "set": {
      const of = field.of;
      const codes = asList(value).map((item) => (of === "string" ? canonical(item) : normal(of, item)));
      return (field.kind === "set" ? codes.sort() : codes).join(",");
    }
  }
}

function isZero(field: Field, value: Value | undefined): boolean {
  return (
    normalField(field, value) ===
    normalField({ ...field, ...("default" in field ? { default: undefined } : {}) } as Field, undefined)
  );
}

const asList = (value: Value | undefined): readonly Value[] =>
  isList(value) ? value : value === undefined || value === null ? [] : [value];
const indices = (a: readonly unknown[], b: readonly unknown[]): readonly number[] =>
  Array.from({ length: Math.max(a.length, b.length) }, (_, index) => index);
const keyPath = (key: string): string => (/^[A-Za-z_$][\w$]*$/.test(key) ? `.${key}` : `["${key}"]`);
function kindOf(old: Value | undefined, wanted: Value | undefined): ChangeKind {
  if (old === undefined) return "add";
  return wanted === undefined ? "delete" : "update";
}
