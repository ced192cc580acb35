import { HttpError, type Caller, type Policy } from "../../kit";

/**
 * Stopping must work when the policy's server is down: then the role, which the route has checked already, decides.
 * Going on must not.
 */
export async function assertAllowed(
  policy: Policy,
  action: "halt" | "resume",
  caller: Caller,
): Promise<void> {
  try {
    await policy(action, caller);
  } catch (error) {
    const saidNo = error instanceof HttpError && error.statusCode === 403;
    if (action === "resume" || saidNo) throw error;
  }
}
