import { workloadProblems } from "../../../model/checks";
import { execProbe, httpProbe } from "../../../model/probes";
import type { Problem } from "../../../model/problems";
import type { Memory } from "../../../model/units";
import type { ServiceInput, ToolSpec, Workload } from "../../../model/service";
import { job, registry, service, settings } from "../../support/model";

const problems = (
  workloads: readonly Workload[],
  raw: Readonly<Record<string, unknown>> = {},
): readonly Problem[] => workloadProblems(workloads, registry, settings(raw));
const tool = (more: Partial<ToolSpec>): ToolSpec => ({
  hostPort: "store",
  port: "http",
  protocol: "http",
  login: "gateway",
  data: false,
  title: "Board",
  ...more,
});

const store = service({
  name: "store",
  endpoint: { port: "http", scheme: "http", credentials: "perConsumer" },
});

it("has nothing against sound services", () => {
  expect(
    problems([
      store,
      service({ name: "app", needs: [store], tools: [tool({})] }),
      job({ name: "seed", needs: [store] }),
    ]),
  ).toEqual([]);
});

describe("names", () => {
  it("belong to one workload each", () => {
    expect(problems([service({ name: "app" }), job({ name: "app" })])).toEqual([
      {
        path: "job app",
        what: "is declared twice",
        value: "app",
        allowed: "one workload a name",
        fix: "rename one of them",
      },
    ]);
  });

  it.each(["App", "1app", "a_b", "a".repeat(32), ""])("are DNS labels, unlike %p", (name) => {
    expect(problems([service({ name })])).toEqual([
      {
        path: `service ${name}`,
        what: "is not a DNS label",
        value: name,
        allowed: "/^[a-z][a-z0-9-]{0,30}$/",
        fix: "use lower-case letters, digits and dashes",
      },
    ]);
  });
});

describe("values", () => {
  it("are amounts and durations", () => {
    const bad = service({
      name: "app",
      resources: { memory: "1GB" as Memory, cpus: 1, shm: "64" as Memory },
      stopGrace: "soon" as never,
    });
    expect(problems([bad]).map(({ path, what, value }) => [path, what, value])).toEqual([
      ["service app: resources.memory", 'not an amount of memory: "1GB" (write 256MiB or 1.5GiB)', "1GB"],
      ["service app: resources.shm", 'not an amount of memory: "64" (write 256MiB or 1.5GiB)', "64"],
      ["service app: stopGrace", 'not a duration: "soon" (write 500ms, 30s, 1m30s or 2h)', "soon"],
    ]);
  });

  it("are limits that the engine takes", () => {
    const tiny = service({ name: "app", resources: { memory: "5MiB", cpus: 1 } });
    expect(problems([tiny]).map(({ path, what }) => [path, what])).toEqual([
      ["service app: resources.memory", 'less memory than the engine allows: "5MiB" (at least 6MiB)'],
    ]);
  });

  it("are whole waivers: control, reason, date", () => {
    const good = {
      control: "D5",
      reason: "the program rewrites its own configuration",
      expires: "2027-06-30",
    };
    const waiver = (more: object): readonly Problem[] =>
      problems([service({ name: "app", waivers: [{ ...good, ...more }] })]);
    expect(waiver({})).toEqual([]);
    for (const bad of [
      { control: "D30" },
      { control: "D0" },
      { control: "5.13" },
      { reason: "  " },
      { expires: "some day" },
    ]) {
      expect(waiver(bad)).toEqual([
        {
          path: "service app: waivers",
          what: "is incomplete",
          value: { ...good, ...bad },
          allowed: "a control D1 to D29, a reason, an ISO date",
          fix: "say which control, why and until when",
        },
      ]);
    }
  });
});

