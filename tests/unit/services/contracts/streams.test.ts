import fc from "fast-check";
import {
  overlaps,
  patterns,
  requests,
  streams,
  SubjectError,
  subjects,
  totalStreamBytes,
} from "../../../../services/contracts";

const DAY = 86_400;

test("each stream and its subjects, written by hand", () => {
  expect(Object.fromEntries(streams.map(({ name, subjects: list }) => [name, list]))).toEqual({
    MARKET: ["market.tick.*", "market.bar.*.*"],
    ORDERS: [
      "orders.accepted",
      "orders.rejected",
      "orders.pending",
      "orders.sent",
      "orders.replaced",
      "orders.cancelled",
    ],
    BROKER: ["broker.submit", "broker.cancel", "broker.replace"],
    FILLS: ["fills.execution", "fills.confirmed", "venue.report"],
    RISK: ["risk.alert", "risk.metrics"],
    ALT: ["alt.norm.*"],
    LIBRARY: ["library.*.*"],
    AUDIT: ["audit.*.*"],
  });
});

test("ages, kinds and windows, written by hand", () => {
  const shape = streams.map(({ name, retention, maxAgeSeconds, discard }) => [
    name,
    retention,
    maxAgeSeconds / DAY,
    discard,
  ]);
  expect(shape).toEqual([
    ["MARKET", "limits", 1, "old"],
    ["ORDERS", "limits", 7, "new"],
    ["BROKER", "workqueue", 7, "new"],
    ["FILLS", "limits", 30, "new"],
    ["RISK", "limits", 7, "old"],
    ["ALT", "limits", 1, "old"],
    ["LIBRARY", "limits", 30, "old"],
    ["AUDIT", "limits", 365, "new"],
  ]);
  expect(streams.find(({ name }) => name === "ORDERS")?.dedupSeconds).toBe(120);
  expect(streams.every(({ dedupSeconds, maxAgeSeconds }) => dedupSeconds <= maxAgeSeconds)).toBe(true);
  expect(streams.every(({ storage }) => storage === "file")).toBe(true);
});

test("a workstation can hold them", () => {
  expect(totalStreamBytes).toBe(streams.reduce((sum, { maxBytes }) => sum + maxBytes, 0));
  expect(totalStreamBytes).toBeLessThanOrEqual(12 * 1024 ** 3);
  expect(streams.every(({ maxBytes }) => maxBytes >= 64 * 1024 ** 2)).toBe(true);
});

test("no stream takes in what it does not list", () => {
  const open = streams.flatMap(({ subjects: list }) => list).filter((subject) => subject.includes(">"));
  expect(open).toEqual([]);
});

test("no request lies in a stream, and no subject in two", () => {
  const inStreams = streams.flatMap(({ name, subjects: list }) => list.map((subject) => ({ name, subject })));
  for (const request of Object.values(requests)) {
    expect(inStreams.filter(({ subject }) => overlaps(subject, request))).toEqual([]);
  }
  inStreams.forEach((one, index) => {
    expect(inStreams.slice(index + 1).filter(({ subject }) => overlaps(subject, one.subject))).toEqual([]);
  });
});

test("what is never kept lies in no stream", () => {
  const fleeting = [
    subjects.positionsUpdated,
    subjects.pnlUpdate,
    subjects.control.halt,
    subjects.control.resume,
  ];
  for (const subject of fleeting) {
    expect(streams.filter(({ subjects: list }) => list.some((each) => overlaps(each, subject)))).toEqual([]);
  }
});

test("what the builders write is what the patterns catch", () => {
  expect(subjects.tick("BTCUSDT")).toBe("market.tick.BTCUSDT");
  expect(subjects.bar("1m", "AAPL")).toBe("market.bar.1m.AAPL");
  expect(subjects.library("model", "deployed")).toBe("library.model.deployed");
  expect(overlaps(patterns.ticks, subjects.tick("BTCUSDT"))).toBe(true);
  expect(overlaps(patterns.bars, subjects.bar("1d", "AAPL"))).toBe(true);
  expect(overlaps(patterns.alternative, subjects.alternative("news"))).toBe(true);
  expect(overlaps(patterns.audit, subjects.audit("oms", "cancel"))).toBe(true);
});

test.each(["", "A.B", "*", ">", "A B", "A\n", "é"])("%p cannot be part of a subject", (token) => {
  expect(() => subjects.tick(token)).toThrow(SubjectError);
});

test("overlap is what the server says", () => {
  const table: readonly (readonly [string, string, boolean])[] = [
    ["a", "a", true],
    ["a", "b", false],
    ["a.b", "a", false],
    ["a.*", "a.b", true],
    ["a.*", "a.b.c", false],
    ["a.*", "a", false],
    ["a.>", "a.b.c", true],
    ["a.>", "a", false],
    ["*.b", "a.*", true],
    ["*.b", "a.c", false],
    ["a.*.c", "a.b.>", true],
    [">", "a", true],
  ];
  for (const [left, right, expected] of table) {
    expect([left, right, overlaps(left, right)]).toEqual([left, right, expected]);
    expect([right, left, overlaps(right, left)]).toEqual([right, left, expected]);
  }
});

test("a subject overlaps itself, and the pattern made by putting * for a token", () => {
  const token = fc.stringMatching(/^[a-z]{1,5}$/);
  fc.assert(
    fc.property(fc.array(token, { minLength: 1, maxLength: 5 }), fc.nat(), (tokens, at) => {
      const subject = tokens.join(".");
      const pattern = tokens.map((each, index) => (index === at % tokens.length ? "*" : each)).join(".");
      expect(overlaps(subject, subject)).toBe(true);
      expect(overlaps(pattern, subject)).toBe(true);
      expect(overlaps(`${subject}.>`, subject)).toBe(false);
      expect(overlaps(`${subject}.>`, `${subject}.x.y`)).toBe(true);
    }),
  );
});
