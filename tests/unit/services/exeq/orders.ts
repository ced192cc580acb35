import type { Order } from "../../../../services/contracts/order";
import type { Parent } from "../../../../services/exeq/src/plan";

export const START = Date.UTC(2026, 2, 2, 15, 0, 0);
export const PARENT_ID = "0197c2a0-0000-7000-8000-000000000001";

export function order(values: Partial<Order> = {}): Order {
  const quantity = values.quantity ?? "1";
  return {
    order_id: PARENT_ID,
    client_order_id: "client-1",
    symbol: "ETHUSDT",
    side: "BUY",
    quantity,
    order_type: "LIMIT",
    price: "2000",
    time_in_force: "GTC",
    account: "default",
    venue: "prism",
    status: "ACCEPTED",
    filled_quantity: "0",
    remaining_quantity: quantity,
    commission: "0",
    created_at: START,
    updated_at: START,
    version: 2,
    ...values,
  };
}

export function parent(values: Partial<Order> & Pick<Parent, "algo">): Parent {
  return { ...order(values), algo: values.algo };
}
