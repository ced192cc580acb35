import { Lab, shown, START } from "./lab";

/** Depth of three levels; what the best level of a side holds. */
function best(lab: Lab, side: "BID" | "ASK"): number {
  return lab.engine.book("AAPL")?.quote?.best(side)?.lots ?? 0;
}
const sell = { side: "SELL" } as const;
const market = { order_type: "MARKET" } as const;

describe("orders that trade at once", () => {
  test("without a tick nobody trades at the market, and a limit order rests", () => {
    const lab = new Lab();
    for (const order of [
      market,
      { price: "1", time_in_force: "IOC" },
      { price: "1", time_in_force: "FOK" },
    ] as const)
      expect(lab.submit(order).result).toMatchObject({
        outcome: "rejected",
        reason: expect.stringContaining("no tick of AAPL has been heard yet"),
      });
    expect(lab.submit({ order_id: "r", price: "100" }).result).toEqual({
      order_id: "r",
      outcome: "accepted",
    });
    expect(lab.order("r").status).toBe("ACCEPTED");
  });

  test("quotes whose tick is too old are not traded with", () => {
    const lab = new Lab();
    lab.tick("100", "100.02");
    lab.now += 60_001;
    expect(lab.submit(market).result).toMatchObject({
      reason:
        "MARKET orders need a market: the last tick of AAPL is 60001 ms old; quotes are good for 60000 ms",
    });
    expect(lab.submit({ price: "200" }).fills).toEqual([]);
  });

  test("a market order walks the depth, at the quotes' prices, and its rest is cancelled", () => {
    const lab = new Lab();
    lab.tick("100", "100.02");
    const offers = lab.engine.book("AAPL")?.quote?.offers("ASK") ?? [];
    expect(offers).toHaveLength(3);
    const all = offers.reduce((sum, { lots }) => sum + lots, 0);
    const { fills, events } = lab.submit({ ...market, order_id: "m", quantity: String(all + 5) });
    expect(fills.map(({ quantity, price }) => [quantity, price])).toEqual(
      offers.map(({ lots, price }) => [String(lots), String(price / 100)]),
    );
    expect(fills[0]?.quote).toEqual({
      venue: "sim",
      source_seq: 1,
      level: 0,
      model: "v1;seed=test;levels=3;notional=2000",
    });
    expect(events.map(({ kind }) => kind)).toEqual(["accepted", "fill", "fill", "fill", "cancelled"]);
    expect(lab.order("m")).toMatchObject({
      status: "CANCELLED",
      filled_quantity: String(all),
      remaining_quantity: "0",
      reason: "nothing left to trade with at once",
    });
  });

  test("fees are of the value: the taker pays, the maker is paid when its fee is negative", () => {
    const lab = new Lab();
    lab.submit({ order_id: "maker", ...sell, price: "100", quantity: "3", account: "a" });
    lab.submit({ order_id: "taker", price: "101", quantity: "3", account: "b" });
    expect([lab.order("maker").commission, lab.order("taker").commission]).toEqual(["-0.015", "0.06"]);
    expect(lab.engine.records.positions.views()).toEqual([
      {
        account: "a",
        symbol: "AAPL",
        quantity: "-3",
        bought: "0",
        sold: "3",
        cash: "300",
        commission: "-0.015",
      },
      {
        account: "b",
        symbol: "AAPL",
        quantity: "3",
        bought: "3",
        sold: "0",
        cash: "-300",
        commission: "0.06",
      },
    ]);
  });

  test("FOK: all or nothing; IOC: what there is", () => {
    const lab = new Lab();
    lab.tick("100", "100.02");
    const lots = best(lab, "ASK");
    const limit = { price: "100.02", quantity: String(lots + 1) };
    const fok = lab.submit({ ...limit, order_id: "f", time_in_force: "FOK" });
    expect(fok.fills).toEqual([]);
    expect(lab.order("f")).toMatchObject({
      status: "CANCELLED",
      reason: `FOK: ${lots} of ${lots + 1} could be filled at once`,
    });
    expect(lab.submit({ ...limit, order_id: "i", time_in_force: "IOC" }).fills).toHaveLength(1);
    expect(lab.order("i")).toMatchObject({ status: "CANCELLED", filled_quantity: String(lots) });
  });
});

