import { diffPlans, isUnchanged, type PlanDiff } from "../../../model/diff";
import type { ContainerPlan, Plan } from "../../../model/plan";
import { readPlanDocument, writePlanDocument, type PlanDocument } from "../../../model/plan-document";
import { container, settings, storePlan, withContainer } from "./small-plan";

const document = (plan: Plan, builds: PlanDocument["builds"] = {}): PlanDocument => ({
  format: 1,
  plan,
  builds,
});
const diff = (head: Plan, base: Plan = storePlan): PlanDiff => diffPlans(document(base), document(head));
const changed = (change: Partial<ContainerPlan>, name = "store"): PlanDiff =>
  diff(withContainer(storePlan, name, change));

describe("diffPlans", () => {
  test("the same plan, read back from its file, is unchanged", () => {
    const back = readPlanDocument(writePlanDocument(storePlan, {}), "base.json");
    const result = diffPlans(back, document(storePlan));
    expect(isUnchanged(result)).toBe(true);
    expect(result).toEqual({
      containers: [],
      lanes: [],
      volumes: [],
      credentials: { added: [], removed: [] },
      routes: { added: [], removed: [] },
      hostPorts: { added: [], removed: [] },
      hardening: { added: [], removed: [] },
      leftOut: { added: [], removed: [] },
      settings: [],
      tradingMode: undefined,
      stateful: [],
    });
  });

  const replacing: readonly (readonly [string, Partial<ContainerPlan>])[] = [
    [
      "image docker.io/library/store:1.0 → docker.io/library/store:1.1",
      { reference: "docker.io/library/store:1.1" },
    ],
    ["environment MODE, NEW, SIZE", { env: { MODE: "other", NEW: "1" } }],
    ["command", { command: ["store"] }],
    ["entrypoint", { entrypoint: ["/store"] }],
    ["lanes", { lanes: ["lowlatency"] }],
    ["tmpfs", { tmpfs: {} }],
    ["published ports", { ports: [] }],
    ["mounts of the host", { hostMounts: [{ source: "/a", path: "/b", readOnly: true }] }],
    [
      "probe",
      {
        healthcheck: {
          tests: ["CMD", "ready"],
          interval: "6s",
          timeout: "3s",
          retries: 3,
          startPeriod: "1m0s",
          decidedAfter: 105,
        },
      },
    ],
    ["CPU limit", { cpus: 1 }],
    ["shared memory", { shmMiB: 64 }],
    ["GPU request", { gpu: { kind: "count", count: 1 } }],
    ["ulimits", { ulimits: {} }],
    ["time to stop", { stopSeconds: 61 }],
    ["stop signal", { stopSignal: "SIGTERM" }],
    ["capabilities", { capabilities: [{ name: "CAP_CHOWN", reason: "r" }] }],
    [
      "configuration",
      { labels: { "com.trade2026.stack": "trade2026", "com.trade2026.config": "bbbbbbbbbbbb" } },
    ],
  ];

  test.each(replacing)("replaced for: %s", (because, change) => {
    expect(changed(change).containers).toEqual([
      { name: "store", role: "service", op: "replaced", because: [because] },
    ]);
  });

  test("who comes first at the processors is changed while it runs", () => {
    const shares = (cpuShares: number): Plan => withContainer(storePlan, "store", { cpuShares });
    expect(diff(shares(4096), shares(1024)).containers).toEqual([
      { name: "store", role: "service", op: "updated", because: ["CPU weight 1024 → 4096"] },
    ]);
  });

  test("memory is changed while it runs", () => {
    expect(changed({ memoryMiB: 512 }).containers).toEqual([
      { name: "store", role: "service", op: "updated", because: ["memory limit 256 → 512 MiB"] },
    ]);
  });

  test("order, reasons and the attempt of a job restart nothing", () => {
    expect(changed({ dependsOn: [] }).containers).toEqual([]);
    expect(
      changed({ labels: { "com.trade2026.stack": "trade2026", "com.trade2026.attempt": "3" } }, "migrate")
        .containers,
    ).toEqual([]);
    const reworded = changed(
      { capabilities: [{ name: "CAP_CHOWN", reason: "other words" }] },
      "store-data-owner",
    );
    expect(reworded.containers).toEqual([]);
    expect(reworded.hardening).toEqual({
      added: ["store-data-owner adds CAP_CHOWN: other words"],
      removed: ["store-data-owner adds CAP_CHOWN: gives a volume to its user"],
    });
  });

  test("a watched file replaces its writer alone, a secret file its consumer too", () => {
    const config = changed(
      { uploads: [{ path: "/volume/conf.d/store.conf", content: "port 5001\n" }] },
      "store-config",
    );
    expect(config.containers).toEqual([
      { name: "store-config", role: "writer", op: "replaced", because: ["files conf.d/store.conf"] },
    ]);
    const secret = changed({ uploads: [{ path: "/volume/password", content: "none" }] }, "store-secrets");
    expect(secret.containers).toEqual([
      { name: "store", role: "service", op: "replaced", because: ["secrets"] },
      { name: "store-secrets", role: "writer", op: "replaced", because: ["files password"] },
    ]);
  });

  test("another bundle of an in-house service replaces it", () => {
    const { reference: _, ...own } = container({
      name: "welcome",
      image: { kind: "inHouse", name: "welcome" },
    });
    const plan = { ...storePlan, containers: [own] };
    const result = diffPlans(document(plan, { welcome: "1" }), document(plan, { welcome: "2" }));
    expect(result.containers).toEqual([
      { name: "welcome", role: "service", op: "replaced", because: ["code of welcome"] },
    ]);
    expect(result.stateful).toEqual([]);
  });

  test("another subnet replaces the lane and whoever is on it", () => {
    const moved = {
      ...storePlan,
      lanes: storePlan.lanes.map((lane) => ({ ...lane, subnet: "10.1.0.0/16", gateway: "10.1.0.1" })),
    };
    const result = diff(moved);
    expect(result.lanes.map(({ name, from, to }) => [name, from?.subnet, to?.subnet])).toEqual([
      ["backend", "172.21.0.0/16", "10.1.0.0/16"],
    ]);
    expect(result.containers.map(({ name }) => name)).toEqual(["migrate", "store"]);
    expect(result.stateful).toEqual([]);
  });

  test("added and removed containers, routes, ports and what is left out", () => {
    const head: Plan = {
      ...storePlan,
      containers: [
        ...storePlan.containers.filter(({ name }) => name !== "migrate"),
        container({ name: "bus" }),
      ],
      routes: [],
      hostPorts: [],
      leftOut: [{ name: "grafana", reason: "cannot be built" }],
    };
    const result = diff(head);
    expect(result.containers).toEqual([
      { name: "bus", role: "service", op: "added" },
      { name: "migrate", role: "job", op: "removed" },
    ]);
    expect(result.routes.removed).toEqual(["https://localhost/api/store → store, role viewer"]);
    expect(result.hostPorts.removed).toEqual(["127.0.0.1:5000 → store:5001"]);
    expect(result.leftOut.added).toEqual(["grafana: cannot be built"]);
  });

  test("the trading mode stands by itself", () => {
    const result = diff({ ...storePlan, settings: settings({ tradingMode: "live" }) });
    expect(result.tradingMode).toEqual({ from: "paper", to: "live" });
    expect(result.settings).toEqual([{ name: "tradingMode", from: "paper", to: "live" }]);
  });
});

