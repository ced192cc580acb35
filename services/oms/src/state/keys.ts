import { hash } from "node:crypto";
import { clientKey } from "../entry";

/** Everything of the OMS in Valkey. */
export const keys = {
  /** Hash: where the projection is (era, orders, fills, streams) and how the index of client ids is laid out. */
  at: "oms:at",
  /** Set of the ids of open orders. */
  open: "oms:open",
  /** Sorted set, all scores 0: ids of all orders that are kept, in their order. */
  index: "oms:index",
  /** List of the ids of ended orders, the first to end first: who has to go next. */
  final: "oms:final",
  order: (id: string) => `oms:order:${id}`,
  /** Hash of the fills of an order, by fill id. */
  fills: (id: string) => `oms:fills:${id}`,
  clients: (generation: number, shard: string) => `oms:client:${generation}:${shard}`,
} as const;

const DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/** The shards of a generation: small hashes, which Valkey packs into some 60 bytes for each client id. */
export const shards: readonly string[] = [...DIGITS].flatMap((one) =>
  [...DIGITS].map((other) => `${one}${other}`),
);

/** Where a client's id is in the index: 96 bits of SHA-256, two digits of which are the shard. */
export function placeOf(
  account: string,
  clientOrderId: string,
): { readonly shard: string; readonly field: string } {
  const text = hash("sha256", clientKey(account, clientOrderId), "base64url");
  return { shard: text.slice(0, 2), field: text.slice(2, 16) };
}

/** What a client's id stands for. */
export interface Known {
  readonly orderId: string;
  readonly print: string;
}

export function packKnown({ orderId, print }: Known): string {
  return `${Buffer.from(orderId.replaceAll("-", ""), "hex").toString("base64url")}${print}`;
}

/** @throws for a text that is none of ours */
export function unpackKnown(text: string): Known {
  const hex = Buffer.from(text.slice(0, 22), "base64url").toString("hex");
  const parts = /^(.{8})(.{4})(.{4})(.{4})(.{12})$/.exec(hex);
  if (!parts) throw new Error(`${JSON.stringify(text)} in the index of client ids stands for no order`);
  return { orderId: parts.slice(1).join("-"), print: text.slice(22) };
}
