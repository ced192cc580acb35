export interface Interruptible {
  readonly signal: AbortSignal;
  /** Back to the usual meaning of Ctrl-C. */
  readonly done: () => void;
}

/** Exit code of what was ended from outside, as a shell has it of Ctrl-C. */
export const INTERRUPTED = 130;

/** A terminal and a parent process may both pass on the same Ctrl-C. */
const SAME_MS = 500;

const DEPLOYING =
  "Stopping as soon as the steps that run are over. Once more ends it at once; the next `./trade2026 up` clears up.";

/**
 * From now on Ctrl-C (or a polite kill) lets what runs finish its step and end in order; a second one ends at once.
 */
export function untilInterrupted(say: (line: string) => void, sentence = DEPLOYING): Interruptible {
  const controller = new AbortController();
  let first = 0;
  const stop = (): void => {
    const now = Date.now();
    if (!controller.signal.aborted) {
      first = now;
      say(sentence);
      controller.abort();
    } else if (now - first > SAME_MS) process.exit(INTERRUPTED);
  };
  const signals: readonly NodeJS.Signals[] = ["SIGINT", "SIGTERM", "SIGHUP"];
  for (const signal of signals) process.on(signal, stop);
  return {
    signal: controller.signal,
    done: () => {
      for (const signal of signals) process.off(signal, stop);
    },
  };
}
