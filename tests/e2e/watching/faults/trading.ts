import { setTimeout as sleep } from "node:timers/promises";
import { jetstream } from "@nats-io/jetstream";
import { subjects, type Fill, type VenueReport } from "../../../../services/contracts";
import { BTC } from "../../trading/market";
import type { Fault } from "./fault";

/** An execution and a report of an order that nobody has given. */
export const strayExecution: Fault = {
  tells: [
    ["FillsUnexplained", "oms"],
    ["ReportsUnexplained", "oms"],
  ],
  make: async (operator) => {
    const mark = `e2e-${Date.now()}`;
    const order = { order_id: crypto.randomUUID(), venue: "sim", account: mark, timestamp: Date.now() };
    const stray: Fill = {
      ...order,
      fill_id: mark,
      client_order_id: mark,
      symbol: BTC,
      side: "BUY",
      quantity: "1",
      price: "1",
      commission: "0",
      liquidity: "TAKER",
    };
    const report: VenueReport = {
      ...{ kind: "accepted", report_id: "1", order_id: order.order_id },
      ...{ venue: order.venue, timestamp: order.timestamp },
    };
    await operator.nats(async (nats) => {
      const stream = jetstream(nats);
      await stream.publish(subjects.fills.execution, JSON.stringify([stray]));
      await stream.publish(subjects.venueReport, JSON.stringify([report]));
    });
    return async () => undefined;
  },
};

/** Somebody stops it, as somebody may. */
export const tradingHalted: Fault = {
  tells: [["TradingStopped", "live-gateway"]],
  make: async ({ run }) => {
    const reason = "a fault is tried out";
    const { status } = await run.users.admin.ask("POST", "/live/halt", { level: "no-new-orders", reason });
    if (status !== 200) throw new Error(`halt: ${status}`);
    return async () => void (await run.users.admin.ask("POST", "/live/resume", { reason }));
  },
};

/** The log of orders takes nothing more: nothing may be answered 2xx, and what is said goes on being said. */
export const logRefuses: Fault = {
  tells: [
    ["OrdersNotRecorded", "oms"],
    ["OrdersFail", "oms"],
  ],
  make: async (operator) => {
    const takeAgain = await operator.refusing("ORDERS");
    const desk = operator.run.desk("orders");
    const end = operator.repeat(500, () =>
      desk.send({ symbol: BTC, side: "BUY", order_type: "MARKET", quantity: "0.001" }),
    );
    return async () => {
      await takeAgain();
      await end();
    };
  },
};

export const ticksRefused: Fault = {
  tells: [
    ["TicksStale", "market-data-gateway"],
    ["TicksLost", "market-data-gateway"],
    ["QuotesStale", "prism"],
  ],
  make: (operator) => operator.refusing("MARKET"),
};

/** More than it can read with so little of a processor. */
export const riskBehind: Fault = {
  tells: [
    ["RiskLags", "risk"],
    ["RecordsPutAside", "questdb-writer"],
  ],
  make: async (operator) => {
    const container = operator.container("risk");
    const { HostConfig } = await container.inspect();
    const cpus = (nano: number): Promise<unknown> => container.update({ NanoCpus: nano });
    await cpus(0.06e9);
    const end = operator.repeat(0, async () => {
      await operator.nats(async (nats) => {
        const stream = jetstream(nats);
        // breaks its contract: read, put aside, and of no other consequence
        await Promise.all(
          Array.from({ length: 500 }, () =>
            stream.publish(subjects.orders.pending, "{}", { timeout: 20_000 }),
          ),
        );
      });
      await sleep(1000);
    });
    return async () => {
      await end();
      await cpus(HostConfig.NanoCpus ?? 0);
    };
  },
};
