import type { Plan } from "../../model/plan";
import { formatSeconds } from "../ui/format";
import type { Style } from "../ui/style";
import { table } from "../ui/table";

export interface UpResult {
  readonly plan: Plan;
  readonly healthy: number;
  /** `12 created, 1 replaced`; empty for no change. */
  readonly changes: string;
  readonly creatingMs: number;
  readonly waitingMs: number;
}

/** What an `up` says at its end. */
export function upSummary(
  { plan, healthy, changes, creatingMs, waitingMs }: UpResult,
  style: Style,
): readonly string[] {
  const services = plan.containers.filter(({ role }) => role === "service").length;
  const state = `${healthy}/${services} services healthy`;
  return [
    "",
    `${healthy === services ? style.good("✓") : style.bad("✗")} ${style.strong(state)}, ${changes === "" ? "no change" : changes}`,
    `  ${timing(changes, creatingMs, waitingMs)}`,
    ...leftOutLines(plan, style),
    ...routeLines(plan),
  ];
}

function timing(changes: string, creatingMs: number, waitingMs: number): string {
  if (changes === "") return `looked at in ${formatSeconds((creatingMs + waitingMs) / 1000)}`;
  return `${formatSeconds(creatingMs / 1000)} creating, ${formatSeconds(waitingMs / 1000)} waiting until everything is ready`;
}

export function leftOutLines({ leftOut, settings }: Plan, style: Style): readonly string[] {
  if (leftOut.length === 0) return [];
  return [
    "",
    `${style.caution("!")} Left out in this image mode (${settings.images}):`,
    ...leftOut.map(({ name, reason }) => `  ${name}: ${reason}`),
  ];
}

export function routeLines({ routes }: Plan): readonly string[] {
  if (routes.length === 0) return [];
  return [
    "",
    ...table(
      [{ title: "URL" }, { title: "what" }, { title: "needs" }],
      routes.map(({ url, title, role }) => [url, title, role === "none" ? "" : role]),
    ),
  ];
}
