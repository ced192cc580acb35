import { z } from "zod";
import { MAX_BATCH, riskRequest, type RiskReply, type RiskRequest } from "../../contracts";
import type { Alerts } from "./alerts";
import type { RiskEngine } from "./engine";
import type { RiskMetrics } from "./metrics";
import { replyOf, type Verdict } from "./verdict";

const requests = z.array(riskRequest).max(MAX_BATCH);

export interface ResponderOptions {
  readonly engine: RiskEngine;
  readonly alerts: Alerts;
  readonly metrics: RiskMetrics;
}

/**
 * The answer to `risk.check.order`: as many replies as there are requests, in their order. Whatever is wrong with a
 * request is a refusal of it, never of its neighbours and never no answer.
 */
export function respond(options: ResponderOptions, payload: string, now: number): readonly RiskReply[] {
  const began = performance.now();
  const replies = parse(payload).map((request) => {
    if ("problem" in request) return refused(request.problem, "MEDIUM");
    return decide(options, request, now);
  });
  options.metrics.checked((performance.now() - began) / 1000);
  return replies;
}

function decide({ engine, alerts, metrics }: ResponderOptions, request: RiskRequest, now: number): RiskReply {
  let verdict: Verdict;
  try {
    verdict = engine.check(request, now);
  } catch (error) {
    // an order that cannot be judged does not pass
    return refused(`cannot be judged: ${(error as Error).message}`, "CRITICAL");
  }
  metrics.decided(verdict);
  if (!verdict.approved) {
    const { account, symbol, order_id } = request.order;
    alerts.refused(verdict.refusal, { account, symbol, order_id }, now);
  }
  return replyOf(verdict);
}

const refused = (reason: string, risk_level: RiskReply["risk_level"]): RiskReply => ({
  approved: false,
  reason,
  risk_level,
  warnings: [],
});

function parse(payload: string): readonly (RiskRequest | { readonly problem: string })[] {
  let json: unknown;
  try {
    json = JSON.parse(payload);
  } catch {
    return [{ problem: "the request is not JSON" }];
  }
  const all = requests.safeParse(json);
  if (all.success) return all.data;
  if (!Array.isArray(json)) return [{ problem: "wants a JSON array of requests" }];
  if (json.length > MAX_BATCH)
    return json.map(() => ({ problem: `${json.length} orders in one request, allowed are ${MAX_BATCH}` }));
  return json.map((one: unknown) => {
    const { success, data, error } = riskRequest.safeParse(one);
    return success ? data : { problem: `not a request: ${issuesOf(error)}` };
  });
}

const issuesOf = (error: z.ZodError): string =>
  error.issues.map(({ path, message }) => `${path.join(".")} ${message}`).join("; ");
