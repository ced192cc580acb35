import { subjects } from "../../../../services/contracts/subjects";
import type { BrokerCommand } from "../../../../services/contracts/execution";
import type { Order } from "../../../../services/contracts/order";
import { Router } from "../../../../services/exeq/src/router";
import { order, START } from "./orders";

const nothing = () => Promise.resolve();

/** What the venue's queue is told of an order that the OMS says is cancelled. */
async function told(values: Partial<Order>): Promise<readonly BrokerCommand["kind"][]> {
  const commands: BrokerCommand["kind"][] = [];
  const publish = (command: BrokerCommand) => {
    commands.push(command.kind);
    return Promise.resolve();
  };
  const router = new Router({
    venues: new Set(["prism"]),
    parents: { start: nothing, cancel: nothing, replace: nothing, childMoved: nothing },
    publish: { submit: publish, replace: publish, cancel: publish, report: nothing },
    now: () => START,
  });
  const value = [{ kind: "order" as const, order: order({ status: "CANCELLED", ...values }) }];
  await router.handle([{ subject: subjects.orders.cancelled, value, seq: 1, redelivered: false, at: START }]);
  return commands;
}

const limit = { order_type: "LIMIT" } as const;
const stop = { order_type: "STOP_LIMIT", stop_price: "1990" } as const;

test.each([
  ["a DAY order", { ...limit, time_in_force: "DAY" }, ["cancel"]],
  ["a GTC order", { ...limit, time_in_force: "GTC" }, ["cancel"]],
  ["an IOC order: its venue ended it", { ...limit, time_in_force: "IOC" }, []],
  ["a FOK order: its venue ended it", { ...limit, time_in_force: "FOK" }, []],
  ["an IOC stop, which may wait there", { ...stop, time_in_force: "IOC" }, ["cancel"]],
  ["a FOK stop, which may wait there", { ...stop, time_in_force: "FOK" }, ["cancel"]],
  ["a stop that was filled in part", { ...stop, time_in_force: "IOC", filled_quantity: "0.5" }, []],
] as const)(
  "what has been cancelled is cancelled at its venue, too, when it may be open there: %s",
  async (_what, values, commands) => {
    expect(await told(values)).toEqual(commands);
  },
);
