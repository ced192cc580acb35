import type Docker from "dockerode";
import { UNKNOWN_HOST } from "../../model/host";
import type { ContainerPlan } from "../../model/plan";
import { canonicalJson } from "../../model/canonical";
import { loadPlan } from "../../stacks/inputs";
import { readStackConfig } from "../config/stack-config";
import type { Context } from "../context";
import { connectDocker } from "../docker/connect";
import { isUp, ownContainers, type Health, type OwnContainer } from "../docker/containers";
import { sampleUsage, type Usage } from "../docker/usage";
import { formatBytes, formatSeconds } from "../ui/format";
import { Output } from "../ui/output";
import type { Style } from "../ui/style";
import { table } from "../ui/table";
import { leftOutLines } from "../up/summary";

export interface StatusRow {
  readonly service: string;
  readonly role: "service" | "job";
  readonly lanes: readonly string[];
  readonly tier: string;
  /** `missing` when the engine has no such container. */
  readonly state: string;
  readonly health: Health;
  readonly ok: boolean;
  readonly exitCode: number | undefined;
  readonly usage: Usage | undefined;
}

/** Every planned service as the engine has it. @returns 0 when all of them are healthy, else 1 */
export async function status(
  context: Context,
  options: { readonly json: boolean },
  out = new Output(),
): Promise<number> {
  const { settings } = readStackConfig(context);
  const plan = loadPlan(settings, UNKNOWN_HOST);
  const { docker } = await connectDocker(settings);
  const rows = statusRows(
    plan.containers,
    await ownContainers(docker, settings.prefix),
    await usageOf(docker, settings.prefix),
  );
  const ok = rows.every((row) => row.ok);
  if (options.json) {
    out.line(canonicalJson({ prefix: settings.prefix, ok, services: rows, leftOut: plan.leftOut }, 2));
    return ok ? 0 : 1;
  }
  if (rows.every(({ state }) => state === "missing")) {
    out.line("The platform is not up: `./trade2026 up` brings it up.");
    return 1;
  }
  statusTable(rows, out.style).forEach((line) => out.line(line));
  const healthy = rows.filter((row) => row.role === "service" && row.ok).length;
  out.line(`\n${healthy}/${rows.filter(({ role }) => role === "service").length} services healthy`);
  leftOutLines(plan, out.style).forEach((line) => out.line(line));
  return ok ? 0 : 1;
}

async function usageOf(docker: Docker, prefix: string): Promise<ReadonlyMap<string, Usage>> {
  const running = (await ownContainers(docker, prefix)).filter(({ state }) => state === "running");
  return sampleUsage(
    docker,
    running.map(({ id, name }) => ({ id, name })),
  );
}

/** Services always; jobs only when one has failed or is missing its container. */
export function statusRows(
  plan: readonly ContainerPlan[],
  containers: readonly OwnContainer[],
  usage: ReadonlyMap<string, Usage>,
): readonly StatusRow[] {
  const byName = new Map(containers.map((container) => [container.name, container]));
  return plan.flatMap((planned): readonly StatusRow[] => {
    if (planned.role === "writer") return [];
    const container = byName.get(planned.name);
    const failedJob = container !== undefined && container.state === "exited" && container.exitCode !== 0;
    if (planned.role === "job" && !failedJob) return [];
    return [
      {
        service: planned.name,
        role: planned.role,
        lanes: planned.lanes,
        tier: planned.tier ?? "",
        state: container?.state ?? "missing",
        health: container?.health ?? "none",
        ok: planned.role === "service" && container !== undefined && isUp(container),
        exitCode: container?.exitCode,
        usage: usage.get(planned.name),
      },
    ];
  });
}

export function statusTable(rows: readonly StatusRow[], style: Style): readonly string[] {
  const sorted = [...rows].sort((a, b) => (a.service < b.service ? -1 : 1));
  return table(
    [
      { title: "SERVICE" },
      { title: "LANES" },
      { title: "TIER" },
      { title: "HEALTH" },
      { title: "MEMORY", align: "right" },
      { title: "CPU", align: "right" },
      { title: "UP", align: "right" },
      { title: "RESTARTS", align: "right" },
    ],
    sorted.map((row) => [
      row.service,
      row.lanes.join(","),
      row.tier,
      (row.ok ? style.good : row.health === "starting" ? style.caution : style.bad)(healthText(row)),
      row.usage ? `${formatBytes(row.usage.memoryBytes)} / ${formatBytes(row.usage.memoryLimitBytes)}` : "",
      row.usage ? `${row.usage.cpuPercent.toFixed(1)} %` : "",
      row.usage ? formatSeconds(row.usage.uptimeSeconds) : "",
      row.usage ? String(row.usage.restarts) : "",
    ]),
  );
}

function healthText({ role, state, health, exitCode }: StatusRow): string {
  if (state === "running") return health === "none" ? "running" : health;
  const code = exitCode === undefined ? "" : ` (${exitCode})`;
  return `${role === "job" ? "job " : ""}${state}${code}`;
}
