import fc from "fast-check";
import { z } from "zod";
import { newInternalOrder, newOrder, orderStatus, isFinal } from "../../../../services/contracts";
import { Book } from "../../../../services/oms/src/book";
import { Cork } from "../../../../services/oms/src/cork";
import { decideCancel, refuseReplace } from "../../../../services/oms/src/domain/changes";
import { printOf } from "../../../../services/oms/src/domain/instruction";
import { OrderIds } from "../../../../services/oms/src/domain/order-id";
import { entryOf } from "../../../../services/oms/src/entry";
import { packKnown, placeOf, unpackKnown } from "../../../../services/oms/src/state/keys";
import { Watermark } from "../../../../services/oms/src/watermark";
import { orderOf } from "./orders";

describe("order ids", () => {
  it("are version 7 ids in the order of their making, also over a clock that stands or goes back", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -3, max: 3 }), { maxLength: 200 }), (steps) => {
        let now = 1_700_000_000_000;
        const ids = new OrderIds(() => now);
        const made = steps.map((step) => {
          now += step;
          return ids.next();
        });
        expect([...made].sort()).toEqual(made);
        expect(new Set(made).size).toBe(made.length);
        for (const id of made) expect(z.uuidv7().safeParse(id).success).toBe(true);
      }),
    );
  });

  it("go on when a millisecond is used up", () => {
    const ids = new OrderIds(() => 5);
    const made = Array.from({ length: 10_000 }, () => ids.next());
    expect([...new Set(made)].sort()).toEqual(made);
  });
});

describe("what a client asked", () => {
  const input = newOrder.parse({
    client_order_id: "c",
    symbol: "AAPL",
    side: "BUY",
    quantity: "10",
    type: "LIMIT",
    price: "150",
  });

  it("is the same however its amounts are written", () => {
    expect(printOf({ ...input, quantity: "10.00", price: "150.0" })).toBe(printOf(input));
    expect(printOf({ ...input, quantity: "100" })).not.toBe(printOf({ ...input, quantity: "1" }));
  });

  it.each(
    Object.entries({
      symbol: "MSFT",
      side: "SELL",
      quantity: "10.1",
      price: "151",
      stop_price: "1",
      order_type: "STOP",
      time_in_force: "GTC",
      venue: "ibkr",
      parent_order_id: "p",
      algo: { name: "ICEBERG", display_quantity: "1" },
    }),
  )("is another with another %s", (field, value) => {
    expect(printOf({ ...input, [field]: value })).not.toBe(printOf(input));
  });

  it("may be a part of an order only inside the platform", () => {
    const part = { ...input, parent_order_id: "01900000-0000-7000-8000-000000000001" };
    expect(newOrder.safeParse(part).success).toBe(false);
    expect(newInternalOrder.safeParse(part).success).toBe(true);
    expect(newInternalOrder.safeParse({ ...part, price: undefined }).success).toBe(false);
  });
});

it("packs what a client's id stands for into 38 characters, and back", () => {
  fc.assert(
    fc.property(fc.uuid(), fc.stringMatching(/^[A-Za-z0-9_-]{16}$/), (orderId, print) => {
      const packed = packKnown({ orderId, print });
      expect(packed).toHaveLength(38);
      expect(unpackKnown(packed)).toEqual({ orderId, print });
    }),
  );
  expect(placeOf("a", "b:c")).not.toEqual(placeOf("a:b", "c"));
});

describe("a cancel", () => {
  it.each(orderStatus.options)("of an order that is %s", (status) => {
    const live = ["ACCEPTED", "ROUTING", "SENT", "PARTIALLY_FILLED", "PENDING_REPLACE"].includes(status);
    if (status === "NEW" || status === "PENDING_RISK") {
      expect(() => decideCancel(orderOf({ status }), 1)).toThrow(/cannot become PENDING_CANCEL/);
      return;
    }
    const { kind } = decideCancel(orderOf({ status }), 1);
    expect(kind).toBe(status === "PENDING_CANCEL" ? "waiting" : live ? "asked" : "refused");
  });
});

it.each(orderStatus.options)("a replace of an order that is %s is for live orders only", (status) => {
  const refusal = refuseReplace(orderOf({ status }), { quantity: "11" });
  const may = status === "SENT" || status === "PARTIALLY_FILLED";
  expect(refusal?.code).toBe(may ? undefined : isFinal(status) ? "final" : "not_replaceable");
});