describe("orders that wait", () => {
  test("the better price first, and at the same price who came first: orders before a tick, and after it", () => {
    const lab = new Lab();
    lab.submit({ order_id: "before", price: "100", quantity: "5" });
    lab.tick("100", "101");
    const quoted = best(lab, "BID");
    lab.submit({ order_id: "after", price: "100", quantity: "5" });
    lab.submit({ order_id: "better", price: "100.5", quantity: "5" });
    const { fills } = lab.submit({ ...sell, order_id: "s", price: "100", quantity: String(quoted + 12) });
    expect(shown(fills)).toEqual([
      "better 5@100.5 MAKER",
      "s 5@100.5 TAKER",
      "before 5@100 MAKER",
      "s 5@100 TAKER",
      `s ${quoted}@100 TAKER`,
      "after 2@100 MAKER",
      "s 2@100 TAKER",
    ]);
  });

  test("quotes that move through an order fill it at its price, as far as they reach", () => {
    const lab = new Lab();
    lab.tick("100", "101");
    lab.submit({ order_id: "bid", price: "100.5", quantity: "1000" });
    expect(lab.tick("99", "100.51").fills).toEqual([]);
    const { fills } = lab.tick("99", "100.5");
    expect(shown(fills)).toEqual([`bid ${fills[0]?.quantity}@100.5 MAKER`]);
    expect(lab.order("bid").status).toBe("PARTIALLY_FILLED");
    expect(best(lab, "ASK")).toBeGreaterThan(0);
    expect(lab.engine.book("AAPL")?.quote?.best("ASK")?.level).toBe(1);
  });

  test("when the market opens, orders that waited for it meet it at its price", () => {
    const lab = new Lab();
    lab.submit({ order_id: "early", price: "200", quantity: "1" });
    expect(shown(lab.tick("99.99", "100").fills)).toEqual(["early 1@100 TAKER"]);
  });

  test("a stop waits for its price to be traded, then trades at the market, and may set off another", () => {
    const lab = new Lab();
    lab.tick("100", "100.02", "100");
    const stop = { order_type: "STOP", side: "SELL", quantity: "1", price: undefined } as const;
    lab.submit({ ...stop, order_id: "far", stop_price: "90" });
    lab.submit({ ...stop, order_id: "near", stop_price: "99" });
    expect(lab.order("near").status).toBe("ACCEPTED");
    expect(lab.tick("99.5", "99.6", "99.01").fills).toEqual([]);
    expect(shown(lab.tick("98.5", "98.6", "99").fills)).toEqual(["near 1@98.5 TAKER"]);
    // sold at 90 by an order at the venue, not by a tick
    lab.tick("89", "99", "98");
    lab.submit({ order_id: "bid", price: "90", quantity: "1" });
    const { fills } = lab.submit({ ...market, ...sell, order_id: "hit", quantity: "1" });
    expect(shown(fills)).toEqual(["bid 1@90 MAKER", "hit 1@90 TAKER", "far 1@89 TAKER"]);
  });

  test("a stop whose price has been traded already sets off at once; with a limit it then rests", () => {
    const lab = new Lab();
    lab.tick("100", "100.02", "100");
    lab.submit({ order_id: "sl", order_type: "STOP_LIMIT", stop_price: "100", price: "99" });
    expect(lab.order("sl")).toMatchObject({ status: "ACCEPTED", triggered: true });
    expect(lab.engine.book("AAPL")?.resting.BUY.top?.price).toBe(9900);
  });

  describe("stops that are IOC or FOK", () => {
    const stop = { stop_price: "101", quantity: "3" } as const;
    const types = [
      ["STOP", "IOC", {}],
      ["STOP", "FOK", {}],
      ["STOP_LIMIT", "IOC", { price: "102" }],
      ["STOP_LIMIT", "FOK", { price: "102" }],
    ] as const;

    test.each(types)("%s %s waits, without quotes and over a restart", (order_type, time_in_force, more) => {
      const lab = new Lab();
      const { result } = lab.submit({ ...stop, order_id: "s", order_type, time_in_force, ...more });
      expect(result.outcome).toBe("accepted");
      lab.restart();
      lab.now += 30 * 86_400_000;
      lab.act((engine, now) => engine.expire(now));
      expect(lab.order("s")).toMatchObject({ status: "ACCEPTED", triggered: false });
      expect(shown(lab.tick("100.5", "101.5", "101").fills)).toEqual(["s 3@101.5 TAKER"]);
      expect(lab.order("s").status).toBe("FILLED");
    });

    test.each(types)("%s %s whose price has been traded is at once", (order_type, time_in_force, more) => {
      const lab = new Lab();
      lab.tick("100.5", "101.5", "101");
      const { fills } = lab.submit({ ...stop, order_id: "s", order_type, time_in_force, ...more });
      expect(shown(fills)).toEqual(["s 3@101.5 TAKER"]);
    });

    test.each([
      ["STOP", "IOC", {}, "filled in part"],
      ["STOP", "FOK", {}, "not at all"],
      ["STOP_LIMIT", "IOC", { price: "101.5" }, "filled in part"],
      ["STOP_LIMIT", "FOK", { price: "101.5" }, "not at all"],
    ] as const)("%s %s of more than there is is %s, and over: %s", (order_type, time_in_force, more, how) => {
      const lab = new Lab();
      const quantity = "100000";
      lab.submit({ ...stop, order_id: "s", order_type, time_in_force, quantity, ...more });
      const { fills, events } = lab.tick("100.5", "101.5", "101");
      expect(events.at(-1)).toMatchObject({ kind: "cancelled", order_id: "s" });
      expect(lab.order("s").status).toBe("CANCELLED");
      if (how === "not at all") {
        expect(fills).toEqual([]);
        expect(lab.order("s").reason).toMatch(/^FOK: \d+ of 100000 could be filled at once$/);
      } else {
        expect(fills.length).toBeGreaterThan(0);
        expect(lab.order("s")).toMatchObject({
          triggered: true,
          reason: "nothing left to trade with at once",
        });
      }
    });

    test("set off by a trade of the venue without quotes, it trades with the orders that rest", () => {
      const lab = new Lab();
      lab.submit({ ...stop, order_id: "s", order_type: "STOP", time_in_force: "IOC" });
      lab.submit({ ...sell, order_id: "ask", price: "101", quantity: "5" });
      const { fills } = lab.submit({ order_id: "bid", price: "101", quantity: "4" });
      expect(shown(fills)).toEqual([
        "ask 4@101 MAKER",
        "bid 4@101 TAKER",
        "ask 1@101 MAKER",
        "s 1@101 TAKER",
      ]);
      expect(lab.order("s")).toMatchObject({ status: "CANCELLED", filled_quantity: "1" });
    });

    test("a replace to a stop price that has been traded sets it off", () => {
      const lab = new Lab();
      lab.tick("100.5", "101.5", "100.7");
      lab.submit({ ...stop, order_id: "s", order_type: "STOP_LIMIT", price: "101", time_in_force: "FOK" });
      const { changes } = lab.act((engine, now) =>
        engine.replace({ order_id: "s", request_id: "r", stop_price: "100.6" }, now),
      );
      expect(changes.events.map(({ kind }) => kind)).toEqual(["replaced", "cancelled"]);
    });
  });

  test.each(["end of the session", "cancel of all"])(
    "first accepted, first ended, also after a restart: %s",
    (how) => {
      const lab = new Lab();
      lab.tick("99.90", "99.91");
      const first = { ...sell, order_id: "first", quantity: "1", price: "100", stop_price: "99.80" };
      lab.submit({ ...first, order_type: "STOP_LIMIT", time_in_force: "DAY" });
      lab.submit({ ...sell, order_id: "second", quantity: "1", price: "101", time_in_force: "DAY" });
      // the stop fires: in the book, the first is behind the second
      lab.tick("99.80", "99.81");
      lab.restart();
      lab.now = Date.UTC(2025, 2, 3, 21);
      const all = { account: "main", symbol: "AAPL" };
      const { changes } = lab.act((engine, now) =>
        how === "cancel of all" ? engine.cancelAll(all, START) : engine.expire(now),
      );
      expect(changes.events.map(({ order_id }) => order_id)).toEqual(["first", "second"]);
    },
  );

  test("DAY orders end with the session, GTC orders do not", () => {
    const lab = new Lab();
    lab.submit({ order_id: "day", price: "100", time_in_force: "DAY" });
    lab.submit({ order_id: "gtc", price: "99" });
    lab.now = Date.UTC(2025, 2, 3, 21) - 1;
    lab.act((engine, now) => engine.expire(now));
    expect(lab.order("day").status).toBe("ACCEPTED");
    lab.now += 1;
    // even when the timer is late, nothing trades with an order whose session is over
    expect(shown(lab.submit({ ...sell, order_id: "late", price: "99", quantity: "10" }).fills)).toEqual([
      "gtc 10@99 MAKER",
      "late 10@99 TAKER",
    ]);
    expect(lab.order("day")).toMatchObject({ status: "EXPIRED", reason: "the session has ended" });
  });
});

