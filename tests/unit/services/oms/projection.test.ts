import { createLog } from "../../../../services/kit/log";
import { Book } from "../../../../services/oms/src/book";
import type { Said } from "../../../../services/oms/src/domain/said";
import { entryOf } from "../../../../services/oms/src/entry";
import { Gate } from "../../../../services/oms/src/gate";
import { sayAgain } from "../../../../services/oms/src/refresh";
import { Projection } from "../../../../services/oms/src/state/projection";
import { StateLostError, type Batch } from "../../../../services/oms/src/state/store";
import { fillOf, orderOf } from "./orders";

const log = createLog("test", "0", "error", { write: () => undefined });
const id = (n: number): string => `01900000-0000-7000-8000-${String(n).padStart(12, "0")}`;
const stored = (n: number, version = 2) => ({ order: orderOf({ order_id: id(n), version }), print: "p" });

describe("the projection", () => {
  const places = { orders: 7, fills: 3 };

  function projection(write: (batch: Batch) => Promise<void>) {
    const lost: number[] = [];
    return {
      lost,
      projection: new Projection({ store: { write }, log, places: () => places, onLost: () => lost.push(1) }),
    };
  }

  it("writes an order that changed often once, as it was last, and once new is new", async () => {
    const batches: Batch[] = [];
    const { projection: one } = projection(async (batch) => void batches.push(batch));
    one.put(stored(1, 2), true);
    one.put(stored(1, 4), false);
    one.put(stored(1, 3), false);
    one.addFill(id(1), fillOf("1"));
    expect(one.has(id(1))).toBe(true);
    await one.flush();
    expect(batches).toHaveLength(1);
    expect(batches[0]).toMatchObject({
      orders: [{ order: { version: 4 } }],
      clients: [{ order: { version: 4 } }],
      ended: [],
      places,
    });
    expect(batches[0]?.fills).toHaveLength(1);
    expect([one.has(id(1)), one.waiting]).toEqual([false, 0]);
  });

  it("says how far it is only with the last of what it holds up to there", async () => {
    const batches: Batch[] = [];
    const { projection: one } = projection(async (batch) => void batches.push(batch));
    for (let n = 0; n < 1000; n++) one.put(stored(n), true);
    await one.flush();
    expect(batches.map(({ orders }) => orders.length)).toEqual([400, 400, 200]);
    expect(batches.map((batch) => batch.places)).toEqual([undefined, undefined, places]);
  });

  it("holds what it has not written, and writes it when it can", async () => {
    const written: number[] = [];
    let failures = 2;
    const { projection: one, lost } = projection(async ({ orders }) => {
      expect(one.has(id(1))).toBe(true);
      if (failures-- > 0) throw new Error("not there");
      written.push(...orders.map(({ order }) => order.version));
    });
    one.put(stored(1), true);
    await one.flush();
    expect([written, lost]).toEqual([[2], []]);
  });

  it("says when what it wrote before is lost", async () => {
    const { projection: one, lost } = projection(() => Promise.reject(new StateLostError()));
    one.put(stored(1), true);
    await one.flush();
    expect(lost).toEqual([1]);
  });
});

describe("the gate", () => {
  it("lets nothing through until it is open, and knows when it is empty", async () => {
    const gate = new Gate();
    const seen: string[] = [];
    let finish: () => void = () => undefined;
    const inside = gate.through(async () => {
      seen.push("in");
      await new Promise<void>((resolve) => (finish = resolve));
    });
    await new Promise((resolve) => setImmediate(resolve));
    expect(seen).toEqual([]);
    expect(() => gate.assertOpen()).toThrow("not read yet");
    gate.open();
    await new Promise((resolve) => setImmediate(resolve));
    gate.close("again");
    const later = gate.through(async () => void seen.push("later"));
    const empty = gate.empty().then(() => seen.push("empty"));
    await new Promise((resolve) => setImmediate(resolve));
    expect(seen).toEqual(["in"]);
    finish();
    await Promise.all([inside, empty]);
    expect(seen).toEqual(["in", "empty"]);
    gate.open();
    await later;
    expect(seen).toEqual(["in", "empty", "later"]);
  });
});

it("says open orders again after three days, as they are, once", () => {
  const book = new Book({ finals: 10, holds: () => false });
  const said: Said[] = [];
  const journal = { say: (_entry: unknown, one: Said) => Promise.resolve(void said.push(one)) };
  const day = 24 * 3_600_000;
  for (const [n, age, status] of [
    [1, 4, "SENT"],
    [2, 2, "SENT"],
    [3, 4, "FILLED"],
  ] as const)
    book.add(
      entryOf(
        orderOf({ order_id: id(n), client_order_id: `c-${n}`, status, created_at: 10 * day - age * day }),
        "p",
      ),
    );
  const desk = { book, journal } as unknown as Parameters<typeof sayAgain>[0];
  sayAgain(desk, 10 * day);
  sayAgain(desk, 10 * day + 1);
  expect(said).toMatchObject([{ subject: "sent", order: { order_id: id(1), version: 3 } }]);
});
