import { daemonMessage, isNotFound } from "./context";

const LIMIT_SECONDS = 30;

/**
 * Removes something, again and again while others still hold it, for up to 30 s like the official plugin.
 * Already gone is success.
 */
export async function untilGone(
  remove: () => Promise<unknown>,
  isHeld: (message: string) => boolean,
): Promise<void> {
  const until = Date.now() + LIMIT_SECONDS * 1000;
  for (let pause = 100; ; pause = Math.min(1000, pause * 1.5)) {
    try {
      await remove();
      return;
    } catch (error) {
      if (isNotFound(error)) return;
      const message = daemonMessage(error);
      if (!isHeld(message)) throw new Error(message, { cause: error });
      if (Date.now() + pause > until) {
        const state = `last state: 'pending', timeout: ${String(LIMIT_SECONDS)}s`;
        throw new Error(`timeout while waiting for state to become 'removed' (${state}): ${message}`, {
          cause: error,
        });
      }
    }
    await new Promise((resolve) => setTimeout(resolve, pause));
  }
}
