import type { Fill, Order } from "../../../../services/contracts";
import type { OrderReport } from "../../../../services/oms/src/domain/reports";

export const ID = "01900000-0000-7000-8000-000000000001";

/** A limit order of 10 AAPL at 150, at its venue. */
export function orderOf(more: Partial<Order> = {}): Order {
  return {
    order_id: ID,
    client_order_id: "c-1",
    symbol: "AAPL",
    side: "BUY",
    quantity: "10",
    order_type: "LIMIT",
    price: "150",
    time_in_force: "DAY",
    account: "a1",
    venue: "prism",
    status: "SENT",
    filled_quantity: "0",
    remaining_quantity: "10",
    commission: "0",
    created_at: 1000,
    updated_at: 1000,
    version: 3,
    ...more,
  };
}

let serial = 0;

export function fillOf(quantity: string, more: Partial<Fill> = {}): Fill {
  return {
    fill_id: `prism-${++serial}`,
    order_id: ID,
    client_order_id: "c-1",
    symbol: "AAPL",
    side: "BUY",
    quantity,
    price: "150",
    commission: "0.01",
    venue: "prism",
    account: "a1",
    liquidity: "TAKER",
    timestamp: 2000,
    ...more,
  };
}

type Told<Kind> = Omit<
  Extract<OrderReport, { kind: Kind }>,
  "kind" | "report_id" | "order_id" | "venue" | "timestamp"
>;

export function reportOf<Kind extends OrderReport["kind"]>(
  kind: Kind,
  number: number,
  more: Told<Kind>,
): OrderReport {
  return {
    kind,
    report_id: `prism:${number}`,
    order_id: ID,
    venue: "prism",
    timestamp: 2000,
    ...more,
  } as unknown as OrderReport;
}
