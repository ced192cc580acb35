import { readFile, stat } from "node:fs/promises";
import { z } from "zod";
import type { Log } from "../../kit/log";

/** Something that answers behind the gateway. */
const route = z.object({
  title: z.string().min(1),
  url: z.string().min(1),
  description: z.string().default(""),
  kind: z.enum(["ui", "api", "tool"]),
});
export type Route = z.infer<typeof route>;

const pollMs = 2000;

/** The routes in a file, read again when it changes. A bad file changes nothing but the health. */
export class RouteList {
  #routes: readonly Route[] = [];
  #problem: string | undefined = "not read yet";
  #seen = "";
  #timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly path: string,
    private readonly log: Log,
    private readonly everyMs = pollMs,
  ) {}

  get routes(): readonly Route[] {
    return this.#routes;
  }

  /** Reads the file at once, then looks whether it changed: volumes do not tell. */
  start(): void {
    void this.#refresh();
    this.#timer = setInterval(() => void this.#refresh(), this.everyMs);
    this.#timer.unref();
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
    try {
      const { mtimeMs, size, ino } = await stat(this.path);
      const version = `${ino} ${mtimeMs} ${size}`;
      if (version === this.#seen) {
        return;
      }
      this.#routes = parseRoutes(await readFile(this.path, "utf8"));
      this.#seen = version;
      this.#problem = undefined;
      this.log.info({ routes: this.#routes.length }, "routes read");
    } catch (error) {
      const problem = `${this.path}: ${error instanceof Error ? error.message : String(error)}`;
      if (problem !== this.#problem) {
        this.log.error(`routes not read: ${problem}`);
      }
      this.#problem = problem;
    }
  }
}

/** @throws {Error} with every problem and where it is */
export function parseRoutes(content: string): readonly Route[] {
  const parsed = z.array(route).safeParse(JSON.parse(content));
  if (!parsed.success) {
    throw new Error(
      parsed.error.issues.map((issue) => `[${issue.path.join(".")}] ${issue.message}`).join("; "),
    );
  }
  return parsed.data;
}
