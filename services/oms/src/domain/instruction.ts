import { hash } from "node:crypto";
import type { NewInternalOrder, Order } from "../../../contracts";

/** "10.00" and "10" are the same amount. */
function canonical(amount: string | undefined): string | undefined {
  return amount?.includes(".") ? amount.replace(/\.?0+$/, "") : amount;
}

type Instruction = Omit<NewInternalOrder, "client_order_id" | "account">;

/**
 * What a client asked, in 16 characters (96 bits of SHA-256): the same id with another one is a mistake of the client,
 * not a repetition. Account and client's id are the key, and no part of it.
 */
export function printOf(input: Instruction): string {
  const { algo } = input;
  const parts = [
    input.symbol,
    input.side,
    canonical(input.quantity),
    input.order_type,
    canonical(input.price),
    canonical(input.stop_price),
    input.time_in_force,
    input.venue,
    input.parent_order_id,
    algo && Object.entries(algo).sort(([left], [right]) => (left < right ? -1 : 1)),
  ];
  return hash("sha256", JSON.stringify(parts), "base64url").slice(0, 16);
}

/** A new order, as risk is asked about it. NEW → PENDING_RISK is one change: nobody sees the one before. */
export function makeOrder(input: NewInternalOrder, order_id: string, at: number): Order {
  return {
    ...input,
    order_id,
    status: "PENDING_RISK",
    filled_quantity: "0",
    remaining_quantity: canonical(input.quantity) ?? input.quantity,
    commission: "0",
    created_at: at,
    updated_at: at,
    version: 1,
  };
}
