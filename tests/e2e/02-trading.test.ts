import { platformUp } from "./harness/chapters";
import { agreementCases } from "./trading/agreement";
import { algoCases } from "./trading/algos";
import { changeCases } from "./trading/changes";
import { haltCases } from "./trading/halt";
import { killCases } from "./trading/kills";
import { limitCases } from "./trading/limits";
import { orderCases } from "./trading/orders";
import { publishedCases } from "./trading/published";
import { roleCases } from "./trading/roles";
import { socketCases } from "./trading/sockets";
import { stopCases } from "./trading/stops";
import { TradingRun } from "./trading/run";

/** The trading core as its clients have it: through the gateway, with tokens of users, to the last digit. */
describe("trading", () => {
  const run = new TradingRun();
  beforeAll(async () => {
    await platformUp();
    await run.open();
  });
  afterAll(() => run.close());

  describe("orders", () => orderCases(run));
  describe("changes", () => changeCases(run));
  describe("how the published platform failed", () => publishedCases(run));
  describe("limits", () => limitCases(run));
  describe("halts", () => haltCases(run));
  describe("algorithms", () => algoCases(run));
  describe("access", () => roleCases(run));
  describe("browsers", () => socketCases(run));
  describe("kills", () => killCases(run));
  describe("hard stops", () => stopCases(run));
  describe("at the end", () => agreementCases(run));
});
