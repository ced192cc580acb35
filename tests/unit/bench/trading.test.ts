import type { LoadRun, Spread } from "../../bench/load/k6";
import { tradingSection } from "../../bench/load/section";
import type { OpenRun, TradingResult } from "../../bench/load/trading";
import type { Measured } from "../../bench/results";

const spread = (p95: number): Spread => ({ count: 100, avg: 5, med: 4, p95, p99: p95 + 1, max: p95 + 2 });
const run = (kind: "order" | "empty", rate: number, p95: number, more: Partial<LoadRun> = {}): LoadRun => ({
  load: { kind, clients: 64, seconds: 20, run: "test", ...(more.load ?? {}) },
  rate,
  unexpected: 0,
  dropped: 0,
  duration: spread(p95),
  summary: {},
  ...more,
});
const open = (rate: number, p95: number, dropped = 0): OpenRun => ({
  run: {
    ...run("order", rate, p95, { dropped, orderToFill: spread(2 * p95), tickToSocket: spread(p95 / 2) }),
    load: { kind: "order", clients: 64, rate, seconds: 40, run: "test" },
  },
  busy: { host: 1.2, containers: { oms: 0.3, nats: 0.2 } },
  risk: { "0.005": 0.97, "+Inf": 1 },
});
const trading = (asked: OpenRun, orders: number): Measured<TradingResult> => ({
  from: {
    commit: "abc1234567",
    date: "2026-01-02 03:04",
    host: {
      ...{ cpus: 2, model: "Some CPU", memoryGiB: 16, system: "Linux 6.1", node: "24.9.0" },
      ...{ docker: "20.10.24", compose: "2.26.1", pulumi: "3.259.0", busy: 0 },
    },
  },
  rounds: [
    { empty: run("empty", 1000, 10), orders: run("order", orders, 40) },
    { empty: run("empty", 1200, 11), orders: run("order", orders, 41) },
  ],
  open: { asked, had: open(320, 90) },
  rest: { host: 0.4, containers: { oms: 0.01 } },
});
const text = (asked: OpenRun, orders = 550): string => tradingSection(trading(asked, orders)).join("\n");

test("rates, spreads and what went wrong, of both models", () => {
  const said = text(open(176, 20));
  expect(said).toMatch(
    /^\| empty handler, 64 clients +\| +1200 \| +4\.0 \| 11\.0 \| 12\.0 \| 13\.0 \| +0 \|$/m,
  );
  expect(said).toMatch(
    /^\| orders, open model, 176\/s \| +176 \| +4\.0 \| 20\.0 \| 21\.0 \| 22\.0 \| +0 \|$/m,
  );
  expect(said).toMatch(/^\| order sent to fill told +\| +40\.0 \| +180\.0 \| +50 \|$/m);
  expect(said).toMatch(/^\| risk's answers within 5 ms, % \| +97 \| +97 \| +99 \|$/m);
  expect(said).toMatch(/^\| oms +\| +0\.010 \| +0\.300 \| +0\.300 \|$/m);
});

test("the aims are met by rate, by p95, and by nothing that went wrong", () => {
  expect(text(open(176, 20))).toContain("handler's rate, met (0.50)");
  expect(text(open(176, 20))).toContain("within 25 ms, met (20 ms)");
  expect(text(open(176, 20), 150)).toContain("handler's rate, not met (0.14)");
  expect(text(open(176, 30))).toContain("within 25 ms, not met (30 ms)");
  expect(text(open(176, 20, 1))).toContain("within 25 ms, not met");
});
