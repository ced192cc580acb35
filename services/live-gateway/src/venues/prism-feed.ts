import type { Pool } from "undici";
import { VenueHistoryLostError, VenueUnavailableError, type VenueEvent } from "./venue";
import { prismEvent } from "./prism";

interface FeedOptions {
  readonly pool: Pool;
  readonly headers: Readonly<Record<string, string>>;
  readonly venue: string;
  readonly after: number;
  readonly signal: AbortSignal;
}

/** The venue says something at least every second. */
const SILENCE_MS = 5000;

/**
 * Reads the venue's executions for as long as they come. The last event that is known already is asked for once
 * more: a venue that cannot tell it again has lost its store, and would otherwise be silent for ever.
 *
 * @throws {VenueHistoryLostError}
 * @throws {VenueUnavailableError} when the feed breaks, is silent, or skips a number
 */
export async function* prismEvents(options: FeedOptions): AsyncGenerator<readonly VenueEvent[]> {
  const { pool, headers, venue, after, signal } = options;
  const failed = (error: unknown): Error =>
    error instanceof VenueHistoryLostError
      ? error
      : new VenueUnavailableError(venue, "feed", error instanceof Error ? error.message : String(error));
  try {
    const path = `/v1/executions?after=${Math.max(after - 1, 0)}`;
    const response = await pool.request({
      method: "GET",
      path,
      headers,
      headersTimeout: SILENCE_MS,
      bodyTimeout: SILENCE_MS,
      signal,
    });
    if (response.statusCode !== 200) {
      await response.body.dump();
      throw new Error(`HTTP ${response.statusCode}`);
    }
    response.body.setEncoding("utf8");
    let rest = "";
    let last = Math.max(after - 1, 0);
    for await (const chunk of response.body) {
      const lines = (rest + String(chunk)).split("\n");
      rest = lines.pop() ?? "";
      const events: VenueEvent[] = [];
      for (const line of lines) {
        if (line.trim() === "") {
          if (last < after) throw new VenueHistoryLostError(venue, after);
          continue;
        }
        const event = read(line, venue);
        if (event.seq !== last + 1) throw new Error(`event ${event.seq} follows ${last}: some are missing`);
        last = event.seq;
        if (event.seq > after) events.push(event);
      }
      if (events.length > 0) yield events;
    }
    throw new Error("ended");
  } catch (error) {
    if (signal.aborted) return;
    throw failed(error);
  }
}

function read(line: string, venue: string): VenueEvent {
  const told = prismEvent.parse(JSON.parse(line));
  const { seq, order_id, symbol, timestamp } = told;
  const base = { seq, report_id: `${venue}:${seq}`, order_id, symbol, timestamp };
  const reason = told.reason ?? undefined;
  switch (told.kind) {
    case "accepted":
      return { ...base, kind: told.kind };
    case "rejected":
    case "cancelRejected":
    case "replaceRejected":
      return { ...base, kind: told.kind, reason: reason ?? "the venue gave no reason" };
    case "cancelled":
    case "expired":
      return { ...base, kind: told.kind, reason };
    case "replaced": {
      if (!told.quantity) throw new Error(`event ${seq} replaced ${order_id} and does not say its quantity`);
      return {
        ...base,
        kind: told.kind,
        quantity: told.quantity,
        price: told.price ?? undefined,
        stop_price: told.stop_price ?? undefined,
      };
    }
    case "fill": {
      if (!told.fill) throw new Error(`event ${seq} is a fill of ${order_id} without its fill`);
      return { ...base, kind: told.kind, side: told.side, account: told.account, fill: told.fill };
    }
  }
}
