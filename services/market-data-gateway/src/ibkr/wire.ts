import Big from "big.js";
import { decimalOf, type Decimal, type Instrument } from "../../../contracts";

/**
 * The socket protocol of Trader Workstation and IB Gateway, as the TWS API's published clients speak it: frames of a
 * length (four bytes, big-endian) and fields that each end with a zero byte. A version is asked for whose messages
 * are all of this form.
 */
export const HELLO = Buffer.concat([Buffer.from("API\0"), framed("v100..176")]);

const MAX_FRAME = 1024 * 1024;

/** What was received is no frame of this protocol. */
export class WireError extends Error {
  override readonly name = "WireError";
}

export function frameOf(fields: readonly (string | number)[]): Buffer {
  return framed(fields.map((field) => `${field}\0`).join(""));
}

function framed(text: string): Buffer {
  const payload = Buffer.from(text, "utf8");
  const head = Buffer.alloc(4);
  head.writeUInt32BE(payload.length);
  return Buffer.concat([head, payload]);
}

/** Cuts what arrives into messages of fields. */
export class FrameReader {
  #rest: Buffer = Buffer.alloc(0);

  /** @throws {WireError} for a length that no message has */
  take(chunk: Buffer): readonly (readonly string[])[] {
    this.#rest = Buffer.concat([this.#rest, chunk]);
    const messages: string[][] = [];
    while (this.#rest.length >= 4) {
      const length = this.#rest.readUInt32BE(0);
      if (length > MAX_FRAME) throw new WireError(`a message of ${length} bytes; wants at most ${MAX_FRAME}`);
      if (this.#rest.length < 4 + length) break;
      messages.push(
        this.#rest
          .toString("utf8", 4, 4 + length)
          .replace(/\0$/, "")
          .split("\0"),
      );
      this.#rest = this.#rest.subarray(4 + length);
    }
    return messages;
  }
}

const OUT = { requestMarketData: 1, requestMarketDataType: 59, startApi: 71 } as const;

export const startApi = (clientId: number): Buffer => frameOf([OUT.startApi, 2, clientId, ""]);

/** 1: as it happens. Delayed prices would be taken for real ones. */
export const requestLiveData = (): Buffer => frameOf([OUT.requestMarketDataType, 1, 1]);

/** Best bid and ask, and 233: each trade with its time ("RTVolume"). */
export function requestMarketData(id: number, { symbol, currency }: Instrument): Buffer {
  const contract = [0, symbol, "STK", "", 0, "", "", "SMART", "", currency, "", ""];
  const [deltaNeutral, snapshot, regulatorySnapshot, options] = [0, 0, 0, ""];
  return frameOf([
    ...[OUT.requestMarketData, 11, id, ...contract],
    ...[deltaNeutral, "233", snapshot, regulatorySnapshot, options],
  ]);
}

export type TwsEvent =
  | {
      readonly kind: "price";
      readonly id: number;
      readonly side: "bid" | "ask";
      readonly price: Decimal | undefined;
    }
  | { readonly kind: "size"; readonly id: number; readonly side: "bid" | "ask"; readonly size: Decimal }
  | {
      readonly kind: "trade";
      readonly id: number;
      readonly price: Decimal;
      readonly size: Decimal;
      readonly time: number;
    }
  /** `id` is -1 when it is about the connection. */
  | { readonly kind: "error"; readonly id: number; readonly code: number; readonly text: string }
  /** The server is ready for requests. */
  | { readonly kind: "ready" }
  | { readonly kind: "other" };

const OTHER: TwsEvent = { kind: "other" };
const priceSides: Readonly<Record<string, "bid" | "ask">> = { "1": "bid", "2": "ask" };
const sizeSides: Readonly<Record<string, "bid" | "ask">> = { "0": "bid", "3": "ask" };
const RT_VOLUME = "48";

export function readMessage([type, ...fields]: readonly string[]): TwsEvent {
  switch (type) {
    case "1": {
      const [, id, kind = "", price] = fields;
      const side = priceSides[kind];
      return side ? { kind: "price", id: Number(id), side, price: positive(price) } : OTHER;
    }
    case "2": {
      const [, id, kind = "", size] = fields;
      const side = sizeSides[kind];
      return side ? { kind: "size", id: Number(id), side, size: positive(size) ?? "0" } : OTHER;
    }
    case "46": {
      const [, id, kind, value = ""] = fields;
      return kind === RT_VOLUME ? tradeOf(Number(id), value) : OTHER;
    }
    case "4": {
      const [, id, code, text = ""] = fields;
      return { kind: "error", id: Number(id), code: Number(code), text };
    }
    case "9":
      return { kind: "ready" };
    default:
      return OTHER;
  }
}

/** price;size;time;volume of the day;VWAP;one market maker. Odd lots come without a price. */
function tradeOf(id: number, value: string): TwsEvent {
  const [price, size, time] = value.split(";");
  const [traded, quantity, at] = [positive(price), positive(size), Number(time)];
  return traded && quantity && Number.isSafeInteger(at)
    ? { kind: "trade", id, price: traded, size: quantity, time: at }
    : OTHER;
}

/** Nothing is said as -1, 0 or an empty text. */
function positive(value: string | undefined): Decimal | undefined {
  if (value === undefined || !/^\d{1,20}(\.\d{1,18})?(E-?\d{1,2})?$/i.test(value)) return undefined;
  const text = decimalOf(Big(value));
  return text === "0" ? undefined : text;
}
