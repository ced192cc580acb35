import type { ComponentHistory, Incident, Maintenance, StatusPage } from "../../contracts/status";
import { iso } from "./alerts";
import type { Component } from "./components";
import type { Recorded } from "./record";
import type { Current } from "./sampler";
import { uptimeOf } from "./slices";
import { overallState, shownState } from "./state";

export interface PageParts {
  readonly components: readonly Component[];
  readonly current: Current;
  readonly recorded: Recorded;
  readonly recordedAt: number | undefined;
  readonly daysShown: number;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** Resolved incidents on the page; all of them are at GET /incidents. */
const PAST_SHOWN = 20;

/** Everything that the status page shows. */
export function statusPageOf(parts: PageParts): StatusPage {
  const { current, recorded, recordedAt, daysShown, now } = parts;
  const open = recorded.incidents.filter(isOpen);
  const components = parts.components.map((component): ComponentHistory => {
    const { name } = component;
    const measured = current.states.get(name) ?? "unknown";
    const days = recorded.days.get(name) ?? [];
    return {
      ...component,
      state: shownState(name, measured, open, recorded.maintenance, now),
      uptime: uptimeOf(days),
      days: [...days],
    };
  });
  return {
    state: overallState(components, open),
    measured_at: current.measuredAt === undefined ? null : iso(current.measuredAt),
    recorded_at: recordedAt === undefined ? null : iso(recordedAt),
    days: daysShown,
    components,
    incidents: { open, past: recorded.incidents.filter((each) => !isOpen(each)).slice(0, PAST_SHOWN) },
    maintenance: recorded.maintenance.filter((window) => isAhead(window, now)),
  };
}

export const isOpen = ({ resolved_at }: Incident): boolean => resolved_at === null;

/** Running or coming. */
export function isAhead({ to, cancelled_at }: Maintenance, now: number): boolean {
  return cancelled_at === null && Date.parse(to) > now;
}
