import { z } from "zod";
import { HttpError, type Caller, type Secret } from "../../kit";

const TIMEOUT_MS = 1500;
const answer = z.object({ result: z.unknown().optional() });

/** @throws {HttpError} 403 when the policy does not allow it, 503 when nobody says that it does */
export type Allow = (action: string, caller: Caller) => Promise<void>;

/** Anything but a clear yes is a no. */
export function opaClient(url: string, token: Secret): Allow {
  return async (action, caller) => {
    const result = await ask(url, token, {
      action,
      subject: caller.subject,
      roles: [caller.role],
      accounts: caller.accounts,
    });
    if (result !== true)
      throw new HttpError(403, "policy_denied", `The policy does not allow ${caller.subject} to ${action}.`);
  };
}

async function ask(url: string, token: Secret, input: unknown): Promise<unknown> {
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