describe("changes", () => {
  test("less of the same keeps its place; more, or another price, goes to the end", () => {
    const lab = new Lab();
    for (const order_id of ["a", "b", "c"]) lab.submit({ order_id, price: "100" });
    const replace = (order_id: string, quantity: string) =>
      lab.act((engine, now) => engine.replace({ order_id, request_id: `r-${order_id}`, quantity }, now));
    expect(replace("a", "4").changes.events).toMatchObject([
      { kind: "replaced", request_id: "r-a", quantity: "4", price: "100" },
    ]);
    replace("b", "11");
    expect(
      shown(lab.submit({ ...sell, order_id: "s", price: "100", quantity: "25" }).fills).filter(
        (_, i) => i % 2 === 0,
      ),
    ).toEqual(["a 4@100 MAKER", "c 10@100 MAKER", "b 11@100 MAKER"]);
  });

  test("a replace to a price that trades does trade; one below what is filled is refused, and told", () => {
    const lab = new Lab();
    lab.submit({ order_id: "ask", ...sell, price: "101", quantity: "4" });
    lab.submit({ order_id: "bid", price: "100" });
    const crossing = lab.act((e, now) => e.replace({ order_id: "bid", request_id: "1", price: "101" }, now));
    expect(crossing.changes.events.map(({ kind }) => kind)).toEqual(["replaced", "fill", "fill"]);
    const refused = lab.act((e, now) => e.replace({ order_id: "bid", request_id: "2", quantity: "4" }, now));
    expect(refused.result).toEqual({
      order_id: "bid",
      request_id: "2",
      outcome: "rejected",
      reason: "quantity 4 is not above what is filled, 4; cancel the rest instead",
    });
    expect(refused.changes.events).toMatchObject([
      { kind: "replaceRejected", request_id: "2", order_id: "bid" },
    ]);
  });

  test("a request is done once, whoever asks again, also after a restart", () => {
    const lab = new Lab();
    lab.submit({ order_id: "x", price: "100" });
    const cancel = () => lab.act((e, now) => e.cancel({ order_id: "x", request_id: "c" }, now));
    const late = () => lab.act((e, now) => e.cancel({ order_id: "x", request_id: "late" }, now));
    expect(cancel().result.outcome).toBe("done");
    expect(late().result).toMatchObject({ outcome: "rejected", reason: "the order is CANCELLED" });
    lab.restart();
    for (const again of [cancel(), late()]) expect(again.changes.events).toEqual([]);
    expect(cancel().result.outcome).toBe("done");
    expect(late().result.outcome).toBe("rejected");
    expect(lab.store.events.map(({ kind }) => kind)).toEqual(["accepted", "cancelled", "cancelRejected"]);
    expect(lab.act((e, now) => e.cancel({ order_id: "y", request_id: "c" }, now)).result.reason).toBe(
      "request_id c was another request's",
    );
    expect(lab.act((e, now) => e.cancel({ order_id: "y", request_id: "n" }, now)).result.reason).toBe(
      "the venue does not know this order: it never came, or ended long ago",
    );
  });

  test("a request for an order that is still to come is right when it has come", () => {
    const lab = new Lab();
    const cancel = () => lab.act((e, now) => e.cancel({ order_id: "late", request_id: "c" }, now));
    const early = cancel();
    expect([early.result.outcome, early.changes.requests]).toEqual(["rejected", []]);
    lab.submit({ order_id: "late", price: "100" });
    expect(cancel().result.outcome).toBe("done");
    expect(lab.order("late").status).toBe("CANCELLED");
  });

  test("all orders of an account and symbol end together", () => {
    const lab = new Lab();
    lab.submit({ order_id: "1", price: "100" });
    lab.submit({ order_id: "2", price: "100", account: "other" });
    lab.submit({ order_id: "3", price: "100", symbol: "MSFT" });
    const { result } = lab.act((e, now) => e.cancelAll({ account: "main", symbol: "AAPL" }, now));
    expect([result, lab.order("1").status, lab.order("2").status, lab.order("3").status]).toEqual([
      1,
      "CANCELLED",
      "ACCEPTED",
      "ACCEPTED",
    ]);
  });
});

