import { crc32 } from "node:zlib";
import type { Value } from "../protocol/values";

/**
 * Sets of texts lose the order in which they were written: the plugins keep them by a checksum. So the first of two
 * DNS servers, or the winner of two settings of one variable, is arbitrary but always the same.
 */
export function inSetOrder<T extends Value>(values: readonly T[]): readonly T[] {
  const key = (value: T): string => (typeof value === "string" ? String(crc32(value)) : "");
  return values
    .map((value) => ({ value, at: key(value) }))
    .sort(byKey)
    .map(({ value }) => value);
}

const byKey = (a: { readonly at: string }, b: { readonly at: string }): number =>
  a.at < b.at ? -1 : a.at > b.at ? 1 : 0;
