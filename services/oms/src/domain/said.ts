import { subjects, type Fill, type Order, type PendingChange } from "../../../contracts";

/** Where the OMS writes; with the names of the contracts. */
export const said = { ...subjects.orders, confirmed: subjects.fills.confirmed } as const;
export type Subject = keyof typeof said;

/** A change of an order, as it is written to the streams: the log. */
export type Said =
  | { readonly subject: Exclude<Subject, "pending" | "confirmed">; readonly order: Order }
  | { readonly subject: "pending"; readonly order: Order; readonly change: PendingChange["change"] }
  | { readonly subject: "confirmed"; readonly order: Order; readonly fill: Fill };

export type Record = Order | PendingChange | { readonly fill: Fill; readonly order: Order };

export function recordOf(said: Said): Record {
  switch (said.subject) {
    case "pending":
      return { order: said.order, change: said.change };
    case "confirmed":
      return { fill: said.fill, order: said.order };
    default:
      return said.order;
  }
}