describe("the book", () => {
  const id = (n: number): string => `01900000-0000-7000-8000-${String(n).padStart(12, "0")}`;
  const entry = (n: number, status: "SENT" | "FILLED" = "SENT") =>
    entryOf(orderOf({ order_id: id(n), client_order_id: `c-${n}`, status }), "p");

  it("keeps every open order and the ended ones used last", () => {
    const book = new Book({ finals: 2, holds: () => false });
    for (let n = 1; n <= 6; n++) book.add(entry(n));
    for (let n = 1; n <= 4; n++) {
      const one = book.get(id(n));
      if (!one) throw new Error("it is open");
      one.order = { ...one.order, status: "FILLED" };
      book.changed(one);
      book.get(id(1));
    }
    expect([1, 2, 3, 4, 5, 6].filter((n) => book.get(id(n)))).toEqual([1, 4, 5, 6]);
    expect([book.openCount, book.size]).toEqual([2, 4]);
    expect(book.byClient("a1", "c-2")).toBeUndefined();
    expect(book.byClient("a1", "c-1")?.order.order_id).toBe(id(1));
  });

  it("does not let go of what is needed here", () => {
    const needed = new Set([id(1)]);
    const book = new Book({ finals: 1, holds: ({ order }) => needed.has(order.order_id) });
    for (let n = 1; n <= 5; n++) book.add(entry(n, "FILLED"));
    expect(book.get(id(1))).toBeDefined();
    needed.clear();
    book.add(entry(6, "FILLED"));
    expect(book.size).toBe(1);
  });

  it("shows the newest first from any place, also when they came out of order", () => {
    const book = new Book({ finals: 10, holds: () => false });
    for (const n of [3, 1, 5, 2, 4]) book.add(entry(n));
    expect([...book.newestFirst(undefined)].map(({ order }) => order.order_id)).toEqual(
      [5, 4, 3, 2, 1].map(id),
    );
    expect([...book.newestFirst(id(3))].map(({ order }) => order.order_id)).toEqual([2, 1].map(id));
  });

  it("stays small whatever goes through it", () => {
    const book = new Book({ finals: 100, holds: () => false });
    for (let n = 1; n <= 20_000; n++) book.add(entry(n, "FILLED"));
    expect(book.size).toBe(100);
    // before anybody lists them
    expect(book.indexed).toBeLessThanOrEqual(2 * 100 + 1024);
    expect([...book.newestFirst(undefined)]).toHaveLength(100);
  });

  it("stays small when the same orders come and go, and shows each once", () => {
    const book = new Book({ finals: 10, holds: () => false });
    for (let round = 0; round < 500; round++) for (let n = 1; n <= 20; n++) book.add(entry(n, "FILLED"));
    expect(book.indexed).toBeLessThanOrEqual(2 * 10 + 1024);
    const listed = [...book.newestFirst(undefined)].map(({ order }) => order.order_id);
    expect(listed).toEqual([20, 19, 18, 17, 16, 15, 14, 13, 12, 11].map(id));
  });
});

it("knows a stream up to before the first record that is on its way", () => {
  const mark = new Watermark();
  mark.reset(100);
  const first = mark.begin();
  const second = mark.begin();
  mark.end(second, 102);
  expect(mark.value).toBe(100);
  const third = mark.begin();
  mark.end(first, 101);
  expect(mark.value).toBe(102);
  mark.end(third, 103);
  expect(mark.value).toBe(103);
});

describe("a cork", () => {
  it("asks together what is asked in one turn, and tells each its own answer", async () => {
    const asked: number[][] = [];
    const cork = new Cork<number, number>(async (items) => {
      asked.push([...items]);
      return items.map((item) => item * 2);
    }, 3);
    expect(await Promise.all([1, 2, 3, 4].map((item) => cork.ask(item)))).toEqual([2, 4, 6, 8]);
    expect(asked).toEqual([[1, 2, 3], [4]]);
  });

  it("fails those whose question failed, and all when an answer is missing", async () => {
    const cork = new Cork<number, number>(async (items) => {
      if (items.includes(1)) throw new Error("no");
      return [];
    }, 1);
    const outcomes = await Promise.allSettled([cork.ask(1), cork.ask(2)]);
    expect(outcomes.map((outcome) => outcome.status === "rejected" && String(outcome.reason))).toEqual([
      "Error: no",
      "Error: 0 answers to 1 questions",
    ]);
  });
});
