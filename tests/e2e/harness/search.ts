/** Finds credentials in whatever a program has left behind, in the forms that credentials take on their way. */

export interface Needle {
  /** What it is; the only thing about it that is ever printed. */
  readonly name: string;
  readonly forms: readonly Buffer[];
}

export interface Finding {
  readonly needle: string;
  /** Where it was found. */
  readonly place: string;
}

/**
 * A credential as it stands, percent-encoded, in hex, and in base64 wherever it lies in what was encoded: alone, in
 * `user:password`, in a whole file. Both alphabets of base64.
 */
export function needleOf(name: string, value: string): Needle {
  const bytes = Buffer.from(value);
  const percent = [...bytes].map((byte) => `%${byte.toString(16).padStart(2, "0")}`).join("");
  const base64 = [0, 1, 2].map((shift) => base64Core(bytes, shift));
  const forms = [
    value,
    encodeURIComponent(value),
    percent,
    percent.toUpperCase(),
    bytes.toString("hex"),
    bytes.toString("hex").toUpperCase(),
    ...base64,
    ...base64.map((text) => text.replaceAll("+", "-").replaceAll("/", "_")),
    JSON.stringify(value).slice(1, -1),
  ];
  return { name, forms: [...new Set(forms)].map((form) => Buffer.from(form)) };
}

/** Those characters of the base64 of something that holds `bytes` at this shift, which do not depend on the rest. */
function base64Core(bytes: Buffer, shift: number): string {
  const text = Buffer.concat([Buffer.alloc(shift), bytes])
    .toString("base64")
    .replaceAll("=", "");
  const first = Math.ceil((shift * 8) / 6);
  const last = Math.floor(((shift + bytes.length) * 8) / 6);
  return text.slice(first, last);
}

/** Every needle that lies in `haystack`. */
export function search(
  needles: readonly Needle[],
  place: string,
  haystack: Buffer | string,
): readonly Finding[] {
  const bytes = typeof haystack === "string" ? Buffer.from(haystack) : haystack;
  return needles
    .filter(({ forms }) => forms.some((form) => bytes.includes(form)))
    .map(({ name }) => ({ needle: name, place }));
}
