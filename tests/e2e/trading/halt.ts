import { until } from "../../harness/docker";
import { BTC } from "./market";
import type { TradingRun } from "./run";
import type { Desk, Wanted } from "./desk";

interface LiveState {
  readonly kill_switch: { readonly state: string; readonly level: string | null };
}

/** Trading stops when somebody says so, wherever it is said, and goes on when an admin says so. */
export function haltCases(run: TradingRun): void {
  const desk = (): Desk => run.desk("halt");
  const market: Wanted = { symbol: BTC, side: "BUY", quantity: "0.01", order_type: "MARKET" };
  const reason = `end-to-end test ${run.id}`;

  /** What both of them say, as soon as they agree. */
  const everywhere = (state: string): Promise<readonly string[]> =>
    until(
      `trading is ${state} everywhere`,
      15,
      async () => {
        const risk = await run.users.viewer.ask<{ readonly state: string }>("GET", "/risk/state");
        const live = await run.users.viewer.ask<LiveState>("GET", "/live/state");
        return [risk.body.state, live.body.kill_switch.state];
      },
      (states) => states.every((each) => each === state),
      50,
    );
  const halt = (where: "risk" | "live", level: string) =>
    run.users.trader.ask("POST", `/${where}/halt`, { level, reason });
  const resume = async (where: "risk" | "live"): Promise<void> => {
    expect((await run.users.admin.ask("POST", `/${where}/resume`, { reason })).status).toBe(200);
    await everywhere("ACTIVE");
  };
  const refused = async (order: Wanted): Promise<void> => {
    const { status, body } = await desk().send(order);
    expect({ status, rule: body.rule }).toEqual({ status: 422, rule: "trading-state" });
  };

  // whatever a test leaves, the next chapter may trade
  afterEach(async () => {
    const { body } = await run.users.viewer.ask<{ readonly state: string }>("GET", "/risk/state");
    if (body.state !== "ACTIVE") await run.users.admin.ask("POST", "/risk/resume", { reason });
  });

  it.each([
    ["risk", "live"],
    ["live", "risk"],
  ] as const)(
    "halted at %s: no new order, cancels pass; resumed at %s: orders pass",
    async (where, other) => {
      const open = await desk().rests({
        ...{ ...market, order_type: "LIMIT" },
        price: await run.prices.above(BTC, -500),
      });
      expect((await halt(where, "no-new-orders")).status).toBe(200);
      await everywhere("HALTED");
      await refused(market);
      const replaced = await desk().replace(open.order_id, { quantity: "0.02" });
      expect({ status: replaced.status, rule: replaced.body.rule }).toEqual({
        status: 422,
        rule: "trading-state",
      });
      expect(await desk().read(open.order_id)).toMatchObject({ status: "SENT", quantity: "0.01" });
      expect((await desk().cancel(open.order_id)).status).toBe(202);
      expect((await desk().ends(open.order_id)).status).toBe("CANCELLED");
      await resume(other);
      expect((await desk().done(market)).status).toBe("FILLED");
    },
  );

  it("only an admin lets trading go on", async () => {
    expect((await halt("risk", "no-new-orders")).status).toBe(200);
    for (const where of ["risk", "live"] as const) {
      const { status } = await run.users.trader.ask("POST", `/${where}/resume`, { reason });
      expect([where, status]).toEqual([where, 403]);
    }
    await everywhere("HALTED");
    await resume("risk");
  });

  it("reducing: what brings a position nearer to zero passes, what makes it grow does not", async () => {
    await desk().done({ ...market, quantity: "0.02" });
    const growing = await desk().rests({
      ...{ ...market, order_type: "LIMIT" },
      price: await run.prices.above(BTC, -500),
    });
    expect((await halt("risk", "reduce-only")).status).toBe(200);
    await everywhere("REDUCING");
    // the venue's side of it: an open order that would make the position grow is ended
    expect((await desk().ends(growing.order_id)).status).toBe("CANCELLED");
    await refused(market);
    await refused({ ...market, side: "SELL", quantity: "1" });
    expect(await desk().done({ ...market, side: "SELL" })).toMatchObject({ status: "FILLED" });
    await resume("risk");
    expect((await desk().done(market)).status).toBe("FILLED");
  });

  it("a halt that says nothing of its reason is a 400", async () => {
    const { status } = await run.users.trader.ask("POST", "/risk/halt", {
      level: "no-new-orders",
      reason: " ",
    });
    expect(status).toBe(400);
    await everywhere("ACTIVE");
  });
}
