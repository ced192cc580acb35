import type { ComponentState, Incident, Maintenance } from "../../contracts/status";

/** What Prometheus says of one component: 1 is good, 0 is bad, and what is missing was not measured. */
export interface Signals {
  /** Its container runs. */
  readonly running?: number;
  /** Its container's own probe passes. */
  readonly healthy?: number;
  /** Its public route answers. */
  readonly probe?: number;
  /** It answers the scrape of its own metrics. */
  readonly up?: number;
}

export type Measured = Exclude<ComponentState, "maintenance">;

/**
 * The state of one component, from the worst of its signals:
 *
 * 1. Its container does not run or is not healthy, or its route does not answer: down.
 * 2. None of these is bad and one of them is good: operational; degraded when it does not answer the scrape of its
 *    metrics, for then something in it hangs.
 * 3. None of these was measured: the scrape alone decides, operational or down.
 * 4. No signal at all: unknown; down where other containers were measured, for then its own is gone.
 *
 * @param containersMeasured whether the containers of some components were measured
 */
export function measuredState(signals: Signals, containersMeasured: boolean): Measured {
  const { running, healthy, probe, up } = signals;
  const serving = [running, healthy, probe].filter((value) => value !== undefined);
  if (serving.some((value) => value < 1)) return "down";
  if (serving.length > 0) return up !== undefined && up < 1 ? "degraded" : "operational";
  if (up !== undefined) return up < 1 ? "down" : "operational";
  return containersMeasured ? "down" : "unknown";
}

/** From the best to the worst, maintenance aside. */
const BADNESS: readonly Measured[] = ["operational", "unknown", "degraded", "down"];

export function worst(states: readonly Measured[]): Measured {
  return states.reduce<Measured>(
    (one, other) => (BADNESS.indexOf(other) > BADNESS.indexOf(one) ? other : one),
    "operational",
  );
}

/**
 * What an open incident makes of a component. What an operator says counts. An alert does not overrule the
 * measurement: a component that answers is at most degraded.
 */
export function withIncident(
  measured: Measured,
  { impact, source }: Pick<Incident, "impact" | "source">,
): Measured {
  const said = source === "alert" && measured === "operational" ? "degraded" : impact;
  return worst([measured, said]);
}

/** Half open: at its end a window is over. */
export function isUnderWay({ from, to, cancelled_at }: Maintenance, at: number): boolean {
  return cancelled_at === null && Date.parse(from) <= at && at < Date.parse(to);
}

/** What is shown of a component: maintenance comes first, then what was measured and what the incidents say. */
export function shownState(
  name: string,
  measured: Measured,
  open: readonly Incident[],
  windows: readonly Maintenance[],
  at: number,
): ComponentState {
  if (windows.some((window) => window.components.includes(name) && isUnderWay(window, at)))
    return "maintenance";
  return open.filter(({ components }) => components.includes(name)).reduce(withIncident, measured);
}

/**
 * The platform in one word. Down: something of tier P0 or P1 is, or an operator says so. Degraded: anything else that
 * is down or degraded, and every open incident. Unknown: not all could be measured, and the rest is well.
 */
export function overallState(
  components: readonly { readonly tier: string; readonly state: ComponentState }[],
  open: readonly Incident[],
): ComponentState {
  const said = open
    .filter(({ components: named }) => named.length === 0)
    .map(({ impact, source }) => withIncident("operational", { impact, source }));
  const isDown = components.some(({ tier, state }) => state === "down" && (tier === "P0" || tier === "P1"));
  if (isDown || said.includes("down")) return "down";
  const states = new Set(components.map(({ state }) => state));
  if (states.has("down") || states.has("degraded") || open.length > 0) return "degraded";
  if (states.has("unknown") || states.size === 0) return "unknown";
  return states.has("maintenance") ? "maintenance" : "operational";
}
