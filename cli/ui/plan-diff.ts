import { isUnchanged, type ContainerDiff, type ListDiff, type PlanDiff } from "../../model/diff";
import { count } from "./format";
import type { Style } from "./style";

interface Section {
  readonly title: string;
  readonly lines: readonly string[];
}

const UNCHANGED = "No change of the platform.";

/** For a terminal or a log. */
export function diffText(diff: PlanDiff, style: Style): readonly string[] {
  if (isUnchanged(diff)) return [UNCHANGED];
  const stateful = diff.stateful.map((line) => `${style.bad("!")} ${line}`);
  const sections = sectionsOf(diff).flatMap(({ title, lines }) => [
    "",
    style.strong(title),
    ...lines.map((line) => `  ${line}`),
  ]);
  return [...(stateful.length > 0 ? [style.bad(STATEFUL), ...stateful] : []), ...sections, "", summary(diff)];
}

/** For a comment on a pull request. */
export function diffMarkdown(diff: PlanDiff): readonly string[] {
  const head = ["### What this changes on a running platform", ""];
  if (isUnchanged(diff)) return [...head, UNCHANGED];
  const stateful =
    diff.stateful.length > 0
      ? [`> **${STATEFUL}**`, ...diff.stateful.map((line) => `> - ${markdown(line)}`), ""]
      : [];
  const mode = diff.tradingMode
    ? [`**Trading mode: ${diff.tradingMode.from} → ${diff.tradingMode.to}**`, ""]
    : [];
  const sections = sectionsOf(diff).flatMap(({ title, lines }) => [
    `**${title}**`,
    "",
    ...lines.map((line) => `- ${markdown(line)}`),
    "",
  ]);
  return [...head, ...stateful, ...mode, summary(diff), "", ...sections];
}

const STATEFUL = "Something with state is replaced: somebody has to decide what happens to its data.";

function sectionsOf(diff: PlanDiff): readonly Section[] {
  const of = (op: ContainerDiff["op"]): readonly string[] =>
    diff.containers.filter((container) => container.op === op).map((container) => containerLine(container));
  return [
    {
      title: "Trading mode",
      lines: diff.tradingMode ? [`${diff.tradingMode.from} → ${diff.tradingMode.to}`] : [],
    },
    { title: "Replaced containers (they stop and start)", lines: of("replaced") },
    { title: "Changed while running", lines: of("updated") },
    { title: "New containers", lines: of("added") },
    { title: "Removed containers", lines: of("removed") },
    { title: "Volumes", lines: diff.volumes.map(({ name, kind, op }) => `${name} (${kind}) ${op}`) },
    {
      title: "Lanes",
      lines: diff.lanes.map(laneLine),
    },
    { title: "Host ports", lines: listLines(diff.hostPorts) },
    { title: "Routes", lines: listLines(diff.routes) },
    { title: "Credentials", lines: listLines(diff.credentials) },
    { title: "Hardening", lines: listLines(diff.hardening) },
    { title: "Left out", lines: listLines(diff.leftOut) },
    {
      title: "Settings",
      lines: diff.settings.map(({ name, from, to }) => `${name}: ${show(from)} → ${show(to)}`),
    },
  ].filter(({ lines }) => lines.length > 0);
}

function containerLine(container: ContainerDiff): string {
  const role = container.role === "service" ? "" : ` (${container.role})`;
  return `${container.name}${role}${"because" in container ? `: ${container.because.join("; ")}` : ""}`;
}

function laneLine({ name, from, to }: PlanDiff["lanes"][number]): string {
  if (!from || !to) return `${name} ${from ? "removed" : "added"}`;
  const fields = (["subnet", "gateway", "bridge", "internal"] as const).filter(
    (field) => from[field] !== to[field],
  );
  return `${name}: ${fields.map((field) => `${field} ${String(from[field])} → ${String(to[field])}`).join(", ")}`;
}

function listLines({ added, removed }: ListDiff): readonly string[] {
  return [...added.map((line) => `+ ${line}`), ...removed.map((line) => `- ${line}`)];
}

function summary({ containers, stateful }: PlanDiff): string {
  const services = containers.filter(({ role, op }) => role === "service" && op === "replaced").length;
  return `${count(services, "service")} would restart; ${stateful.length === 0 ? "no data is touched" : `${count(stateful.length, "change")} to something with state`}.`;
}

function show(value: unknown): string {
  return value === undefined ? "none" : typeof value === "string" ? value : JSON.stringify(value);
}

/** Names are code to Markdown, which would otherwise read `_` and `*` in them. */
function markdown(line: string): string {
  return line.replace(/([\\`*_<>|])/g, "\\$1");
}
