import Big from "big.js";
import fc from "fast-check";
import type { VenueReport } from "../../../../services/contracts/execution";
import { createLog } from "../../../../services/kit/log";
import { OmsUnavailableError, type Oms, type Placed } from "../../../../services/exeq/src/oms";
import { Parents } from "../../../../services/exeq/src/parents";
import type { Parent } from "../../../../services/exeq/src/plan";
import { VolumeProfiles } from "../../../../services/exeq/src/profile";
import { clientOrderIdOf, type ParentState } from "../../../../services/exeq/src/state";
import type { Changes } from "../../../../services/exeq/src/store";
import { order, parent, PARENT_ID, START } from "./orders";

/** What survives a crash: written as a whole, read as a copy. */
class Disk {
  #saved: ParentState | undefined;
  /** Counts down; at zero the process dies before the write. */
  fuse = Infinity;

  async save(state: ParentState, changes: Changes): Promise<void> {
    await undefined;
    if (--this.fuse < 0) throw new Error("crashed");
    const before = this.#saved;
    const children = new Map(before?.children);
    const changed = changes.child === undefined ? undefined : state.children.get(changes.child);
    if (changed) children.set(changed.n, changed);
    this.#saved = structuredClone({
      order: changes.order || !before ? state.order : before.order,
      plan: changes.plan || !before ? state.plan : before.plan,
      progress: changes.progress || !before ? state.progress : before.progress,
      children,
    });
  }
  load(): Promise<ParentState | undefined> {
    return Promise.resolve(structuredClone(this.#saved));
  }
  active(): Promise<readonly string[]> {
    return Promise.resolve(this.#saved && this.#saved.progress.phase !== "ended" ? [PARENT_ID] : []);
  }
}

/** Knows its orders by client_order_id, as the OMS does, whatever happens to who asks. */
class FakeOms implements Oms {
  readonly orders = new Map<string, { order_id: string; quantity: string }>();
  readonly cancelled: string[] = [];
  readonly repriced: string[] = [];
  /** Of the answers, those that are lost on their way. */
  lost: (attempt: number) => boolean = () => false;
  refuse: string | undefined;
  #attempts = 0;

  async place(of: Parent, n: number, quantity: string): Promise<Placed> {
    await undefined;
    if (this.refuse !== undefined) return { kind: "refused", reason: this.refuse };
    const client_order_id = clientOrderIdOf(of.order_id, n);
    const known = this.orders.get(client_order_id);
    if (known && known.quantity !== quantity)
      return { kind: "refused", reason: "another order of that name" };
    const order_id =
      known?.order_id ?? `0197c2a0-0000-7000-8000-${String(this.orders.size + 100).padStart(12, "0")}`;
    this.orders.set(client_order_id, { order_id, quantity });
    if (this.lost(this.#attempts++)) throw new OmsUnavailableError("no answer");
    return {
      kind: "order",
      order: order({ order_id, parent_order_id: of.order_id, client_order_id, quantity }),
    };
  }
  cancel(orderId: string): Promise<void> {
    this.cancelled.push(orderId);
    return Promise.resolve();
  }
  replacePrice(orderId: string): Promise<void> {
    this.repriced.push(orderId);
    return Promise.resolve();
  }
  close(): Promise<void> {
    return Promise.resolve();
  }
}

const log = createLog("test", "0", "error", { write: () => undefined });

interface Scene {
  readonly disk: Disk;
  readonly oms: FakeOms;
  readonly reports: VenueReport[];
  now: number;
}
const scene = (): Scene => ({ disk: new Disk(), oms: new FakeOms(), reports: [], now: START });

const begun: Parents[] = [];
afterEach(async () => {
  await Promise.all(begun.splice(0).map((each) => each.stop()));
});

function begin(from: Scene): Parents {
  const made = new Parents({
    store: from.disk,
    oms: from.oms,
    profiles: new VolumeProfiles(),
    report: (report) => {
      from.reports.push(report);
      return Promise.resolve();
    },
    log,
    now: () => from.now,
    retryMs: 1,
  });
  begun.push(made);
  return made;
}

async function until(what: () => boolean): Promise<void> {
  for (let tries = 0; !what(); tries++) {
    if (tries > 2000) throw new Error("it did not come");
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}

const twap = parent({ quantity: "10", algo: { name: "TWAP", duration_ms: 5000, slices: 5 } });
const iceberg = parent({ quantity: "10", algo: { name: "ICEBERG", display_quantity: "4" } });

function moved(scene: Scene, n: number, status: "FILLED" | "CANCELLED" | "REJECTED", version = 5) {
  const client_order_id = clientOrderIdOf(PARENT_ID, n);
  const { order_id, quantity } = scene.oms.orders.get(client_order_id) ?? { order_id: "", quantity: "0" };
  const filled_quantity = status === "FILLED" ? quantity : "0";
  return {
    order_id,
    parent_order_id: PARENT_ID,
    client_order_id,
    status,
    quantity,
    filled_quantity,
    version,
  };
}

test("however often it crashes and answers are lost, each slice is one order, and none is missing", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.integer({ min: 0, max: 6 }), { maxLength: 8 }),
      fc.array(fc.boolean(), { maxLength: 12 }),
      async (crashes, losses) => {
        const at = scene();
        at.oms.lost = (attempt) => losses[attempt] === true;
        const first = begin(at);
        await first.start(twap);
        await first.stop();
        at.now = START + 60_000;
        for (const writes of crashes) {
          at.disk.fuse = writes;
          const process = begin(at);
          await process.resume();
          await new Promise((resolve) => setTimeout(resolve, 2));
          await process.stop();
        }
        at.disk.fuse = Infinity;
        const process = begin(at);
        await process.resume();
        await until(() => at.oms.orders.size === 5 && process.running[0]?.children.size === 5);
        await process.stop();
        const quantities = [...at.oms.orders.values()].map(({ quantity }) => quantity);
        expect(quantities.reduce((sum, each) => sum.plus(each), Big(0)).toFixed()).toBe("10");
      },
    ),
    { numRuns: 25, endOnFailure: true },
  );
});

test("a slice is sent when it is due, and the end is silent when all of it is filled", async () => {
  const at = scene();
  const parents = begin(at);
  await parents.start(twap);
  await until(() => at.oms.orders.size === 1);
  at.now = START + 5000;
  await parents.childMoved(moved(at, 0, "FILLED"));
  await until(() => at.oms.orders.size === 5);
  for (let n = 1; n < 5; n++) await parents.childMoved(moved(at, n, "FILLED"));
  await until(() => parents.running.length === 0);
  expect(at.reports.map(({ kind }) => kind)).toEqual(["accepted"]);
});

test("an iceberg shows its next slice when the one before is filled, not sooner", async () => {
  const at = scene();
  const parents = begin(at);
  await parents.start(iceberg);
  await until(() => at.oms.orders.size === 1);
  await parents.childMoved({
    ...moved(at, 0, "FILLED", 3),
    status: "PARTIALLY_FILLED" as never,
    filled_quantity: "1",
  });
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(at.oms.orders.size).toBe(1);
  await parents.childMoved(moved(at, 0, "FILLED"));
  await until(() => at.oms.orders.size === 2);
  await parents.childMoved(moved(at, 1, "REJECTED"));
  await until(() => parents.running.length === 0);
  expect(at.oms.orders.size).toBe(2);
  expect(at.reports.at(-1)).toMatchObject({
    kind: "expired",
    reason: expect.stringContaining("slice 1 REJECTED"),
  });
});

test("a cancel stops what is to come, cancels what is open, and ends when that has ended", async () => {
  const at = scene();
  const parents = begin(at);
  await parents.start(twap);
  await until(() => at.oms.orders.size === 1);
  await parents.cancel(PARENT_ID, 4);
  await until(() => at.oms.cancelled.length > 0);
  expect(at.reports.map(({ kind }) => kind)).toEqual(["accepted"]);
  at.now = START + 60_000;
  await parents.childMoved(moved(at, 0, "CANCELLED"));
  await until(() => parents.running.length === 0);
  expect(at.oms.orders.size).toBe(1);
  expect(at.reports.map(({ kind }) => kind)).toEqual(["accepted", "cancelled"]);
});

test("another quantity replans the rest and is told once; less than is placed is refused", async () => {
  const at = scene();
  const parents = begin(at);
  await parents.start(twap);
  await until(() => parents.running[0]?.children.size === 1);
  const asked = order({ ...twap, version: 4 });
  await parents.replace(asked, { quantity: "6", price: "1999" });
  await parents.replace(asked, { quantity: "6", price: "1999" });
  await parents.replace(order({ ...twap, version: 6 }), { quantity: "1" });
  expect(at.oms.repriced).toHaveLength(1);
  expect(at.reports.map(({ kind }) => kind)).toEqual(["accepted", "replaced", "replaceRejected"]);
  expect(at.reports[1]).toMatchObject({ quantity: "6", price: "1999" });
  at.now = START + 60_000;
  await parents.childMoved(moved(at, 0, "FILLED"));
  await until(() => at.oms.orders.size === 5);
  await parents.stop();
  const quantities = [...at.oms.orders.values()].map(({ quantity }) => quantity);
  expect(quantities).toEqual(["2", "1", "1", "1", "1"]);
});

test("told again it begins once; one that cannot be cut is told back as rejected", async () => {
  const at = scene();
  const parents = begin(at);
  await parents.start(twap);
  await parents.start(twap);
  expect(at.reports.map(({ kind }) => kind)).toEqual(["accepted"]);
  await parents.stop();
  const other = scene();
  await begin(other).start(parent({ quantity: "0.00001", algo: twap.algo }));
  expect(other.reports).toMatchObject([{ kind: "rejected", reason: expect.stringContaining("0.0001") }]);
});

test("what risk refuses is not tried again; the end says so", async () => {
  const at = scene();
  at.oms.refuse = "exposure";
  at.now = START + 60_000;
  const parents = begin(at);
  await parents.start(twap);
  await until(() => parents.running.length === 0);
  expect(at.reports.at(-1)).toMatchObject({
    kind: "expired",
    reason: expect.stringMatching(/0 of 10 filled: slice 0 REJECTED: exposure.*2 more/),
  });
});
