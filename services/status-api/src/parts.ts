import type { StatusPage } from "../../contracts/status";
import { HttpError, type Role } from "../../kit";
import type { Callers } from "./callers";
import type { Component } from "./components";
import type { StatusMetrics } from "./metrics";
import type { StatusRecord } from "./record";

/** What the routes are made of. */
export interface Parts {
  readonly record: StatusRecord;
  readonly callers: Callers;
  readonly metrics: StatusMetrics;
  readonly components: () => readonly Component[];
  readonly page: () => StatusPage;
  /** Who may read. */
  readonly readers: Role | "public";
}

/** @throws {HttpError} 400 for names that are no components */
export function assertComponents(names: readonly string[], { components }: Parts): void {
  const known = new Set(components().map(({ name }) => name));
  const unknown = names.filter((name) => !known.has(name));
  if (unknown.length > 0)
    throw new HttpError(
      400,
      "unknown_component",
      `There is no component ${unknown.join(", ")}; there are ${[...known].join(", ")}.`,
    );
}
