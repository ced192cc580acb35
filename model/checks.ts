import { portInLanes, type CpgsRegistry } from "./lanes";
import { publishedTools } from "./ports";
import type { Problem } from "./problems";
import type { ServiceSpec, ToolSpec, Workload } from "./service";
import type { Settings } from "./settings";
import { canonicalDuration, memoryMiB } from "./units";

/** Names on a lane are DNS labels; with the prefix they must stay below 63 characters. */
const NAME = /^[a-z][a-z0-9-]{0,30}$/;

/** Everything that can be wrong with a set of services, before anything is planned. */
export function workloadProblems(
  workloads: readonly Workload[],
  registry: CpgsRegistry,
  settings: Settings,
): readonly Problem[] {
  const byName = new Map<string, Workload>();
  const problems: Problem[] = [];
  for (const workload of workloads) {
    if (byName.has(workload.name)) {
      problems.push({
        path: where(workload),
        what: "is declared twice",
        value: workload.name,
        allowed: "one workload a name",
        fix: "rename one of them",
      });
    }
    byName.set(workload.name, workload);
  }
  return [
    ...problems,
    ...workloads.flatMap((workload) => [
      ...shapeProblems(workload),
      ...needProblems(workload, byName),
      ...(workload.kind === "service" ? serviceProblems(workload, registry, settings) : []),
    ]),
    ...duplicateProblems(workloads),
    ...overrideProblems(byName, settings),
    ...cycleProblems(workloads),
  ];
}

const where = (workload: Workload, field = ""): string =>
  `${workload.kind} ${workload.name}${field === "" ? "" : `: ${field}`}`;

function shapeProblems(workload: Workload): readonly Problem[] {
  const problems: Problem[] = [];
  if (!NAME.test(workload.name)) {
    problems.push({
      path: where(workload),
      what: "is not a DNS label",
      value: workload.name,
      allowed: String(NAME),
      fix: "use lower-case letters, digits and dashes",
    });
  }
  for (const [field, text, parse] of [
    ["resources.memory", workload.resources.memory, memoryLimit],
    ...(workload.resources.shm === undefined
      ? []
      : [["resources.shm", workload.resources.shm, memoryMiB] as const]),
    ...(workload.kind === "service" ? [["stopGrace", workload.stopGrace, canonicalDuration] as const] : []),
  ] as const) {
    try {
      parse(text);
    } catch (error) {
      problems.push({
        path: where(workload, field),
        what: String(error instanceof Error ? error.message : error),
        value: text,
      });
    }
  }
  for (const mount of workload.hostMounts ?? []) {
    if (!mount.source.startsWith("/") || !mount.path.startsWith("/") || mount.reason.trim() === "") {
      problems.push({
        path: where(workload, "hostMounts"),
        what: "is incomplete",
        value: mount,
        allowed: "absolute paths on the host and in the container, and a reason",
        fix: "say what is mounted where, and why the workload cannot do without",
      });
    }
  }
  for (const waiver of workload.waivers) {
    if (
      !/^D([1-9]|[12]\d)$/.test(waiver.control) ||
      waiver.reason.trim() === "" ||
      Number.isNaN(Date.parse(waiver.expires))
    ) {
      problems.push({
        path: where(workload, "waivers"),
        what: "is incomplete",
        value: waiver,
        allowed: "a control D1 to D29, a reason, an ISO date",
        fix: "say which control, why and until when",
      });
    }
  }
  return problems;
}

/** Docker refuses less than 6 MiB. */
function memoryLimit(text: string): void {
  if (memoryMiB(text) < 6)
    throw new RangeError(`less memory than the engine allows: "${text}" (at least 6MiB)`);
}

function needProblems(workload: Workload, byName: ReadonlyMap<string, Workload>): readonly Problem[] {
  return workload.needs.flatMap(({ target }): Problem[] => {
    const path = where(workload, `needs ${target.name}`);
    if (!byName.has(target.name)) {
      return [
        {
          path,
          what: "is not part of the platform",
          value: target.name,
          allowed: [...byName.keys()].join(", "),
          fix: "add it to the stack, or drop the need",
        },
      ];
    }
    const host = byName.get(target.endpoint?.host ?? target.name) ?? target;
    if (target.endpoint && !host.lanes.some((lane) => workload.lanes.includes(lane))) {
      return [
        {
          path,
          what: `shares no lane with ${host.name}, so it could never reach it`,
          value: workload.lanes,
          allowed: host.lanes.join(" or "),
          fix: `add one of these lanes to ${workload.name}`,
        },
      ];
    }
    return [];
  });
}

