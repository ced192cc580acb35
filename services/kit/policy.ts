import { z } from "zod";
import type { Caller } from "./auth";
import type { Secret } from "./config";
import { HttpError } from "./errors";

const TIMEOUT_MS = 1500;
const answer = z.object({ result: z.boolean().optional() });

/**
 * Asks the platform's policy (OPA, `configs/opa`) whether a caller may do something, before it is done.
 *
 * @param details what else the policy may look at
 * @throws {HttpError} 403 when it does not allow it, 503 when nobody says that it does
 */
export type Policy = (
  action: string,
  caller: Caller,
  details?: Readonly<Record<string, unknown>>,
) => Promise<void>;

/** Anything but a clear yes is a no: a policy that is not loaded decides nothing. */
export function policyAt(url: string, token: Secret): Policy {
  return async (action, caller, details = {}) => {
    const { subject, role, accounts } = caller;
    const allowed = await ask(url, token, { ...details, action, subject, roles: [role], accounts });
    if (allowed !== true)
      throw new HttpError(403, "policy_denied", `The policy does not allow ${subject} to ${action}.`);
  };
}

async function ask(url: string, token: Secret, input: unknown): Promise<boolean | undefined> {
  try {
    const response = await fetch(`${url}/v1/data/trade2026/trading/allow`, {
      method: "POST",
      headers: { authorization: `Bearer ${token.reveal()}`, "content-type": "application/json" },
      body: JSON.stringify({ input }),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    if (response.status !== 200) throw new Error(`status ${response.status}`);
    return answer.parse(await response.json()).result;
  } catch {
    throw new HttpError(
      503,
      "policy_unavailable",
      "Whether it is allowed cannot be asked at the moment, so it is not done; try again.",
    );
  }
}
