import { z } from "zod";
import { identifier, timestampMs } from "../../contracts";
import { HttpError } from "../../kit";
import type { Valkey } from "../../kit/valkey";
import type { DurableWriter } from "./durable";
import {
  accountLimits,
  defaultLimits,
  firstLimits,
  limitBook,
  symbolLimits,
  type LimitBook,
  type LimitIndex,
} from "./limits";

const scopeName = z.enum(["default", "account", "symbol"]);

/** What is to be changed, and into what. */
export type LimitChange =
  | { readonly scope: "default"; readonly limits: z.infer<typeof defaultLimits> }
  | { readonly scope: "account"; readonly key: string; readonly limits: z.infer<typeof accountLimits> }
  | { readonly scope: "symbol"; readonly key: string; readonly limits: z.infer<typeof symbolLimits> };

const anyLimits = z.union([defaultLimits, accountLimits, symbolLimits]);

export const limitHistoryEntry = z
  .strictObject({
    version: z.int().positive(),
    scope: scopeName,
    key: z.string().optional(),
    before: anyLimits.nullable(),
    after: anyLimits,
    by: identifier,
    reason: z.string(),
    at: timestampMs,
  })
  .meta({ id: "LimitHistoryEntry" });
export type LimitHistoryEntry = z.infer<typeof limitHistoryEntry>;

const KEY = "risk:limits";
const HISTORY = "risk:limits-history";
const KEPT = 10_000;

/** The limits in the store, each version with who made it, when and why. */
export class LimitStore {
  readonly #valkey: Valkey;
  readonly #writer: DurableWriter;
  readonly #index: LimitIndex;
  #changing: Promise<unknown> = Promise.resolve();

  constructor(valkey: Valkey, writer: DurableWriter, index: LimitIndex) {
    this.#valkey = valkey;
    this.#writer = writer;
    this.#index = index;
  }

  /** @throws when the store has something that is no limit book: without limits nothing may pass */
  async load(): Promise<void> {
    await this.#valkey.set(KEY, JSON.stringify(firstLimits), "NX");
    const text = await this.#valkey.get(KEY);
    this.#index.replace(limitBook.parse(JSON.parse(text ?? "null")));
  }

  /**
   * @param expected the version that the caller has seen
   * @throws {HttpError} 412 when there is a newer one
   */
  change(
    change: LimitChange,
    expected: number,
    who: { readonly by: string; readonly reason: string; readonly at: number },
  ): Promise<LimitBook> {
    const mine = this.#changing.then(async () => {
      const before = this.#index.book;
      if (before.version !== expected)
        throw new HttpError(
          412,
          "version_changed",
          `The limits are at version ${before.version}, not ${expected}: read them again, then change them.`,
        );
      const book = changed(before, change);
      const entry = { ...historyOf(before, change), ...who, version: book.version };
      await this.#writer.commit((client) =>
        client
          .multi()
          .set(KEY, JSON.stringify(book))
          .rpush(HISTORY, JSON.stringify(entry))
          .ltrim(HISTORY, -KEPT, -1),
      );
      this.#index.replace(book);
      return book;
    });
    // when nobody knows whether it was written, the store does
    this.#changing = mine.catch(() => this.load().catch(() => undefined));
    return mine;
  }

  /** Newest first. */
  async history(limit: number): Promise<readonly LimitHistoryEntry[]> {
    const lines = await this.#valkey.lrange(HISTORY, -limit, -1);
    return lines.reverse().map((line) => limitHistoryEntry.parse(JSON.parse(line)));
  }
}

/** @returns the next version */
export function changed(book: LimitBook, change: LimitChange): LimitBook {
  const next = { ...book, version: book.version + 1 };
  switch (change.scope) {
    case "default":
      return { ...next, default: change.limits };
    case "account":
      return { ...next, accounts: { ...book.accounts, [change.key]: change.limits } };
    case "symbol":
      return { ...next, symbols: { ...book.symbols, [change.key]: change.limits } };
  }
}

function historyOf(book: LimitBook, change: LimitChange) {
  const { scope, limits: after } = change;
  switch (scope) {
    case "default":
      return { scope, before: book.default, after };
    case "account":
      return { scope, key: change.key, before: book.accounts[change.key] ?? null, after };
    case "symbol":
      return { scope, key: change.key, before: book.symbols[change.key] ?? null, after };
  }
}
