import fc from "fast-check";
import { isFinal, orderStatus, type Order } from "../../../../services/contracts";
import { applyReport, isToldBefore, type OrderReport } from "../../../../services/oms/src/domain/reports";
import { orderOf, reportOf } from "./orders";

const reports = [
  reportOf("accepted", 1, {}),
  reportOf("rejected", 1, { reason: "closed" }),
  reportOf("cancelled", 1, {}),
  reportOf("expired", 1, {}),
  reportOf("replaced", 1, { quantity: "20" }),
  reportOf("cancelRejected", 1, { reason: "late" }),
  reportOf("replaceRejected", 1, { reason: "late" }),
];

/** What each report makes of each state; "-": nothing, "!": refused. */
const TABLE: Readonly<Record<OrderReport["kind"], Partial<Record<Order["status"], string>>>> = {
  accepted: {
    ACCEPTED: "SENT",
    ROUTING: "SENT",
    SENT: "-",
    PARTIALLY_FILLED: "-",
    PENDING_CANCEL: "-",
    PENDING_REPLACE: "-",
    FILLED: "-",
  },
  rejected: {
    ACCEPTED: "REJECTED",
    ROUTING: "REJECTED",
    SENT: "REJECTED",
    PENDING_CANCEL: "REJECTED",
    PENDING_REPLACE: "REJECTED",
    NEW: "REJECTED",
    REJECTED: "-",
  },
  cancelled: {
    NEW: "CANCELLED",
    PENDING_RISK: "CANCELLED",
    ACCEPTED: "CANCELLED",
    ROUTING: "CANCELLED",
    SENT: "CANCELLED",
    PARTIALLY_FILLED: "CANCELLED",
    PENDING_CANCEL: "CANCELLED",
    PENDING_REPLACE: "CANCELLED",
    CANCELLED: "-",
  },
  expired: {
    ACCEPTED: "EXPIRED",
    ROUTING: "EXPIRED",
    SENT: "EXPIRED",
    PARTIALLY_FILLED: "EXPIRED",
    PENDING_CANCEL: "EXPIRED",
    PENDING_REPLACE: "EXPIRED",
    EXPIRED: "-",
  },
  replaced: { ACCEPTED: "SENT", ROUTING: "SENT", PENDING_CANCEL: "PENDING_CANCEL", PENDING_REPLACE: "SENT" },
  cancelRejected: { PENDING_CANCEL: "SENT" },
  replaceRejected: { PENDING_REPLACE: "SENT" },
};

describe.each(reports)("$kind", (report) => {
  it.each(orderStatus.options)("on %s", (status) => {
    const ignores = report.kind === "cancelRejected" || report.kind === "replaceRejected";
    const expected = TABLE[report.kind][status] ?? (ignores ? "-" : "!");
    const order = orderOf({ status });
    const outcome = applyReport(order, report, 5000);
    const word = outcome.kind === "moved" ? outcome.order.status : outcome.kind === "ignored" ? "-" : "!";
    expect(word).toBe(expected);
    if (outcome.kind === "moved")
      expect(outcome.order).toMatchObject({ version: 4, venue_report_id: "prism:1" });
    expect(order).toEqual(orderOf({ status }));
  });
});

it("after a fill a replaced or refused order is partially filled", () => {
  const filled = { filled_quantity: "4", remaining_quantity: "6" };
  for (const [status, report] of [
    ["PENDING_CANCEL", reportOf("cancelRejected", 2, { reason: "x" })],
    ["PENDING_REPLACE", reportOf("replaceRejected", 2, { reason: "x" })],
    ["PENDING_REPLACE", reportOf("replaced", 2, { quantity: "12" })],
    ["PARTIALLY_FILLED", reportOf("replaced", 2, { quantity: "12" })],
  ] as const)
    expect(applyReport(orderOf({ status, ...filled }), report, 1)).toMatchObject({
      order: { status: "PARTIALLY_FILLED" },
    });
});

it("takes the values that the venue replaced, and only those that the order has", () => {
  const order = orderOf({ status: "PENDING_REPLACE", filled_quantity: "4", remaining_quantity: "6" });
  const outcome = applyReport(
    order,
    reportOf("replaced", 2, { quantity: "12", price: "151", stop_price: "1" }),
    1,
  );
  expect(outcome).toMatchObject({ order: { quantity: "12", price: "151", remaining_quantity: "8" } });
  expect(outcome.kind === "moved" && outcome.order.stop_price).toBeUndefined();
  expect(applyReport(order, reportOf("replaced", 3, { quantity: "4" }), 1)).toMatchObject({
    order: { status: "FILLED", remaining_quantity: "0" },
  });
  expect(applyReport(order, reportOf("replaced", 3, { quantity: "3" }), 1)).toMatchObject({
    kind: "refused",
  });
});

it.each([
  ["prism:9", "prism:10", true],
  ["prism:10", "prism:10", true],
  ["prism:11", "prism:10", false],
  ["ibkr:1", "prism:10", false],
  ["x", "x", true],
  ["y", "x", false],
  ["prism:1", undefined, false],
])("%s was told before %s: %s", (report, last, told) => {
  expect(isToldBefore(report, last)).toBe(told);
});

it("makes nothing of any list of reports that is told twice, and never leaves an end", () => {
  const kinds = fc.constantFrom(...reports.map(({ kind }) => kind));
  fc.assert(
    fc.property(fc.array(kinds, { maxLength: 12 }), fc.nat(11), (list, from) => {
      const told = list.map(
        (kind, index) =>
          ({ ...reports.find((one) => one.kind === kind), report_id: `prism:${index + 1}` }) as OrderReport,
      );
      const apply = (order: Order, report: OrderReport): Order => {
        const outcome = applyReport(order, report, 1);
        if (isFinal(order.status)) expect(outcome.kind).not.toBe("moved");
        return outcome.kind === "moved" ? outcome.order : order;
      };
      const once = told.reduce(apply, orderOf({ status: "ACCEPTED" }));
      const last = Number(once.venue_report_id?.slice(6) ?? 0);
      const again = told.slice(0, Math.min(from, last)).reduce(apply, once);
      expect(again).toEqual(once);
    }),
  );
});
