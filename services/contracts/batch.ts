import { z } from "zod";

/**
 * What the streams ORDERS, BROKER, FILLS and MARKET carry: one record or several of the same subject, as a JSON
 * array. A store that syncs each message before it acknowledges it takes a few thousand messages a second; whoever
 * has more to say says it together (group commit).
 */
export const batchOf = <Record extends z.ZodType>(record: Record) => z.array(record).min(1).max(MAX_BATCH);

/** Records. With the largest order it stays below the bus's 1 MB. */
export const MAX_BATCH = 512;
