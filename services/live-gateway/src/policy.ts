import { z } from "zod";
import { HttpError, type Caller, type Secret } from "../../kit";

/** Who may stop and resume trading, as the platform's policy says it. */
export interface TradingPolicy {
  allows(action: "halt" | "resume", caller: Caller): Promise<boolean>;
}

const answer = z.object({ result: z.boolean().optional() });

/** Asks OPA. @throws {HttpError} 503 when it does not answer */
export function opaPolicy(opaUrl: string, token: Secret): TradingPolicy {
  return {
    allows: async (action, { role }) => {
      try {
        const response = await fetch(`${opaUrl}/v1/data/trade2026/trading/allow`, {
          method: "POST",
          headers: { authorization: `Bearer ${token.reveal()}`, "content-type": "application/json" },
          body: JSON.stringify({ input: { action, roles: [role] } }),
          signal: AbortSignal.timeout(1500),
        });
        if (!response.ok) throw new Error(`HTTP ${response.status}`);
        // a policy that is not loaded decides nothing, and nothing is no
        return answer.parse(await response.json()).result === true;
      } catch {
        throw new HttpError(
          503,
          "policy_unavailable",
          "The policy cannot be asked at the moment; try again.",
        );
      }
    },
  };
}

/**
 * Stopping must work when the policy's server is down: then the role, which the route has checked already, decides.
 * Going on must not.
 */
export async function assertAllowed(
  policy: TradingPolicy,
  action: "halt" | "resume",
  caller: Caller,
): Promise<void> {
  let allowed: boolean;
  try {
    allowed = await policy.allows(action, caller);
  } catch (error) {
    if (action === "resume") throw error;
    allowed = true;
  }
  if (!allowed)
    throw new HttpError(403, "policy_refused", `The policy does not let ${caller.role} ${action} trading.`);
}
