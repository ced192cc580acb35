import { readFile, stat } from "node:fs/promises";
import type { Log } from "./log";

const pollMs = 2000;

export interface WatchedFileOptions<T> {
  readonly path: string;
  /** What is in it, for the log: "routes". */
  readonly what: string;
  /** @throws {Error} with every problem and where it is */
  readonly parse: (content: string) => T;
  /** What counts until the file has been read. */
  readonly initial: T;
  readonly log: Log;
  /** How often it is looked at, milliseconds. @default 2000 */
  readonly everyMs?: number;
}

/** What a file says, read again when it changes. A bad file changes nothing but the health. */
export class WatchedFile<T> {
  readonly #options: WatchedFileOptions<T>;
  #value: T;
  #problem: string | undefined = "not read yet";
  #seen = "";
  #timer: NodeJS.Timeout | undefined;

  constructor(options: WatchedFileOptions<T>) {
    this.#options = options;
    this.#value = options.initial;
  }

  get value(): T {
    return this.#value;
  }

  /** Reads the file at once, then looks whether it changed: volumes do not tell. @returns when it was read once */
  start(): Promise<void> {
    this.#timer = setInterval(() => void this.#refresh(), this.#options.everyMs ?? pollMs);
    this.#timer.unref();
    return this.#refresh();
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  /** @throws when the file that is there now could not be read */
  assertGood(): void {
    if (this.#problem !== undefined) {
      throw new Error(this.#problem);
    }
  }

  async #refresh(): Promise<void> {
    const { path, what, parse, log } = this.#options;
    try {
      const { mtimeMs, size, ino } = await stat(path);
      const version = `${ino} ${mtimeMs} ${size}`;
      if (version === this.#seen) {
        return;
      }
      this.#value = parse(await readFile(path, "utf8"));
      this.#seen = version;
      this.#problem = undefined;
      log.info(`${what} read`);
    } catch (error) {
      const problem = `${path}: ${error instanceof Error ? error.message : String(error)}`;
      if (problem !== this.#problem) {
        log.error(`${what} not read: ${problem}`);
      }
      this.#problem = problem;
    }
  }
}
