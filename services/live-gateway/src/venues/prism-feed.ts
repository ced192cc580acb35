import type { Dispatcher, Pool } from "undici";
import { z } from "zod";
import { VenueEventsGoneError, VenueHistoryLostError, VenueUnavailableError, type VenueEvent } from "./venue";
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
const gone = z.object({ oldest: z.int().positive() });

/**
 * Reads the venue's executions for as long as they come. The last event that is known already is asked for once
 * more: a venue that cannot tell it again has lost its store, and would otherwise be silent for ever. One that says
 * that it does not keep it any more has not, and is asked for what follows.
 *
 * @throws {VenueHistoryLostError}
 * @throws {VenueEventsGoneError} when what follows is not kept any more either
 * @throws {VenueUnavailableError} when the feed breaks, is silent, or skips a number
 */
export async function* prismEvents(options: FeedOptions): AsyncGenerator<readonly VenueEvent[]> {
  const { venue, after, signal } = options;
  const failed = (error: unknown): Error =>
    error instanceof VenueHistoryLostError || error instanceof VenueEventsGoneError
      ? error
      : new VenueUnavailableError(venue, "feed", error instanceof Error ? error.message : String(error));
  try {
    let last = Math.max(after - 1, 0);
    let response = await open(options, last);
    if (response.statusCode === 410) {
      const { oldest } = gone.parse(await response.body.json());
      if (oldest > after + 1) throw new VenueEventsGoneError(venue, after, oldest);
      last = after;
      response = await open(options, last);
    }
    if (response.statusCode !== 200) {
      await response.body.dump();
      throw new Error(`HTTP ${response.statusCode}`);
    }
    response.body.setEncoding("utf8");
    let rest = "";
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

function open({ pool, headers, signal }: FeedOptions, after: number): Promise<Dispatcher.ResponseData> {
  return pool.request({
    method: "GET",
    path: `/v1/executions?after=${after}`,
    headers,
    headersTimeout: SILENCE_MS,
    bodyTimeout: SILENCE_MS,
    signal,
  });
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
