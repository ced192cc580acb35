/**
 * Schemas of resource types as data. They describe what the official plugins accept and how they react to a
 * change; `diff.ts` and `check.ts` read them.
 */

interface Common {
  readonly required?: true;
  /** The daemon or the image decides when the program leaves it out; then leaving it out is never a change. */
  readonly computed?: true;
  /** A change needs a new resource; without it the official plugin updates in place, or only its state. */
  readonly replace?: true;
  /** Not an input at all. */
  readonly output?: true;
  /** Part of the official schema, but not of this engine: the text says why. */
  readonly unsupported?: string;
}

export type Field =
  | (Common & {
      readonly kind: "string";
      readonly default?: string;
      readonly check?: TextCheck;
      readonly emptyIsUnset?: true;
    })
  | (Common & { readonly kind: "int"; readonly default?: number; readonly min?: number })
  | (Common & { readonly kind: "bool"; readonly default?: boolean })
  | (Common & { readonly kind: "map" })
  | (Common & { readonly kind: "list" | "set"; readonly of: "string" | Fields })
  /** A nested object, at most one. `unordered`: compared as a whole, as the plugin does with sets. */
  | (Common & { readonly kind: "block"; readonly of: Fields; readonly unordered?: true });

export type Fields = Readonly<Record<string, Field>>;
export type TextCheck = (value: string) => string | undefined;

type Options<K extends Field["kind"]> = Omit<Extract<Field, { kind: K }>, "kind" | "of">;

export const str = (options: Options<"string"> = {}): Field => ({ kind: "string", ...options });
export const int = (options: Options<"int"> = {}): Field => ({ kind: "int", ...options });
export const bool = (options: Options<"bool"> = {}): Field => ({ kind: "bool", ...options });
export const map = (options: Options<"map"> = {}): Field => ({ kind: "map", ...options });
export const list = (of: "string" | Fields, options: Common = {}): Field => ({
  kind: "list",
  of,
  ...options,
});
export const set = (of: "string" | Fields, options: Common = {}): Field => ({ kind: "set", of, ...options });
export const block = (of: Fields, options: Common & { readonly unordered?: true } = {}): Field => ({
  kind: "block",
  of,
  ...options,
});

/** Every one of these fields forces a new resource. */
export function replacing(fields: Fields): Fields {
  return Object.fromEntries(
    Object.entries(fields).map(([name, field]) => [name, { ...field, replace: true as const }]),
  );
}

/** `{label, value}[]`, as networks, volumes and containers have it. */
export const labelFields: Fields = replacing({
  label: str({ required: true }),
  value: str({ required: true }),
});

export function matching(pattern: RegExp, allowed: string): TextCheck {
  return (value) =>
    pattern.test(value)
      ? undefined
      : `'${value}' doesn't match the pattern '${pattern.source}': it must be ${allowed}`;
}

/** What an absent scalar counts as. */
export function zero(field: Field): string | number | boolean {
  if (field.kind === "int") return 0;
  return field.kind === "bool" ? false : "";
}
