import { createInterface } from "node:readline";
import { Readable } from "node:stream";
import type { ReadableStream } from "node:stream/web";
import { z } from "zod";
import { entryOf, type Entry, type Source } from "./document";
import type { Upstream } from "./upstream";

const container = z.object({
  id: z.string(),
  name: z.string(),
  capability: z.string(),
  lanes: z.array(z.string()),
  state: z.string(),
  startedAt: z.string().optional(),
});
export type EngineContainer = z.output<typeof container>;

const told = z.union([
  z.object({ truncated: z.literal(true) }),
  z.object({ time: z.string(), stream: z.enum(["stdout", "stderr"]), text: z.string() }),
]);

export interface Page {
  readonly entries: readonly Entry[];
  /** It ends before the log does. */
  readonly more: boolean;
}

export interface PageOptions {
  /** There is more than a page, as far as is known. */
  readonly catchUp: boolean;
  /** Whether a line was read before. */
  readonly knows: (id: string) => boolean;
  readonly signal?: AbortSignal | undefined;
}

/** Lines in a page. That of who keeps up is cheap: the engine reads the end of the file alone, and else all of it. */
const PAGE = 2000;
/** Documents in memory at the same time. */
const PAGE_BYTES = 1 << 20;

/** Asks the engine's proxy (`t26 engine-proxy`). Everything throws when it does not answer as it should. */
export class Engine {
  readonly #proxy: Upstream;

  constructor(proxy: Upstream) {
    this.#proxy = proxy;
  }

  /** Services and jobs of the stack; writers say nothing. */
  async containers(signal?: AbortSignal): Promise<readonly EngineContainer[]> {
    const of = async (role: string): Promise<readonly EngineContainer[]> =>
      z.array(container).parse(await (await this.#proxy.ask(`/containers?role=${role}`, { signal })).json());
    return [...(await of("service")), ...(await of("job"))];
  }

  /**
   * The lines of a container since a moment, from the oldest on; the end of its log alone, where that joins what is known.
   * @param since nanoseconds since 1970
   */
  async page(source: Source, since: bigint, { catchUp, knows, signal }: PageOptions): Promise<Page> {
    if (!catchUp) {
      const page = await this.#read(source, since, `tail=${PAGE}`, signal);
      const [first] = page.entries;
      // as many as were asked for: there may be others before them, unless they begin with one that was read before
      if (!page.more && (page.entries.length < PAGE || (first && knows(first.id)))) return page;
    }
    return this.#read(source, since, `first=${PAGE}`, signal);
  }

  async #read(source: Source, since: bigint, which: string, signal?: AbortSignal): Promise<Page> {
    const path = `/containers/${encodeURIComponent(source.name)}/logs?since=${seconds(since)}&${which}`;
    const response = await this.#proxy.ask(path, { signal }, [404]);
    if (response.status === 404 || !response.body) {
      await response.body?.cancel();
      return { entries: [], more: false };
    }
    const body = Readable.fromWeb(response.body as ReadableStream);
    const entries: Entry[] = [];
    let bytes = 0;
    try {
      for await (const line of createInterface({ input: body, crlfDelay: Infinity })) {
        const one = told.parse(JSON.parse(line));
        if ("truncated" in one) return { entries, more: true };
        const entry = entryOf(source, one);
        entries.push(entry);
        bytes += entry.json.length;
        if (bytes > PAGE_BYTES) return { entries, more: true };
      }
    } finally {
      body.destroy();
    }
    return { entries, more: false };
  }
}

/** As the engine wants a moment. */
function seconds(nanoseconds: bigint): string {
  const whole = nanoseconds / 1_000_000_000n;
  return `${whole}.${String(nanoseconds % 1_000_000_000n).padStart(9, "0")}`;
}
