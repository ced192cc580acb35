import { createHash } from "node:crypto";
import type { Incident, IncidentImpact, TimelineEntry } from "../../contracts/status";

/** One firing of one alert: fingerprint and start say which, so that repeats of a message are the same firing. */
export interface Firing {
  readonly id: string;
  readonly fingerprint: string;
  /** Milliseconds since 1970, like all times here. */
  readonly startsAt: number;
  readonly endsAt?: number;
  /** An operator said that it is over, whatever the alert says. */
  readonly closedAt?: number;
  readonly title: string;
  readonly impact: IncidentImpact;
  readonly component?: string;
}

/** Public: nobody reads an alert's labels from it. */
export function firingId(fingerprint: string, startsAt: number): string {
  const hash = createHash("sha256").update(`${fingerprint} ${startsAt}`).digest("hex");
  return `alert-${hash.slice(0, 16)}`;
}

/**
 * Two messages of one firing: that it has ended stays true, whatever comes later or came before. Nothing here depends on
 * the order, not even the title, of which the one that sorts first stays.
 */
export function joined(one: Firing, other: Firing): Firing {
  const endsAt = latest(one.endsAt, other.endsAt);
  const closedAt = latest(one.closedAt, other.closedAt);
  const [first, second] = one.title <= other.title ? [one, other] : [other, one];
  return {
    ...second,
    ...first,
    ...(endsAt === undefined ? {} : { endsAt }),
    ...(closedAt === undefined ? {} : { closedAt }),
  };
}

export interface AlertIncident {
  /** All firings of it, oldest first; its id is that of the first, and those of the others lead to it too. */
  readonly firings: readonly [Firing, ...Firing[]];
  readonly resolvedAt?: number;
}

/**
 * Incidents from firings. An alert is one thing: it fires, or it does not. When it starts again and nobody has said that
 * it had ended, Prometheus and Alertmanager were restarted meanwhile, and it is still the same incident; what is said of
 * the latest firing holds for all of it.
 */
export function alertIncidents(firings: readonly Firing[]): readonly AlertIncident[] {
  const byAlert = new Map<string, Firing[]>();
  for (const firing of firings) {
    const known = byAlert.get(firing.fingerprint);
    if (known) known.push(firing);
    else byAlert.set(firing.fingerprint, [firing]);
  }
  return [...byAlert.values()].flatMap((ofOne) => {
    const runs: [Firing, ...Firing[]][] = [];
    for (const firing of ofOne.sort((a, b) => a.startsAt - b.startsAt)) {
      const run = runs.at(-1);
      const before = run?.at(-1);
      if (run && before && (endOf(before) ?? Infinity) >= firing.startsAt) run.push(firing);
      else runs.push([firing]);
    }
    return runs.map((run): AlertIncident => {
      const resolvedAt = endOf(run.at(-1) ?? run[0]);
      return { firings: run, ...(resolvedAt === undefined ? {} : { resolvedAt }) };
    });
  });
}

function endOf({ endsAt, closedAt }: Firing): number | undefined {
  return endsAt === undefined || closedAt === undefined ? (endsAt ?? closedAt) : Math.min(endsAt, closedAt);
}

const OPENED = "Reported by the platform's monitoring.";
const CLOSED = "The monitoring reports that it is over.";

/** @param said what operators wrote below any of its firings */
export function publicIncident(
  { firings, resolvedAt }: AlertIncident,
  said: readonly TimelineEntry[],
): Incident {
  const [first] = firings;
  const last = firings.at(-1) ?? first;
  const closedByAlert = last.endsAt !== undefined && last.endsAt === resolvedAt;
  const own: readonly TimelineEntry[] = [
    { at: iso(first.startsAt), status: "investigating", text: OPENED },
    ...(closedByAlert ? [{ at: iso(last.endsAt), status: "resolved" as const, text: CLOSED }] : []),
  ];
  return {
    id: first.id,
    title: first.title,
    impact: first.impact,
    source: "alert",
    components: first.component === undefined ? [] : [first.component],
    opened_at: iso(first.startsAt),
    resolved_at: resolvedAt === undefined ? null : iso(resolvedAt),
    timeline: [...own, ...said].sort((a, b) => Date.parse(a.at) - Date.parse(b.at)),
  };
}

export const iso = (at: number): string => new Date(at).toISOString();

function latest(one: number | undefined, other: number | undefined): number | undefined {
  return one === undefined || other === undefined ? (one ?? other) : Math.max(one, other);
}
