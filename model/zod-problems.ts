import type { z } from "zod";
import type { Problem } from "./problems";

export const UNKNOWN_KEY = "there is no such key";

/** zod's issues in our words: path, value, what is allowed. `root` is the input, to quote the value from. */
export function zodProblems(error: z.ZodError, root: unknown, prefix = ""): readonly Problem[] {
  return error.issues.flatMap((issue): Problem[] => {
    const path = joinPath(prefix, issue.path);
    if (issue.code === "unrecognized_keys") {
      return issue.keys.map((key) => ({
        path: joinPath(prefix, [...issue.path, key]),
        what: UNKNOWN_KEY,
        value: valueAt(root, [...issue.path, key]),
        fix: `remove it, or correct its spelling`,
      }));
    }
    const value = valueAt(root, issue.path);
    if (value === undefined) return [{ path, what: "is missing", allowed: issue.message, fix: "set it" }];
    return [{ path, what: issue.message, value }];
  });
}

function joinPath(prefix: string, path: readonly PropertyKey[]): string {
  const text = path.map((part) => (typeof part === "number" ? `[${part}]` : `.${String(part)}`)).join("");
  return prefix === ""
    ? text.replace(/^\./, "")
    : prefix.endsWith(":")
      ? prefix + text.replace(/^\./, "")
      : prefix + text;
}

function valueAt(root: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (value, key) =>
      typeof value === "object" && value !== null ? (value as Record<PropertyKey, unknown>)[key] : undefined,
    root,
  );
}