describe("refused", () => {
  test.each([
    [{ symbol: "NOPE" }, /^NOPE is not traded here; traded are AAPL/],
    [{ price: "100.005" }, "price 100.005 is no multiple of the tick size of AAPL, 0.01"],
    [{ price: "100", quantity: "1.5" }, "quantity 1.5 is no multiple of the lot size of AAPL, 1"],
    [{ price: "100", quantity: "0" }, 'quantity "0": wants a decimal number above zero'],
    [{ price: "100", quantity: "1e3" }, 'quantity "1e3": wants a decimal number above zero'],
    [{ price: "-1" }, 'price "-1": wants a decimal number above zero'],
    [
      { price: "100", quantity: "1000000000001" },
      /^quantity 1000000000001 is too large; at most 1000000000000/,
    ],
    [{}, "a LIMIT order needs a price"],
    [{ order_type: "MARKET", price: "1" }, "a MARKET order has no price"],
    [{ order_type: "STOP", stop_price: "1.001" }, /^stop_price 1.001 is no multiple/],
    [{ price: "100", time_in_force: "IOC" }, "IOC orders need a market: no tick of AAPL has been heard yet"],
    [{ order_type: "STOP", price: "1", time_in_force: "IOC" }, "a STOP order has no price"],
  ] as const)("%j", (order, reason) => {
    const lab = new Lab();
    const { result, events } = lab.submit({ ...order, order_id: "x" });
    expect(result).toMatchObject({ outcome: "rejected" });
    const said = (result as { reason: string }).reason;
    expect(said).toEqual(reason instanceof RegExp ? expect.stringMatching(reason) : reason);
    const { symbol = "AAPL" } = order as { symbol?: string };
    expect(events).toEqual([
      {
        seq: 1,
        kind: "rejected",
        order_id: "x",
        symbol,
        side: "BUY",
        account: "main",
        timestamp: START,
        reason: said,
      },
    ]);
    expect(lab.order("x")).toMatchObject({ status: "REJECTED", reason: said, created_at: START });
    expect(lab.submit({ ...order, order_id: "x" }).result).toEqual({ order_id: "x", outcome: "duplicate" });
  });
});

describe("ticks", () => {
  test("a repetition is passed over; a source that begins anew is heard", () => {
    const lab = new Lab();
    expect(lab.tick("100", "101", "100", { source_seq: 7 }).result).toBe(true);
    expect(lab.tick("90", "91", "90", { source_seq: 7 }).result).toBe(false);
    lab.now += 1;
    expect(lab.tick("90", "91", "90", { source_seq: 0 }).result).toBe(true);
    expect(lab.tick("90", "91", "90", { symbol: "NOPE" }).result).toBe(false);
  });

  test("quotes off the grid move apart, and without quotes there is a tick around the trade", () => {
    const lab = new Lab();
    const quote = () => {
      const { bid, ask } = lab.engine.book("AAPL")?.quote ?? {};
      return [bid, ask];
    };
    lab.tick("100.004", "100.006");
    expect(quote()).toEqual([10_000, 10_001]);
    lab.tick("100", "100");
    expect(quote()).toEqual([9999, 10_000]);
    lab.act((engine, now) =>
      engine.tick(
        { venue: "sim", symbol: "AAPL", price: "55.555", size: "1", timestamp: now, source_seq: 99 },
        now,
      ),
    );
    expect(quote()).toEqual([5555, 5556]);
  });
});
