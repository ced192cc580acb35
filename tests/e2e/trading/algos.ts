import Big from "big.js";
import type { Order } from "../../../services/contracts";
import { until } from "../../harness/docker";
import { BTC, ETH } from "./market";
import type { TradingRun } from "./run";
import type { Desk } from "./desk";

/** Orders that are cut: filled by their parts, which together are the order. */
export function algoCases(run: TradingRun): void {
  const desk = (): Desk => run.desk("algos");
  const partsOf = async (parent: Order): Promise<readonly Order[]> =>
    (await desk().all()).filter(({ parent_order_id }) => parent_order_id === parent.order_id);
  const sum = (amounts: readonly string[]): string =>
    amounts.reduce((total, amount) => total.plus(amount), Big(0)).toFixed();

  /** @returns its parts, the first first */
  async function filledByParts(parent: Order, sizes: readonly string[]): Promise<readonly Order[]> {
    expect(parent).toMatchObject({
      status: "FILLED",
      filled_quantity: parent.quantity,
      remaining_quantity: "0",
    });
    const parts = [...(await partsOf(parent))].sort((left, right) => left.created_at - right.created_at);
    expect(parts.map(({ quantity }) => quantity)).toEqual(sizes);
    for (const part of parts)
      expect(part).toMatchObject({
        ...{ status: "FILLED", symbol: parent.symbol, side: parent.side, account: parent.account },
      });
    expect(sum(parts.map(({ filled_quantity }) => filled_quantity))).toBe(parent.quantity);
    expect(sum(parts.map(({ commission }) => commission))).toBe(parent.commission);
    const fills = await desk().fills(parent.order_id);
    const ids = (await Promise.all(parts.map(({ order_id }) => desk().fills(order_id)))).flat();
    expect(fills.map(({ fill_id }) => fill_id).sort()).toEqual(ids.map(({ fill_id }) => fill_id).sort());
    return parts;
  }

  it("TWAP: equal parts over its time", async () => {
    const duration_ms = 2000;
    const parent = await desk().done({
      ...{ symbol: BTC, side: "BUY", order_type: "MARKET", quantity: "0.04" },
      algo: { name: "TWAP", duration_ms, slices: 4 },
    });
    const parts = await filledByParts(parent, ["0.01", "0.01", "0.01", "0.01"]);
    const times = parts.map(({ created_at }) => created_at);
    // the last is due at three quarters of the time, and not before
    expect((times.at(-1) ?? 0) - parent.created_at).toBeGreaterThanOrEqual(duration_ms * 0.75 - 50);
  });

  it("ICEBERG: one part at a time, the last is the rest", async () => {
    const price = await run.prices.above(ETH, 50);
    const parent = await desk().done({
      ...{
        symbol: ETH,
        side: "SELL",
        order_type: "LIMIT",
        quantity: "0.7",
        price: await run.prices.below(ETH, 50),
      },
      algo: { name: "ICEBERG", display_quantity: "0.3" },
    });
    expect(Big(price).gt(parent.price ?? "0")).toBe(true);
    const parts = await filledByParts(parent, ["0.3", "0.3", "0.1"]);
    for (const [index, part] of parts.entries()) {
      const before = parts[index - 1];
      if (before) expect(part.created_at).toBeGreaterThanOrEqual(before.created_at);
      expect(part.price).toBe(parent.price);
    }
  });

  it("an ICEBERG at rest shows one part; cancelled, both are over", async () => {
    const parent = await desk().accepted({
      ...{
        symbol: ETH,
        side: "BUY",
        order_type: "LIMIT",
        quantity: "1",
        price: await run.prices.above(ETH, -500),
      },
      algo: { name: "ICEBERG", display_quantity: "0.4" },
    });
    await desk().reaches(parent.order_id, "at work", ({ status }) => status === "SENT");
    // it is at work before its first part has been taken
    const [part, ...more] = await until(
      "it shows a part",
      20,
      () => partsOf(parent),
      (parts) => parts.length > 0,
    );
    expect(more).toEqual([]);
    expect(part?.quantity).toBe("0.4");
    await desk().cancelled(parent.order_id);
    expect(await desk().ends(part?.order_id ?? "")).toMatchObject({
      status: "CANCELLED",
      filled_quantity: "0",
    });
    expect((await partsOf(parent)).length).toBe(1);
  });
}
