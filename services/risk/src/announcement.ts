import { subjects, type HaltMessage, type ResumeMessage } from "../../contracts";
import type { StateRecord } from "./trading-state";

export type Announcement =
  | { readonly subject: typeof subjects.control.halt; readonly message: HaltMessage }
  | { readonly subject: typeof subjects.control.resume; readonly message: ResumeMessage };

/**
 * The state of trading, as everybody else is told of it. It carries the moment of its decision, so that hearing it
 * again changes nothing, and that what was decided later elsewhere stands.
 *
 * @returns undefined for a first start: nobody has decided that trading may go on, and it must not end a halt
 */
export function announcementOf({
  state,
  level,
  by,
  reason,
  at,
  version,
}: StateRecord): Announcement | undefined {
  if (state !== "ACTIVE")
    return { subject: subjects.control.halt, message: { level: level ?? "no-new-orders", by, reason, at } };
  return version === 1 ? undefined : { subject: subjects.control.resume, message: { by, reason, at } };
}
