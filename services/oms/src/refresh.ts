import type { Desk } from "./desk";

const HOUR_MS = 3_600_000;
/** Well below the age at which ORDERS forgets. */
const SAID_AGAIN_MS = 3 * 24 * HOUR_MS;

/**
 * Says orders again, as they are and under their version, that are open for days: ORDERS forgets by age, and what it
 * does not know counts as ended when the state is read from it.
 */
export function keepInLog(desk: Desk, now: () => number): { readonly stop: () => void } {
  const timer = setInterval(() => sayAgain(desk, now()), HOUR_MS);
  timer.unref();
  return { stop: () => clearInterval(timer) };
}

export function sayAgain(desk: Pick<Desk, "book" | "journal">, at: number): void {
  for (const entry of desk.book.open()) {
    if (at - entry.saidAt < SAID_AGAIN_MS || entry.tail) continue;
    entry.saidAt = at;
    void desk.journal.say(entry, { subject: "sent", order: entry.order }).catch(() => undefined);
  }
}
