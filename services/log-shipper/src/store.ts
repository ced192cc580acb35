import { z } from "zod";
import { endOfIndex, LOG_INDICES } from "../../contracts/log-store";
import type { Entry } from "./document";
import type { Upstream } from "./upstream";

/** What became of a batch. */
export interface Outcome {
  readonly indexed: number;
  /** They were there already. */
  readonly known: number;
  /** The store will never take them; why, in its own words. */
  readonly refused: number;
  readonly reasons: readonly string[];
}

const bulkAnswer = z.object({
  items: z.array(
    z.object({
      create: z.object({ status: z.number(), error: z.object({ type: z.string() }).optional() }),
    }),
  ),
});
const newestAnswer = z.object({
  aggregations: z
    .object({
      containers: z.object({
        buckets: z.array(z.object({ key: z.string(), newest: z.object({ value: z.number().nullable() }) })),
      }),
    })
    .optional(),
});

/** The indices of logs in OpenSearch. Everything throws when it does not answer, or not as it should. */
export class LogStore {
  readonly #opensearch: Upstream;

  constructor(opensearch: Upstream) {
    this.#opensearch = opensearch;
  }

  /** @throws when what is written now would have no mapping */
  async assertReady(signal?: AbortSignal): Promise<void> {
    const answer = await this.#opensearch.ask("/_index_template/logs", { signal }, [404]);
    await answer.body?.cancel();
    if (answer.status === 404)
      throw new Error(
        "OpenSearch has no template for logs: its set-up job has not run; ./trade2026 up runs it",
      );
  }

  /** The time of the newest line of each container, milliseconds since 1970, by its short id. */
  async newest(signal?: AbortSignal): Promise<ReadonlyMap<string, number>> {
    const body = JSON.stringify({
      size: 0,
      aggs: {
        containers: {
          terms: { field: "container", size: 10_000 },
          aggs: { newest: { max: { field: "@timestamp" } } },
        },
      },
    });
    const answer = await this.#opensearch.ask(`/${LOG_INDICES}/_search`, { method: "POST", body, signal });
    const { aggregations } = newestAnswer.parse(await answer.json());
    return new Map(
      aggregations?.containers.buckets.flatMap(({ key, newest: { value } }) =>
        value === null ? [] : [[key, value] as const],
      ),
    );
  }

  /** @throws when one of them was not taken for a reason that passes: then all are to be sent again */
  async write(entries: readonly Entry[], signal?: AbortSignal): Promise<Outcome> {
    const body = entries
      .map(({ id, index, json }) => `{"create":{"_index":"${index}","_id":"${id}"}}\n${json}\n`)
      .join("");
    const answer = await this.#opensearch.ask(
      "/_bulk?filter_path=items.create.status,items.create.error.type",
      {
        method: "POST",
        body,
        type: "application/x-ndjson",
        signal,
      },
    );
    const items = bulkAnswer.parse(await answer.json()).items.map(({ create }) => create);
    if (items.length !== entries.length)
      throw new Error(`OpenSearch answered for ${items.length} of ${entries.length} lines`);
    const count = (wanted: (status: number) => boolean): number =>
      items.filter(({ status }) => wanted(status)).length;
    const outcome = {
      indexed: count((status) => status < 300),
      known: count((status) => status === 409),
      refused: count((status) => status === 400),
    };
    const why = (of: (status: number) => boolean): readonly string[] => [
      ...new Set(items.filter(({ status }) => of(status)).map(({ error }) => error?.type ?? "unknown")),
    ];
    if (outcome.indexed + outcome.known + outcome.refused < items.length)
      throw new Error(
        `OpenSearch takes no lines at present: ${why((status) => status > 400 && status !== 409).join(", ")}`,
      );
    return { ...outcome, reasons: why((status) => status === 400) };
  }

  /** Deletes the indices whose day ended before a moment, milliseconds since 1970. @returns their names */
  async expire(beforeMs: number, signal?: AbortSignal): Promise<readonly string[]> {
    const path = `/_cat/indices/${LOG_INDICES}?format=json&h=index`;
    const answer = await this.#opensearch.ask(path, { signal });
    const listed = z.array(z.object({ index: z.string() })).parse(await answer.json());
    const old = listed
      .map(({ index }) => index)
      .filter((index) => (endOfIndex(index) ?? Infinity) <= beforeMs);
    for (const index of old) {
      const gone = await this.#opensearch.ask(`/${index}`, { method: "DELETE", signal }, [404]);
      await gone.body?.cancel();
    }
    return old;
  }
}
