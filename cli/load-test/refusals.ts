import { REFUSALS, type Refusal } from "../../model/load/protocol";
import { ProblemsError, type Problem } from "../../model/problems";

const PAPER = "paper: a load test sends thousands of orders";
const TO_PAPER = "load-test a platform of its own that is on paper; trade2026:tradingMode says which one is";

/** What to do about each reason to go no further. */
const ADVICE: Readonly<Record<Refusal, Pick<Problem, "allowed" | "fix">>> = {
  unreachable: { fix: "./trade2026 status says how the gateway is, ./trade2026 logs gateway why" },
  client: {
    fix: "./trade2026 up, if the platform was brought up before it knew load tests; else ./trade2026 logs authn",
  },
  mode: { allowed: PAPER, fix: TO_PAPER },
  unknown: {
    allowed: PAPER,
    fix: "./trade2026 status says how the live gateway is; while it says nothing, no load is sent",
  },
  halted: {
    allowed: "ACTIVE",
    fix: './trade2026 trading says who halted it and why; ./trade2026 resume --reason "…"',
  },
  market: { fix: "./trade2026 logs market-data-gateway" },
};

/** Why no test was run; `what` is there before the first request, whoever found it. */
export function refused(refusal: Refusal, found: string, path = "the platform"): ProblemsError {
  const problem = { path, what: REFUSALS[refusal], value: found, ...ADVICE[refusal] };
  return new ProblemsError("The load test", [problem]);
}

/** @throws ProblemsError unless the stack is a platform, and on paper as far as its settings say */
export function assertPaperSettings(settings: { readonly kind: string; readonly tradingMode: string }): void {
  if (settings.kind !== "platform")
    throw new ProblemsError("The load test", [
      {
        path: "trade2026:kind",
        what: "is no platform that takes orders",
        value: settings.kind,
        allowed: "platform",
        fix: "choose the platform's stack with --stack",
      },
    ]);
  if (settings.tradingMode !== "paper") throw refused("mode", settings.tradingMode, "trade2026:tradingMode");
}

/** @throws ProblemsError unless the live gateway that runs is on paper and, where orders are sent, takes them */
export function assertPaperRuns(
  trading: { readonly mode: string; readonly kill_switch: { readonly state: string } },
  sendsOrders: boolean,
): void {
  if (trading.mode !== "paper") throw refused("mode", trading.mode, "live gateway");
  if (sendsOrders && trading.kill_switch.state !== "ACTIVE")
    throw refused("halted", trading.kill_switch.state, "live gateway");
}
