import { createHmac } from "node:crypto";
import { Pool, type Dispatcher } from "undici";
import { z } from "zod";
import type { Secret } from "../../../kit";
import { VenueUnavailableError } from "./venue";

export interface BinanceCredentials {
  readonly apiKey: Secret;
  readonly apiSecret: Secret;
}

export type Parameters = Readonly<Record<string, string | number | undefined>>;

/**
 * A request as Binance wants it signed: HMAC SHA-256, in hex, over the query as it is sent.
 * https://developers.binance.com/docs/binance-spot-api-docs/rest-api/request-security
 */
export function signedQuery(
  parameters: Parameters,
  secret: Secret,
  timestamp: number,
  recvWindow = 5000,
): string {
  const query = unsignedQuery(parameters);
  query.set("recvWindow", String(recvWindow));
  query.set("timestamp", String(timestamp));
  const text = query.toString();
  return `${text}&signature=${createHmac("sha256", secret.reveal()).update(text).digest("hex")}`;
}

function unsignedQuery(parameters: Parameters): URLSearchParams {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters))
    if (value !== undefined) query.set(name, String(value));
  return query;
}

/** The WebSocket API signs the same way, over the parameters in alphabetical order. */
export function signedParameters(
  parameters: Parameters,
  secret: Secret,
): Readonly<Record<string, string | number>> {
  const entries = Object.entries(parameters).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, value] as const],
  );
  const text = entries
    .map(([name, value]) => `${name}=${value}`)
    .sort()
    .join("&");
  return {
    ...Object.fromEntries(entries),
    signature: createHmac("sha256", secret.reveal()).update(text).digest("hex"),
  };
}

/** A refusal with a code: the venue understood, and did nothing. */
export class BinanceRefusal extends Error {
  override readonly name = "BinanceRefusal";

  constructor(
    readonly code: number,
    readonly said: string,
  ) {
    super(`${said} (${code})`);
  }
}

/** https://developers.binance.com/docs/binance-spot-api-docs/errors */
export const codes = {
  unknownOutcome: -1006,
  timeout: -1007,
  badTimestamp: -1021,
  newOrderRejected: -2010,
  cancelRejected: -2011,
  noSuchOrder: -2013,
} as const;

/** Codes that say nothing about what became of the request. */
const undecided: ReadonlySet<number> = new Set([
  -1000,
  -1001,
  -1003,
  codes.unknownOutcome,
  codes.timeout,
  -1008,
  -1015,
  -1016,
  codes.badTimestamp,
]);
const refusal = z.object({ code: z.int(), msg: z.string() });

export class BinanceRest {
  readonly #pool: Pool;
  readonly #credentials: BinanceCredentials;
  readonly #timeoutMs: number;

  constructor(url: string, credentials: BinanceCredentials, timeoutMs: number) {
    this.#pool = new Pool(url, { connections: 8, keepAliveTimeout: 30_000, connectTimeout: timeoutMs });
    this.#credentials = credentials;
    this.#timeoutMs = timeoutMs;
  }

  /**
   * @throws {BinanceRefusal} when it says no
   * @throws {VenueUnavailableError} when nobody knows what it did
   */
  async ask<Answer extends z.ZodType>(
    method: Dispatcher.HttpMethod,
    path: string,
    parameters: Parameters,
    schema: Answer,
    signed = true,
  ): Promise<z.output<Answer>> {
    const { apiKey, apiSecret } = this.#credentials;
    const query = signed
      ? signedQuery(parameters, apiSecret, Date.now())
      : unsignedQuery(parameters).toString();
    let status: number;
    let text: string;
    try {
      const response = await this.#pool.request({
        method,
        path: `${path}?${query}`,
        headers: signed ? { "X-MBX-APIKEY": apiKey.reveal() } : {},
        headersTimeout: this.#timeoutMs,
        bodyTimeout: this.#timeoutMs,
        signal: AbortSignal.timeout(this.#timeoutMs),
      });
      status = response.statusCode;
      text = await response.body.text();
    } catch (error) {
      throw unavailable(path, error);
    }
    if (status === 200) {
      try {
        return schema.parse(JSON.parse(text));
      } catch (error) {
        throw unavailable(path, error);
      }
    }
    const said = status >= 400 && status < 500 ? refusal.safeParse(jsonOf(text)) : undefined;
    // 5xx, a rate limit and their kind: it may have been done
    if (!said?.success || undecided.has(said.data.code) || status === 429 || status === 418) {
      throw unavailable(path, new Error(`HTTP ${status} ${text.slice(0, 200)}`));
    }
    throw new BinanceRefusal(said.data.code, said.data.msg);
  }

  close(): Promise<void> {
    return this.#pool.destroy();
  }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function unavailable(what: string, error: unknown): VenueUnavailableError {
  return new VenueUnavailableError("binance", what, error instanceof Error ? error.message : String(error));
}
