import { statusPage, type StatusPage } from "../../contracts/status";
import type { Log, Secret } from "../../kit";

/** What is known of the platform, and whether it is of now. */
export type Known =
  | { readonly kind: "fresh"; readonly page: StatusPage }
  /** The API is away; this is what it said last, at `at` (milliseconds since 1970). */
  | { readonly kind: "stale"; readonly page: StatusPage; readonly at: number }
  | { readonly kind: "nothing" };

export interface SourceOptions {
  readonly url: string;
  readonly token: Secret;
  readonly log: Log;
  /** How long an answer serves everybody who asks, milliseconds. */
  readonly keepMs: number;
  readonly timeoutMs?: number;
}

const TIMEOUT_MS = 3000;

/** The status API, asked at most once in `keepMs`, however many look at the page. */
export class Source {
  readonly #options: SourceOptions;
  #last: { readonly page: StatusPage; readonly at: number } | undefined;
  #asked: { readonly at: number; readonly answer: Promise<Known> } | undefined;
  #problem: string | undefined;

  constructor(options: SourceOptions) {
    this.#options = options;
  }

  get(): Promise<Known> {
    const now = performance.now();
    if (!this.#asked || now - this.#asked.at >= this.#options.keepMs)
      this.#asked = { at: now, answer: this.#ask() };
    return this.#asked.answer;
  }

  /** @throws when the API could not be read */
  async assertReadable(): Promise<void> {
    await this.get();
    if (this.#problem !== undefined) throw new Error(this.#problem);
  }

  async #ask(): Promise<Known> {
    const { log } = this.#options;
    try {
      const page = await this.#read();
      if (this.#problem !== undefined) log.info("the status API is read again");
      this.#problem = undefined;
      this.#last = { page, at: Date.now() };
      return { kind: "fresh", page };
    } catch (error) {
      if (this.#problem === undefined) log.warn({ err: error }, "the status API cannot be read");
      this.#problem = `the status API cannot be read: ${error instanceof Error ? error.message : String(error)}`;
      return this.#last ? { kind: "stale", ...this.#last } : { kind: "nothing" };
    }
  }

  async #read(): Promise<StatusPage> {
    const { url, token, timeoutMs = TIMEOUT_MS } = this.#options;
    const response = await fetch(`${url}/`, {
      headers: { authorization: `Bearer ${token.reveal()}` },
      signal: AbortSignal.timeout(timeoutMs),
      redirect: "error",
    });
    if (!response.ok) throw new Error(`it answered ${response.status}`);
    return statusPage.parse(await response.json());
  }
}
