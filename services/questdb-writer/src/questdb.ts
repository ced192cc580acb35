import { isNativeError } from "node:util/types";
import type { Secret } from "../../kit";
import { basicAuth } from "../../kit/outgoing";

export interface QuestdbOptions {
  readonly url: string;
  readonly username?: string;
  readonly password?: Secret;
  /** @default 15000 */
  readonly timeoutMs?: number;
}

export type WriteAnswer =
  | { readonly kind: "written" }
  /** The server can not take what one line says; nothing of the batch was written. `line` counts from 1. */
  | { readonly kind: "refused"; readonly line: number | undefined; readonly reason: string };

/** It did not answer, or not as it should: nobody knows whether the rows are there. Writing them again is harmless. */
export class QuestdbError extends Error {
  override readonly name = "QuestdbError";
}

/** QuestDB's line protocol over HTTP: one request is one transaction for each table. */
export class Questdb {
  readonly #options: QuestdbOptions;
  readonly #headers: Readonly<Record<string, string>>;

  constructor(options: QuestdbOptions) {
    const { username, password } = options;
    this.#options = options;
    this.#headers = username === undefined || !password ? {} : basicAuth(username, password);
  }

  /**
   * @param lines without their ends
   * @throws {QuestdbError}
   */
  async write(lines: readonly string[]): Promise<WriteAnswer> {
    const { status, body } = await this.#ask("/write?precision=ms", {
      method: "POST",
      body: `${lines.join("\n")}\n`,
      headers: { ...this.#headers, "content-type": "text/plain; charset=utf-8" },
    });
    if (status === 204) return { kind: "written" };
    if (status !== 400) throw new QuestdbError(`QuestDB answered ${status}: ${shorten(body)}`);
    return { kind: "refused", ...refusal(body) };
  }

  /** Names of the columns, none when there is no such table. @throws {QuestdbError} */
  async columns(table: string): Promise<readonly string[]> {
    const query = `SELECT "column" FROM table_columns('${table.replaceAll("'", "''")}')`;
    const { status, body } = await this.#ask(`/exec?${new URLSearchParams({ query }).toString()}`, {
      headers: this.#headers,
    });
    if (status === 400 && body.includes("table does not exist")) return [];
    if (status !== 200) throw new QuestdbError(`QuestDB answered ${status}: ${shorten(body)}`);
    const { dataset } = JSON.parse(body) as { readonly dataset: readonly (readonly string[])[] };
    return dataset.flatMap(([name]) => name ?? []);
  }

  async #ask(
    path: string,
    request: RequestInit,
  ): Promise<{ readonly status: number; readonly body: string }> {
    try {
      const response = await fetch(`${this.#options.url}${path}`, {
        ...request,
        redirect: "error",
        signal: AbortSignal.timeout(this.#options.timeoutMs ?? 15_000),
      });
      return { status: response.status, body: await response.text() };
    } catch (error) {
      // fetch says only that it failed; why is its cause
      const cause = isNativeError(error) && isNativeError(error.cause) ? error.cause : error;
      const why = isNativeError(cause) ? cause.message : String(cause);
      throw new QuestdbError(`QuestDB does not answer: ${why}`);
    }
  }
}

function refusal(body: string): { readonly line: number | undefined; readonly reason: string } {
  try {
    const { line, message } = JSON.parse(body) as { readonly line?: unknown; readonly message?: unknown };
    return { line: typeof line === "number" ? line : undefined, reason: shorten(String(message)) };
  } catch {
    return { line: undefined, reason: shorten(body) };
  }
}

function shorten(text: string): string {
  const line = text.replaceAll(/\s+/g, " ").trim();
  return line.length > 400 ? `${line.slice(0, 400)}…` : line;
}