describe("mounts of the host", () => {
  const good = { source: "/var/run/engine.sock", path: "/run/engine.sock", readOnly: true, reason: "r" };

  it("have absolute paths and a reason", () => {
    expect(problems([service({ name: "app", hostMounts: [good] })])).toEqual([]);
    for (const bad of [{ source: "engine.sock" }, { path: "run" }, { reason: " " }])
      expect(problems([service({ name: "app", hostMounts: [{ ...good, ...bad }] })])).toEqual([
        {
          path: "service app: hostMounts",
          what: "is incomplete",
          value: { ...good, ...bad },
          allowed: "absolute paths on the host and in the container, and a reason",
          fix: "say what is mounted where, and why the workload cannot do without",
        },
      ]);
  });
});

describe("needs", () => {
  it("are part of the platform", () => {
    expect(problems([service({ name: "app", needs: [store] })])).toEqual([
      {
        path: "service app: needs store",
        what: "is not part of the platform",
        value: "store",
        allowed: "app",
        fix: "add it to the stack, or drop the need",
      },
    ]);
  });

  it("can be reached over a common lane", () => {
    expect(problems([store, service({ name: "app", lanes: ["lowlatency"], needs: [store] })])).toEqual([
      {
        path: "service app: needs store",
        what: "shares no lane with store, so it could never reach it",
        value: ["lowlatency"],
        allowed: "backend",
        fix: "add one of these lanes to app",
      },
    ]);
  });

  it("are reached where their endpoint says: a database on its server", () => {
    const database = job({
      name: "app-db",
      lanes: ["lowlatency"],
      ports: { sql: 5432 },
      endpoint: { port: "sql", scheme: "postgresql", host: "store", credentials: "none" },
    });
    expect(
      problems([store, database, service({ name: "app", lanes: ["backend"], needs: [database] })]),
    ).toEqual([]);
    expect(
      problems([store, database, service({ name: "app", lanes: ["lowlatency"], needs: [database] })])[0]
        ?.what,
    ).toBe("shares no lane with store, so it could never reach it");
  });

  it("need no lane when there is nothing to reach: a job that only has to be done", () => {
    expect(
      problems([
        job({ name: "seed", lanes: [] }),
        service({ name: "app", needs: [job({ name: "seed", lanes: [] })] }),
      ]),
    ).toEqual([]);
  });

  it("do not go round in a circle", () => {
    const a = service({ name: "a" });
    const b = service({ name: "b", needs: [a] });
    const circular: Workload = { ...a, needs: [{ target: b, grant: {} }] };
    const closed: Workload = { ...b, needs: [{ target: circular, grant: {} }] };
    Object.assign(circular, { needs: [{ target: closed, grant: {} }] });
    expect(problems([circular, closed])).toEqual([
      {
        path: "service a: needs",
        what: "go round in a circle",
        value: "a → b → a",
        allowed: "needs without a circle",
        fix: "drop one of these needs",
      },
    ]);
  });
});