describe("stateful changes", () => {
  test("a data volume that leaves, or is no longer protected", () => {
    expect(diff({ ...storePlan, volumes: [] }).stateful).toEqual([
      "The data volume store-data of store leaves the program: its data stays on the host, unused.",
    ]);
    const shared = storePlan.volumes.map((volume) =>
      volume.name === "store-data" ? { ...volume, kind: "shared" as const } : volume,
    );
    expect(diff({ ...storePlan, volumes: shared }).stateful).toEqual([
      "The volume store-data is no longer protected: it becomes a shared volume.",
    ]);
  });

  test("another path, another user, or no mount at all", () => {
    const mounts = [{ volume: "store-data", path: "/var/data", readOnly: false }];
    expect(changed({ mounts }).stateful).toEqual([
      "store mounts the data volume store-data at /var/data as 999:999 instead of /data as 999:999.",
    ]);
    expect(changed({ user: "1000:1000" }).stateful).toEqual([
      "store mounts the data volume store-data at /data as 1000:1000 instead of /data as 999:999.",
    ]);
    expect(changed({ mounts: [] }).stateful).toEqual(["store no longer mounts the data volume store-data."]);
  });

  test("another prefix empties every store", () => {
    const result = diff({ ...storePlan, settings: settings({ prefix: "other" }) });
    expect(result.stateful).toEqual([
      "The prefix changes from trade2026 to other: every volume gets another name, so every store starts empty.",
    ]);
    expect(result.containers).toHaveLength(storePlan.containers.length);
  });

  test("a credential that data was written under", () => {
    expect(diff({ ...storePlan, credentials: [] }).stateful).toEqual([
      "The credential store-operator (Store: everything) is dropped, and data was written under it.",
    ]);
    const free = storePlan.credentials.map((credential) => ({ ...credential, protectsData: false }));
    expect(diff({ ...storePlan, credentials: free }).stateful).toEqual([
      "The credential store-operator (Store: everything) is no longer protected, though data was written under it.",
    ]);
  });
});

describe("plan documents", () => {
  test("have sorted keys, so equal plans have equal bytes", () => {
    const shuffled = Object.fromEntries(Object.entries(storePlan).reverse()) as unknown as Plan;
    expect(writePlanDocument(shuffled, {})).toBe(writePlanDocument(storePlan, {}));
  });

  test.each([
    ["not json", "is not JSON"],
    ["[]", "is not a plan"],
    ['{"format":1}', "is not a plan"],
    ['{"format":9,"plan":{},"builds":{}}', "was written by a version with another format"],
  ])("refuses %s", (text, what) => {
    expect(() => readPlanDocument(text, "base.json")).toThrow(what);
  });
});
