import WebSocket from "ws";
import { z } from "zod";
import { signedParameters, type BinanceCredentials } from "./binance-rest";
import { eventOf, executionReport } from "./binance-events";
import { VenueUnavailableError, type VenueEvent } from "./venue";

interface FeedOptions {
  readonly wsUrl: string;
  readonly credentials: BinanceCredentials;
  readonly account: string;
  readonly after: number;
  readonly signal: AbortSignal;
  /** What happened while nobody listened, of the orders that were open then; asked once listening has begun. */
  readonly catchUp: (seqOf: (timestamp: number) => number) => Promise<readonly VenueEvent[]>;
}

/** The server pings every 20 s. */
const SILENCE_MS = 65_000;
const answer = z.object({ id: z.string(), status: z.int(), error: z.object({ msg: z.string() }).optional() });
const pushed = z.object({ event: z.unknown() });

/**
 * The account's events over the WebSocket API (userDataStream.subscribe.signature; listen keys are retired). The
 * stream has no numbers and forgets: first it listens, then asks what it may have missed, and tells both; ids show
 * what came twice.
 */
export async function* binanceEvents(options: FeedOptions): AsyncGenerator<readonly VenueEvent[]> {
  const { wsUrl, credentials, account, signal } = options;
  let seq = options.after;
  const seqOf = (timestamp: number): number => (seq = Math.max(seq + 1, timestamp * 1000));
  const socket = new WebSocket(wsUrl, { handshakeTimeout: 5000 });
  const queue: string[] = [];
  let ended: Error | undefined;
  let wake: () => void = () => undefined;
  const end = (reason: string): void => {
    ended ??= new VenueUnavailableError("binance", "feed", reason);
    socket.terminate();
    wake();
  };
  let silence = setTimeout(() => end("silent"), SILENCE_MS);
  const heard = (): void => {
    clearTimeout(silence);
    silence = setTimeout(() => end("silent"), SILENCE_MS);
  };
  const abort = (): void => end("stopped");
  signal.addEventListener("abort", abort, { once: true });
  socket.on("ping", heard);
  socket.on("error", (error) => end(error.message));
  socket.on("close", (code) => end(`closed with ${code}`));
  socket.on("open", () => {
    const params = signedParameters(
      { apiKey: credentials.apiKey.reveal(), timestamp: Date.now() },
      credentials.apiSecret,
    );
    socket.send(JSON.stringify({ id: "subscribe", method: "userDataStream.subscribe.signature", params }));
  });
  socket.on("message", (data) => {
    heard();
    queue.push(String(data));
    wake();
  });
  try {
    for (;;) {
      const texts = queue.splice(0);
      const events: VenueEvent[] = [];
      for (const text of texts) {
        const message: unknown = JSON.parse(text);
        const answered = answer.safeParse(message);
        if (answered.success) {
          if (answered.data.status !== 200)
            end(`subscribe: ${answered.data.error?.msg ?? answered.data.status}`);
          else events.push(...(await options.catchUp(seqOf)));
          continue;
        }
        const report = executionReport.safeParse(pushed.parse(message).event);
        if (!report.success) continue;
        const event = eventOf(report.data, account, seqOf(report.data.T));
        if (event) events.push(event);
      }
      if (events.length > 0) yield events;
      if (queue.length > 0) continue;
      if (signal.aborted) return;
      if (ended) throw ended;
      await new Promise<void>((resolve) => (wake = resolve));
    }
  } finally {
    clearTimeout(silence);
    signal.removeEventListener("abort", abort);
    socket.terminate();
  }
}
