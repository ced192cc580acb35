import { z } from "zod";
import { logLevels, type LogRecord } from "../../contracts/log-record";
import { LOG_INDICES, MOST_FOUND, type LogDocument } from "../../contracts/log-store";
import type { Upstream } from "./upstream";

const names = z.array(z.string().max(100)).max(100);
const seconds = z.number().int().nonnegative();

/** What `./trade2026 logs --search` asks; a list without an entry is no condition. */
export const searchQuestion = z.strictObject({
  /** Words, all of them; "in quotes": one after the other; `-word`: without it. Or the whole value of a field. */
  text: z.string().trim().min(1).max(1000),
  services: names,
  lanes: names,
  capabilities: names,
  levels: z.array(z.enum(logLevels)),
  /** Seconds since 1970. */
  since: seconds.optional(),
  until: seconds.optional(),
  /** So many of the newest that are found. */
  size: z.number().int().min(1).max(MOST_FOUND),
});
export type SearchQuestion = z.infer<typeof searchQuestion>;

/** In the words of OpenSearch. */
export function searchBody(question: SearchQuestion): unknown {
  const { text, services, lanes, capabilities, levels, since, until, size } = question;
  const oneOf = (field: string, values: readonly string[]): readonly unknown[] =>
    values.length === 0 ? [] : [{ terms: { [field]: values } }];
  const time = {
    ...(since === undefined ? {} : { gte: new Date(since * 1000).toISOString() }),
    ...(until === undefined ? {} : { lte: new Date(until * 1000).toISOString() }),
  };
  return {
    size,
    sort: [{ "@timestamp": "desc" }],
    query: {
      bool: {
        should: [
          { simple_query_string: { query: text, fields: ["message"], default_operator: "and" } },
          { term: { fields: text } },
        ],
        minimum_should_match: 1,
        filter: [
          ...oneOf("service", services),
          ...oneOf("lanes", lanes),
          ...oneOf("capability", capabilities),
          ...oneOf("level", levels),
          ...(Object.keys(time).length === 0 ? [] : [{ range: { "@timestamp": time } }]),
        ],
      },
    },
  };
}

const answer = z.object({
  hits: z.object({ hits: z.array(z.object({ _source: z.custom<LogDocument>() })) }),
});

/** @returns what was found, in order of time @throws when OpenSearch does not answer */
export async function searchLogs(
  opensearch: Upstream,
  question: SearchQuestion,
): Promise<readonly LogRecord[]> {
  const body = JSON.stringify(searchBody(question));
  const response = await opensearch.ask(`/${LOG_INDICES}/_search`, { method: "POST", body });
  const { hits } = answer.parse(await response.json()).hits;
  return hits
    .map(({ _source: { "@timestamp": time, container: _container, ...rest } }) => ({ time, ...rest }))
    .reverse();
}
