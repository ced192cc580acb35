import { jetstream } from "@nats-io/jetstream";
import { subjects, type Fill, type VenueReport } from "../../../../services/contracts";
import { allOver } from "../../harness/order-path";
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

/** Somebody says on the bus what no contract knows. */
export const brokenMessage: Fault = {
  tells: [["MessagesPutAside", "oms"]],
  make: async (operator) => {
    await operator.nats((nats) => jetstream(nats).publish(subjects.venueReport, '"accepted"'));
    return async () => undefined;
  },
};

/** The venue does not keep what the gateway has yet to read, by the place that the gateway has stored. */
export const eventsGone: Fault = {
  tells: [["VenueEventsLost", "live-gateway"]],
  make: async (operator) => {
    const desk = operator.run.desk("orders");
    for (const side of ["BUY", "SELL"] as const)
      await desk.send({ symbol: BTC, side, order_type: "MARKET", quantity: "0.001" });
    await allOver(() => desk.all());
    const gatewayAgain = await operator.stop("live-gateway");
    const venueAgain = await operator.stop("prism");
    await operator.sqlite("live-gateway", "/data/live-gateway.sqlite", "UPDATE feeds SET seq = seq - 3");
    await operator.sqlite(
      "prism",
      "/data/prism.db",
      "DELETE FROM events WHERE seq < (SELECT max(seq) FROM events); UPDATE pruned SET seq = (SELECT min(seq) - 1 FROM events)",
    );
    await venueAgain();
    await gatewayAgain();
    return async () => undefined;
  },
};

/** A strategy that wants what nobody may have. */
export const strategyMad: Fault = {
  tells: [["ManyRejections", "risk"]],
  make: async ({ run, repeat }) =>
    repeat(500, () =>
      run.desk("limits").send({ symbol: BTC, side: "BUY", order_type: "MARKET", quantity: "1000000" }),
    ),
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
  ],
  make: (operator) => operator.refusing("MARKET"),
};
