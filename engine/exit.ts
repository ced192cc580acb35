import { setTimeout as wait } from "node:timers/promises";

/** Time for the compiler's threads to finish what they have begun. */
const IDLE_MS = 100;

/**
 * Ends the process. `process.exit` joins Node's worker threads, and one that compiles may be waiting for this thread to
 * collect garbage: then neither ever goes on (https://github.com/nodejs/node/issues/54918; seen once in some hundred
 * runs on a busy machine). An idle moment before lets them end.
 */
export async function leave(code: number): Promise<never> {
  await wait(IDLE_MS);
  process.exit(code);
}
