import type { Family, Sample } from "../../kit";
import type { Container, Usage } from "./proxy";
import { lanesByInterface, UNKNOWN_LANE, type Measured } from "./reading";

type Reading = readonly Measured[];

export const families: readonly Family<Reading>[] = [
  state("container_running", "1 while the container of a service runs.", ({ state: word }) =>
    word === "running" ? 1 : 0,
  ),
  state(
    "container_healthy",
    "1 while the health check of a service succeeds; absent without one.",
    ({ health, state: word }) =>
      health === "none" ? undefined : word === "running" && health === "healthy" ? 1 : 0,
  ),
  state(
    "container_created_time_seconds",
    "When the container was made, since 1970: a restart keeps it, a replacement does not.",
    ({ createdAt }) => Date.parse(createdAt) / 1000,
  ),
  state(
    "container_start_time_seconds",
    "When the container was last started, since 1970.",
    ({ startedAt }) => (startedAt === undefined ? undefined : Date.parse(startedAt) / 1000),
  ),
  state("container_memory_limit_bytes", "Memory that it may use.", ({ memoryLimitBytes: limit }) =>
    limit === 0 ? undefined : limit,
  ),
  state("container_cpu_limit_cores", "Processors that it may use.", ({ cpuLimitCores: limit }) =>
    limit === 0 ? undefined : limit,
  ),
  counted(
    "container_restarts_total",
    "Times that the engine has restarted a service after its end, over all of its containers since this exporter started.",
    ({ restarts }) => restarts,
  ),
  counted(
    "container_oom_kills_total",
    "Times that the kernel has killed a process of a service for its memory limit, since this exporter started.",
    ({ oomKills }) => oomKills,
  ),
  used(
    "counter",
    "container_cpu_seconds_total",
    "Processor time that it has used.",
    (usage) => usage.cpuNanoseconds / 1e9,
  ),
  used(
    "counter",
    "container_cpu_throttled_seconds_total",
    "Time that its threads have waited because it had used its processors up.",
    (usage) => usage.throttledNanoseconds / 1e9,
  ),
  used(
    "gauge",
    "container_memory_working_set_bytes",
    "Memory that it uses, without the file cache that the kernel can drop at once.",
    (usage) => usage.workingSetBytes,
  ),
  used("gauge", "container_pids", "Processes and threads in it.", (usage) => usage.pids),
  traffic("container_network_receive_bytes_total", "Bytes that it has received on a lane.", "receiveBytes"),
  traffic("container_network_transmit_bytes_total", "Bytes that it has sent on a lane.", "transmitBytes"),
];

function of({ container }: Measured, value: number | undefined): readonly Sample[] {
  return value === undefined ? [] : [{ value, labels: { service: container.workload } }];
}

function state(
  name: string,
  help: string,
  value: (container: Container) => number | undefined,
): Family<Reading> {
  return {
    name,
    help,
    kind: "gauge",
    labels: ["service"],
    samples: (all) => all.flatMap((one) => of(one, value(one.container))),
  };
}

function counted(name: string, help: string, value: (one: Measured) => number): Family<Reading> {
  return {
    name,
    help,
    kind: "counter",
    labels: ["service"],
    samples: (all) => all.flatMap((one) => of(one, value(one))),
  };
}

function used(
  kind: Family<Reading>["kind"],
  name: string,
  help: string,
  value: (usage: Usage) => number,
): Family<Reading> {
  return {
    name,
    help,
    kind,
    labels: ["service"],
    samples: (all) => all.flatMap((one) => of(one, one.usage && value(one.usage))),
  };
}

function traffic(name: string, help: string, direction: keyof Usage["networks"][string]): Family<Reading> {
  return {
    name,
    help,
    kind: "counter",
    labels: ["service", "lane"],
    samples: (all) =>
      all.flatMap(({ container, usage }) => {
        const networks = Object.entries(usage?.networks ?? {});
        const lanes = lanesByInterface(
          container.lanes,
          networks.map(([device]) => device),
        );
        // a counter is added to: what is behind several unknown interfaces is one series
        return networks.map(([device, bytes]) => ({
          value: bytes[direction],
          labels: { service: container.workload, lane: lanes.get(device) ?? UNKNOWN_LANE },
        }));
      }),
  };
}
