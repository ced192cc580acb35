import Big from "big.js";
import { decimalOf, IllegalTransitionError, type Order, type VenueReport } from "../../../contracts";
import { move, provenSteps, type Change } from "./moves";
import type { Subject } from "./said";

/** What is said of an order that is known. */
export type OrderReport = Exclude<VenueReport, { kind: "opened" }>;

export type ReportOutcome =
  | { readonly kind: "moved"; readonly subject: Subject; readonly order: Order }
  /** Told before, or overtaken by what is known already: harmless. */
  | { readonly kind: "ignored" }
  | { readonly kind: "refused"; readonly message: string };

const IGNORED: ReportOutcome = { kind: "ignored" };

/** `<venue>:<number>`, the number growing; another form is compared as a whole. */
const numbered = /^(.*):(\d+)$/;

export function isToldBefore(report: string, last: string | undefined): boolean {
  if (last === undefined) return false;
  const [, venue, number] = numbered.exec(report) ?? [];
  const [, lastVenue, lastNumber] = numbered.exec(last) ?? [];
  if (number === undefined || lastNumber === undefined || venue !== lastVenue) return report === last;
  return BigInt(number) <= BigInt(lastNumber);
}

/** What an order is after its venue's report. The venue has the last word, as far as the table of states goes. */
export function applyReport(order: Order, report: OrderReport, at: number): ReportOutcome {
  if (isToldBefore(report.report_id, order.venue_report_id)) return IGNORED;
  try {
    return decide(order, report, at);
  } catch (error) {
    if (error instanceof IllegalTransitionError) return { kind: "refused", message: error.message };
    throw error;
  }
}

function decide(order: Order, report: OrderReport, at: number): ReportOutcome {
  const seen = { venue_report_id: report.report_id };
  const to = (status: Order["status"], subject: Subject, change: Change = {}): ReportOutcome => ({
    kind: "moved",
    subject,
    order: move(order, provenSteps(order.status, status), { ...seen, ...change }, at),
  });
  switch (report.kind) {
    case "accepted":
      // a fill may be heard before it, and then says more
      return PROVEN.has(order.status) ? IGNORED : to("SENT", "sent");
    case "rejected":
      return order.status === "REJECTED" ? IGNORED : to("REJECTED", "rejected", because(report.reason));
    case "cancelled":
      return order.status === "CANCELLED" ? IGNORED : to("CANCELLED", "cancelled", because(report.reason));
    case "expired":
      return order.status === "EXPIRED" ? IGNORED : to("EXPIRED", "cancelled", because(report.reason));
    case "cancelRejected":
      // the order has gone on in the meantime: filled, or filled in part
      return order.status === "PENDING_CANCEL" ? to(liveState(order), "sent") : IGNORED;
    case "replaceRejected":
      return order.status === "PENDING_REPLACE" ? to(liveState(order), "sent") : IGNORED;
    case "replaced":
      return replaced(order, report, at);
  }
}

const PROVEN: ReadonlySet<Order["status"]> = new Set([
  "SENT",
  "PARTIALLY_FILLED",
  "PENDING_CANCEL",
  "PENDING_REPLACE",
  "FILLED",
]);

/** Where an order is that is open at its venue. */
function liveState(order: Order): "SENT" | "PARTIALLY_FILLED" {
  return Big(order.filled_quantity).gt(0) ? "PARTIALLY_FILLED" : "SENT";
}

function because(reason: string | undefined): Change {
  return reason === undefined ? {} : { reject_reason: reason };
}

/** Also while a cancel is on its way, or after a fill that came first; what waits for the cancel goes on waiting. */
function replaced(
  order: Order,
  report: Extract<VenueReport, { kind: "replaced" }>,
  at: number,
): ReportOutcome {
  const left = Big(report.quantity).minus(order.filled_quantity);
  if (left.lt(0)) {
    const message = `order ${order.order_id} is filled by ${order.filled_quantity}, its venue replaced it by ${report.quantity} in all`;
    return { kind: "refused", message };
  }
  const change: Change = {
    venue_report_id: report.report_id,
    quantity: report.quantity,
    remaining_quantity: decimalOf(left),
    ...(order.price === undefined || report.price === undefined ? {} : { price: report.price }),
    ...(order.stop_price === undefined || report.stop_price === undefined
      ? {}
      : { stop_price: report.stop_price }),
  };
  const status = left.eq(0) ? "FILLED" : liveState(order);
  const waits = order.status === "PENDING_CANCEL" && status !== "FILLED";
  const steps = waits ? ([status, "PENDING_CANCEL"] as const) : provenSteps(order.status, status);
  return { kind: "moved", subject: "replaced", order: move(order, steps, change, at) };
}