function serviceProblems(
  service: ServiceSpec,
  registry: CpgsRegistry,
  settings: Settings,
): readonly Problem[] {
  const problems: Problem[] = [];
  const portNames = Object.keys(service.ports);
  const checkPort = (field: string, port: string, ports = service.ports): void => {
    if (ports[port] === undefined) {
      problems.push({
        path: where(service, field),
        what: "names a port that the service does not have",
        value: port,
        allowed: portNames.join(", ") || "none declared",
        fix: `add it to ports, or use one of them`,
      });
    }
  };
  if (service.probe.kind !== "exec")
    checkPort("probe", service.probe.port, { ...service.ports, ...service.localPorts });
  if (service.route) checkPort("route", service.route.port ?? "http");
  if (service.endpoint) checkPort("endpoint", service.endpoint.port);
  if (service.metrics.kind === "endpoint") checkPort("metrics", service.metrics.port);
  for (const tool of service.tools) {
    checkPort(`tool ${tool.title}`, tool.port);
    problems.push(...toolProblems(service, tool, registry));
  }
  for (const { tool } of publishedTools([service], settings)) {
    if (tool.login !== "basic" || service.endpoint?.credentials === "perConsumer") continue;
    problems.push({
      path: where(service, `tool ${tool.title}`),
      what: "has a login that gateways answer with a credential of their own, and the service gives none",
      value: service.endpoint?.credentials ?? "no endpoint",
      allowed: "an endpoint with credentials perConsumer",
      fix: 'add one, or choose the login "own"',
    });
  }
  if (service.egress !== undefined && !service.lanes.includes("frontend")) {
    problems.push({
      path: where(service, "egress"),
      what: "needs the frontend lane: nothing else has a route out",
      value: service.lanes,
      allowed: "frontend among the lanes",
      fix: "add frontend, or drop egress",
    });
  }
  return problems;
}

function toolProblems(service: ServiceSpec, tool: ToolSpec, registry: CpgsRegistry): readonly Problem[] {
  const path = where(service, `tool ${tool.title}`);
  if (typeof tool.hostPort === "string") {
    return tool.hostPort in registry.wellKnown
      ? []
      : [
          {
            path,
            what: "is not in wellKnown of configs/cpgs.yaml",
            value: tool.hostPort,
            allowed: Object.keys(registry.wellKnown).join(", "),
            fix: "add it there, with its one owner",
          },
        ];
  }
  return portInLanes(registry, service.lanes, tool.hostPort)
    ? []
    : [
        {
          path,
          what: "lies in the range of no lane that the service is on",
          value: tool.hostPort,
          allowed: service.lanes
            .map((lane) => `${lane} ${JSON.stringify(registry.lanes[lane].hostPorts)}`)
            .join(", "),
          fix: "take a port of those ranges, or a well-known one",
        },
      ];
}

/** Two owners of one route, one data volume. */
function duplicateProblems(workloads: readonly Workload[]): readonly Problem[] {
  const claims = workloads.flatMap((workload) => [
    ...(workload.kind === "service" && workload.route
      ? [{ thing: `route ${workload.route.path}`, owner: workload }]
      : []),
    ...workload.data.map((volume) => ({ thing: `volume ${volume.name}`, owner: workload })),
  ]);
  return claims.flatMap((claim, index): Problem[] => {
    const first = claims.findIndex((other) => other.thing === claim.thing);
    const other = claims[first];
    if (first === index || !other) return [];
    return [
      {
        path: where(claim.owner),
        what: `claims ${claim.thing}, which ${other.owner.name} has`,
        value: claim.thing,
        allowed: "one owner each",
        fix: "give it another one",
      },
    ];
  });
}

/** Names that are made from others (`<service>-config`, `<volume>-owner`) and would mean two things. */
export function nameClashes(
  kind: "container" | "volume",
  things: readonly { readonly name: string; readonly owner: string }[],
): readonly Problem[] {
  return things.flatMap(({ name, owner }, index): Problem[] => {
    const first = things.findIndex((other) => other.name === name);
    const other = things[first];
    if (first === index || !other) return [];
    return [
      {
        path: `${kind} ${name}`,
        what: `belongs to ${other.owner} and to ${owner}`,
        value: name,
        allowed: "one owner each",
        fix: "rename one of them",
      },
    ];
  });
}

function overrideProblems(byName: ReadonlyMap<string, Workload>, settings: Settings): readonly Problem[] {
  return Object.entries(settings.imageOverrides)
    .filter(([name]) => !byName.has(name))
    .map(([name, value]) => ({
      path: `trade2026:imageOverrides.${name}`,
      what: "names no service of this stack",
      value,
      allowed: [...byName.keys()].join(", "),
      fix: `pulumi config rm --path trade2026:imageOverrides.${name}`,
    }));
}

function cycleProblems(workloads: readonly Workload[]): readonly Problem[] {
  const state = new Map<string, "open" | "done">();
  const problems: Problem[] = [];
  const visit = (workload: Workload, trail: readonly string[]): void => {
    if (state.get(workload.name) === "done") return;
    if (state.get(workload.name) === "open") {
      const circle = [...trail.slice(trail.indexOf(workload.name)), workload.name].join(" → ");
      problems.push({
        path: where(workload, "needs"),
        what: "go round in a circle",
        value: circle,
        allowed: "needs without a circle",
        fix: "drop one of these needs",
      });
      return;
    }
    state.set(workload.name, "open");
    for (const need of workload.needs) visit(need.target, [...trail, workload.name]);
    state.set(workload.name, "done");
  };
  for (const workload of workloads) visit(workload, []);
  return problems;
}