describe("ports", () => {
  it.each<[string, Partial<ServiceInput>, string]>([
    ["probe", { probe: httpProbe("/", { port: "admin" }) }, "admin"],
    ["route", { route: { path: "/x", port: "admin" } }, "admin"],
    ["route", { ports: { web: 80 }, probe: execProbe(["true"]), route: { path: "/x" } }, "http"],
    ["endpoint", { endpoint: { port: "admin", scheme: "http", credentials: "none" } }, "admin"],
    ["metrics", { metrics: { kind: "endpoint", port: "admin", path: "/metrics" } }, "admin"],
    ["tool Board", { tools: [tool({ port: "admin" })] }, "admin"],
  ])("of the %s is one of the service's", (field, input, port) => {
    const bad = service({ name: "app", ...input });
    expect(problems([bad])).toEqual([
      {
        path: `service app: ${field}`,
        what: "names a port that the service does not have",
        value: port,
        allowed: Object.keys(bad.ports).join(", "),
        fix: "add it to ports, or use one of them",
      },
    ]);
  });

  it("on 127.0.0.1 alone are for the probe, and for nobody else", () => {
    const local = { localPorts: { ping: 8082 }, probe: httpProbe("/ping", { port: "ping" }) };
    expect(problems([service({ name: "app", ...local })])).toEqual([]);
    expect(
      problems([service({ name: "app", ...local, route: { path: "/x", port: "ping" } })]).map(
        ({ path }) => path,
      ),
    ).toEqual(["service app: route"]);
  });

  it("of a tool that gateways log in to belong to a service that gives them a credential", () => {
    const bad = (more: Partial<ServiceInput>): readonly Problem[] =>
      problems([service({ name: "app", tools: [tool({ login: "basic" })], ...more })]);
    const given = { port: "http", scheme: "http" } as const;
    expect(bad({ endpoint: { ...given, credentials: "perConsumer" } })).toEqual([]);
    expect([bad({}), bad({ endpoint: { ...given, credentials: "shared" } })]).toEqual(
      ["no endpoint", "shared"].map((value) => [
        {
          path: "service app: tool Board",
          what: "has a login that gateways answer with a credential of their own, and the service gives none",
          value,
          allowed: "an endpoint with credentials perConsumer",
          fix: 'add one, or choose the login "own"',
        },
      ]),
    );
  });

  it("of a tool are well-known, or in the range of a lane that the service is on", () => {
    const at = (hostPort: string | number, lanes: ServiceInput["lanes"] = ["backend"]): readonly Problem[] =>
      problems([service({ name: "app", lanes, tools: [tool({ hostPort })] })]);
    expect([at("store"), at(8430), at(8030, ["lowlatency"])]).toEqual([[], [], []]);
    expect(at("grafana")).toEqual([
      {
        path: "service app: tool Board",
        what: "is not in wellKnown of configs/cpgs.yaml",
        value: "grafana",
        allowed: "gateway-dashboard, store",
        fix: "add it there, with its one owner",
      },
    ]);
    expect(at(8030)).toEqual([
      {
        path: "service app: tool Board",
        what: "lies in the range of no lane that the service is on",
        value: 8030,
        allowed: "backend [[8300,8499]]",
        fix: "take a port of those ranges, or a well-known one",
      },
    ]);
  });
});

it("lets nobody out but through frontend", () => {
  expect(
    problems([service({ name: "feed", egress: "exchange", lanes: ["frontend", "lowlatency"] })]),
  ).toEqual([]);
  expect(problems([service({ name: "feed", egress: "exchange", lanes: ["lowlatency"] })])).toEqual([
    {
      path: "service feed: egress",
      what: "needs the frontend lane: nothing else has a route out",
      value: ["lowlatency"],
      allowed: "frontend among the lanes",
      fix: "add frontend, or drop egress",
    },
  ]);
});

it("gives routes and volumes one owner", () => {
  const data = [{ name: "orders", path: "/data", backup: { none: "a test" } }];
  expect(
    problems([
      service({ name: "a", route: { path: "/api/x" }, data }),
      service({ name: "b", route: { path: "/api/x" } }),
      job({ name: "c", data }),
    ]),
  ).toEqual([
    {
      path: "service b",
      what: "claims route /api/x, which a has",
      value: "route /api/x",
      allowed: "one owner each",
      fix: "give it another one",
    },
    {
      path: "job c",
      what: "claims volume orders, which a has",
      value: "volume orders",
      allowed: "one owner each",
      fix: "give it another one",
    },
  ]);
});

it("overrides the image of a service that there is", () => {
  expect(problems([store], { imageOverrides: { store: "example.com/store:1" } })).toEqual([]);
  expect(problems([store], { imageOverrides: { stroe: "example.com/store:1" } })).toEqual([
    {
      path: "trade2026:imageOverrides.stroe",
      what: "names no service of this stack",
      value: "example.com/store:1",
      allowed: "store",
      fix: "pulumi config rm --path trade2026:imageOverrides.stroe",
    },
  ]);
});

it("finds everything at once", () => {
  const bad = service({
    name: "Bad",
    lanes: ["lowlatency"],
    needs: [store],
    egress: "x",
    probe: httpProbe("/", { port: "none" }),
  });
  expect(problems([store, store, bad]).map(({ path }) => path)).toEqual([
    "service store",
    "service Bad",
    "service Bad: needs store",
    "service Bad: probe",
    "service Bad: egress",
  ]);
});
