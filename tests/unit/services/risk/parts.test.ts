import fc from "fast-check";
import { Registry } from "prom-client";
import { riskAlert, riskReply, type RiskAlert } from "../../../../services/contracts";
import { Alerts } from "../../../../services/risk/src/alerts";
import { changed } from "../../../../services/risk/src/limit-store";
import { firstLimits, limitBook } from "../../../../services/risk/src/limits";
import { RiskMetrics } from "../../../../services/risk/src/metrics";
import { SlidingWindow } from "../../../../services/risk/src/rate";
import { respond } from "../../../../services/risk/src/responder";
import { resumeAt } from "../../../../services/risk/src/snapshot";
import { anOrder, aWorld, NOW, type World } from "./given";

describe("the rate", () => {
  it("never lets more than `rate` into any window, and refuses nothing that would fit", () => {
    const times = fc.array(fc.nat(40), { maxLength: 80 });
    fc.assert(
      fc.property(
        times,
        fc.integer({ min: 1, max: 6 }),
        fc.integer({ min: 1, max: 60 }),
        (steps, rate, ms) => {
          const window = new SlidingWindow(rate);
          const accepted: number[] = [];
          let now = 0;
          for (const step of steps) {
            now += step;
            const within = accepted.filter((at) => now - at < ms).length;
            expect(window.allows(now, rate, ms)).toBe(within < rate);
            if (within < rate) {
              window.add(now);
              accepted.push(now);
            }
          }
        },
      ),
    );
  });

  it("keeps what it knows when the limit changes", () => {
    const window = new SlidingWindow(3);
    [0, 10, 20].forEach((at) => window.add(at));
    expect(window.allows(25, 4, 100)).toBe(true);
    window.add(25);
    expect(window.allows(99, 4, 100)).toBe(false);
    expect(window.allows(119, 2, 100)).toBe(false);
    expect(window.allows(120, 2, 100)).toBe(true);
    expect(window.allows(120, 4, 100)).toBe(true);
  });
});

function measured(world: World) {
  const sent: RiskAlert[] = [];
  const alerts = new Alerts((alert) => sent.push(riskAlert.parse(alert)));
  const metrics = new RiskMetrics(new Registry(), { ...world, state: () => "ACTIVE" }, () => ({}));
  return { sent, alerts, metrics };
}

describe("the snapshot of every second", () => {
  it("goes on at 80 %, at the limit and beyond it (where a loop once crashed), and tells each rise once", () => {
    const world = aWorld({ default: { max_exposure: "2000" } });
    const { sent, alerts, metrics } = measured(world);
    world.book.reserve(anOrder(1, { order_type: "MARKET" }), NOW);
    const levels = ["100", "159.99", "160", "200", "200.01", "1000", "0.01"].map((price, index) => {
      world.marks.tick("AAPL", price, NOW + index, NOW + index);
      const snapshot = metrics.snapshot(NOW + 2000 * index);
      metrics.watch(snapshot, alerts);
      return snapshot.accounts.map(({ utilisation_percent, level }) => [utilisation_percent, level]);
    });
    expect(levels).toEqual([
      [["50", "MEDIUM"]],
      [["80", "HIGH"]],
      [["80", "HIGH"]],
      [["100", "HIGH"]],
      [["100", "HIGH"]],
      [["500", "CRITICAL"]],
      [["0", "LOW"]],
    ]);
    expect(sent.map(({ rule, level, account }) => [rule, level, account])).toEqual([
      ["exposure", "HIGH", "alpha"],
      ["exposure", "CRITICAL", "alpha"],
    ]);
  });
});

describe("the answer", () => {
  it("has one reply for each request, and refuses a wrong one alone", () => {
    const world = aWorld({ default: { max_order_quantity: "10" } });
    const { sent, ...rest } = measured(world);
    const payload = [
      { order: anOrder(1) },
      { order: { ...anOrder(2), side: "buy" } },
      { order: anOrder(3, { quantity: "11" }) },
      null,
    ];
    const replies = respond({ engine: world.engine, ...rest }, JSON.stringify(payload), NOW);
    expect(replies.map((reply) => riskReply.parse(reply).approved)).toEqual([true, false, false, false]);
    expect(sent.map(({ rule, value, limit }) => [rule, value, limit])).toEqual([
      ["order-quantity", "11", "10"],
    ]);
  });

  it.each(["", "{}", "nonsense"])("refuses %j", (payload) => {
    const world = aWorld();
    const replies = respond({ engine: world.engine, ...measured(world) }, payload, NOW);
    expect(replies.map(({ approved }) => approved)).toEqual([false]);
  });

  it("refuses an order that cannot be judged", () => {
    const broken = aWorld(
      {},
      {
        state: () => {
          throw new Error("broken");
        },
      },
    );
    const replies = respond(
      { engine: broken.engine, ...measured(broken) },
      JSON.stringify([{ order: anOrder(1) }]),
      NOW,
    );
    expect(replies).toEqual([
      { approved: false, reason: "cannot be judged: broken", risk_level: "CRITICAL", warnings: [] },
    ]);
  });

  it("raises one alert a second for a client that keeps on", () => {
    const world = aWorld({ default: { max_order_quantity: "1" } });
    const { sent, ...rest } = measured(world);
    for (const now of [NOW, NOW + 999, NOW + 1000])
      respond({ engine: world.engine, ...rest }, JSON.stringify([{ order: anOrder(1) }]), now);
    expect(sent.map(({ timestamp }) => timestamp)).toEqual([NOW, NOW + 1000]);
  });
});

test("limits change one scope at a time, by versions", () => {
  const one = changed(firstLimits, {
    scope: "account",
    key: "alpha",
    limits: { max_exposure: "5", blocked_symbols: [] },
  });
  const two = changed(one, { scope: "symbol", key: "AAPL", limits: { blocked: true } });
  expect(limitBook.parse(two)).toEqual({
    ...firstLimits,
    version: 3,
    accounts: { alpha: { max_exposure: "5", blocked_symbols: [] } },
    symbols: { AAPL: { blocked: true } },
  });
});

test.each([
  [undefined, 1, { after: 0 }],
  [{ created: "a", seq: 7 }, 1, { after: 7 }],
  [{ created: "a", seq: 7 }, 8, { after: 7 }],
  [{ created: "a", seq: 7 }, 9, { after: 7, missing: "FILLS begins with message 9, needed is message 8" }],
  [{ created: "other", seq: 7 }, 1, { after: 0 }],
  [undefined, 2, { after: 0, missing: "FILLS begins with message 2, needed is its beginning" }],
])("reads on from %j in a stream that begins with %i", (known, firstSeq, expected) => {
  expect(resumeAt("FILLS", known, { created: "a", firstSeq, lastSeq: 20 })).toEqual(expected);
});
