import type { Health } from "../../kit";
import type { Gateway } from "./context";
import type { Desk } from "./desk";
import { dayOf } from "./caps";
import { reconcile } from "./reconcile";

const RETRY_MS = 1000;
const KEEP_DAYS = 30;
const DAY_MS = 86_400_000;

/**
 * Before the first order goes to a venue: its open orders and ours are compared. A venue that cannot be asked gets
 * nothing until it can be.
 *
 * @returns one promise for each venue, fulfilled when it has been compared, or the signal came
 */
export function startupOf(gateway: Gateway, health: Health, signal: AbortSignal): readonly Promise<void>[] {
  const { store, desks, now } = gateway;
  store.forgetBefore(dayOf(now() - KEEP_DAYS * DAY_MS));
  return desks.inUse.map((desk) => {
    health.addReadiness({
      name: `venue ${desk.venue.name}`,
      check: () => {
        if (!desk.reconciled) throw new Error("its open orders have not been compared with ours yet");
        if (desk.breaker.state === "open")
          throw new Error(`circuit breaker open: ${desk.breaker.reason ?? ""}`);
      },
    });
    return compare(gateway, desk, signal);
  });
}

async function compare(gateway: Gateway, desk: Desk, signal: AbortSignal): Promise<void> {
  const { store, audit, log, now } = gateway;
  const { name } = desk.venue;
  let said: string | undefined;
  while (!signal.aborted) {
    try {
      const found = await reconcile(store, desk.venue, now);
      if (signal.aborted) return;
      // differences of what is on its way are the rule after a crash: the feed and the queue tell the rest
      log[found.unknown.length + found.missing.length > 0 ? "error" : "info"]({ ...found }, "reconciled");
      audit.act("reconcile", { ...found });
      desk.reconciled = true;
      return;
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      if (reason !== said) log.warn({ venue: name, reason }, "cannot reconcile yet, nothing is sent");
      said = reason;
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    }
  }
}
