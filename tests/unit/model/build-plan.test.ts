import type { ContainerPlan } from "../../../model/plan";
import { execProbe, httpProbe } from "../../../model/probes";
import { access, inHouse } from "../../../model/service";
import { secretRef, secretText } from "../../../model/secrets";
import { container, job, plan, service, settings } from "../../support/model";

/** A store with data, a job that sets it up, and a service of our own in front of it. */
const store = service({
  name: "store",
  title: "Store",
  lanes: ["backend"],
  ports: { sql: 5432 },
  localPorts: { ping: 9000 },
  endpoint: { port: "sql", scheme: "postgresql", credentials: "perConsumer" },
  command: ["serve"],
  probe: execProbe(["ready"], { interval: "60s" }),
  data: [{ name: "store-data", path: "/data", backup: { method: "dump" } }],
  tmpfs: { "/tmp": { size: "16MiB" } },
  resources: { memory: "1GiB", cpus: 1.5, precedence: "first", shm: "64MiB" },
  stopGrace: "1m0s",
  stopSignal: "SIGINT",
  gate: true,
  tier: "P0",
  configure: ({ operator }) => ({
    secrets: [{ path: "admin", content: secretText`${secretRef(operator)}` }],
  }),
});
const seed = job({
  name: "seed",
  needs: [access(store, { as: "operator" })],
  command: ["seed"],
  capabilities: [{ name: "CAP_CHOWN", reason: "a test" }],
});
const app = service({
  name: "app",
  capability: "trading",
  image: inHouse("app"),
  lanes: ["lowlatency", "backend"],
  needs: [store, seed],
  entrypoint: ["node"],
  env: { LEVEL: "info" },
  probe: httpProbe("/ready"),
  ulimits: { nofile: 4096 },
  waivers: [{ control: "D5", reason: "a test of waivers", expires: "2030-01-01" }],
  configure: () => ({
    command: ["main.js"],
    config: [
      { path: "app.json", content: "{}" },
      { path: "routes.json", content: "[]", onChange: "reload" },
    ],
  }),
});
const platform = plan([store, seed, app]);

const toolboxMount = { volume: "toolbox", path: "/opt/t26", readOnly: true };
const base = {
  uploads: [],
  ports: [],
  loopback: {},
  tmpfs: {},
  capabilities: [],
  ulimits: {},
  waivers: [],
} satisfies Partial<ContainerPlan>;
const helper = {
  ...base,
  capability: "core",
  image: { kind: "thirdParty", name: "toolbox" },
  reference: "docker.io/test/toolbox:1.0",
  lanes: [],
  env: {},
  listens: {},
  memoryMiB: 64,
  cpus: 0.5,
  stopSeconds: 1,
  dependsOn: [],
} satisfies Partial<ContainerPlan>;
const label = (
  workload: string,
  capability: string,
  more: Readonly<Record<string, string>> = {},
): Record<string, string> => ({
  "com.trade2026.stack": "trade2026",
  "com.trade2026.workload": workload,
  "com.trade2026.capability": capability,
  ...more,
});

describe("the container of", () => {
  it("a service", () => {
    expect(container(platform, "store")).toEqual({
      ...base,
      name: "store",
      role: "service",
      workload: "store",
      capability: "data",
      tier: "P0",
      image: { kind: "thirdParty", name: "store" },
      reference: "docker.io/test/store:1.0",
      lanes: ["backend"],
      command: ["serve"],
      env: {},
      user: "1000:1000",
      mounts: [
        toolboxMount,
        { volume: "store-data", path: "/data", readOnly: false },
        { volume: "store-secrets", path: "/run/secrets", readOnly: true },
      ],
      tmpfs: { "/tmp": "rw,noexec,nosuid,nodev,size=16m,uid=1000,gid=1000,mode=0700" },
      listens: { sql: 5432 },
      loopback: { ping: 9000 },
      healthcheck: {
        tests: [
          ...["CMD", "/opt/t26/t26", "probe", "exec", "--every", "1m0s", "--timeout", "3s", "--hold", "5m"],
          ...["--", "ready"],
        ],
        interval: "1s",
        timeout: "5m15s",
        retries: 3,
        startPeriod: "10s",
        decidedAfter: 10 + 5 * 64,
      },
      memoryMiB: 1024,
      cpus: 1.5,
      cpuShares: 4096,
      shmMiB: 64,
      stopSeconds: 60,
      stopSignal: "SIGINT",
      labels: label("store", "data", { "com.trade2026.tier": "P0" }),
      dependsOn: ["toolbox", "store-data-owner", "store-secrets"],
      secretsFrom: "store-secrets",
    });
  });

  it("a service that mounts something of the host; the reason stays with the spec", () => {
    const mount = { source: "/var/run/engine.sock", path: "/run/engine.sock", readOnly: true };
    const seeing = plan([service({ name: "seer", hostMounts: [{ ...mount, reason: "a test" }] })]);
    expect(container(seeing, "seer").hostMounts).toEqual([mount]);
    expect(container(seeing, "toolbox")).not.toHaveProperty("hostMounts");
  });

  it("a service of our own, with what it is handed by its needs", () => {
    const { labels, ...rest } = container(platform, "app");
    expect(rest).toEqual({
      ...base,
      name: "app",
      role: "service",
      workload: "app",
      capability: "trading",
      tier: "P1",
      image: { kind: "inHouse", name: "app" },
      lanes: ["lowlatency", "backend"],
      entrypoint: ["node"],
      command: ["main.js"],
      env: {
        LEVEL: "info",
        STORE_HOST: "store",
        STORE_PORT: "5432",
        STORE_URL: "postgresql://store:5432",
        STORE_USERNAME: "app",
        STORE_PASSWORD_FILE: "/run/secrets/store-password",
      },
      user: "1000:1000",
      mounts: [
        toolboxMount,
        { volume: "app-config", path: "/etc/trade2026", readOnly: true },
        { volume: "app-secrets", path: "/run/secrets", readOnly: true },
      ],
      listens: { http: 8000 },
      healthcheck: {
        tests: [
          ...["CMD", "/opt/t26/t26", "probe", "http", "--every", "5s", "--timeout", "3s", "--hold", "5m"],
          "http://127.0.0.1:8000/ready",
        ],
        interval: "1s",
        timeout: "5m15s",
        retries: 3,
        startPeriod: "10s",
        decidedAfter: 10 + 5 * 9,
      },
      memoryMiB: 256,
      cpus: 0.5,
      cpuShares: 1024,
      ulimits: { nofile: 4096 },
      waivers: [{ control: "D5", reason: "a test of waivers", expires: "2030-01-01" }],
      stopSeconds: 10,
      dependsOn: ["toolbox", "app-config", "app-secrets", "store", "seed"],
      secretsFrom: "app-secrets",
    });
    expect(labels).toEqual(
      label("app", "trading", {
        "com.trade2026.tier": "P1",
        "com.trade2026.config": expect.stringMatching(/^[0-9a-f]{12}$/) as string,
      }),
    );
  });

  it("a job", () => {
    expect(container(platform, "seed")).toEqual({
      ...base,
      name: "seed",
      role: "job",
      workload: "seed",
      capability: "data",
      image: { kind: "thirdParty", name: "seed" },
      reference: "docker.io/test/seed:1.0",
      lanes: ["backend"],
      command: ["seed"],
      env: {
        STORE_HOST: "store",
        STORE_PORT: "5432",
        STORE_URL: "postgresql://store:5432",
        STORE_USERNAME: "operator",
        STORE_PASSWORD_FILE: "/run/secrets/store-password",
      },
      user: "1000:1000",
      mounts: [toolboxMount, { volume: "seed-secrets", path: "/run/secrets", readOnly: true }],
      listens: {},
      memoryMiB: 64,
      cpus: 0.5,
      capabilities: [{ name: "CAP_CHOWN", reason: "a test" }],
      stopSeconds: 10,
      labels: label("seed", "data", { "com.trade2026.attempt": "0" }),
      dependsOn: ["toolbox", "seed-secrets", "store"],
      secretsFrom: "seed-secrets",
    });
  });

  it("a writer, which holds the files and never starts", () => {
    expect(container(platform, "app-config")).toEqual({
      ...helper,
      name: "app-config",
      role: "writer",
      workload: "app",
      user: "65532:65532",
      mounts: [{ volume: "app-config", path: "/volume", readOnly: false }],
      uploads: [
        { path: "/volume/app.json", content: "{}" },
        { path: "/volume/routes.json", content: "[]" },
      ],
      labels: label("app", "core"),
    });
    expect(container(platform, "store-secrets").uploads).toEqual([
      { path: "/volume/admin", content: { parts: [{ credential: "store-operator", form: "plain" }] } },
    ]);
  });

  it("an owner job, which alone runs as root", () => {
    const { waivers, capabilities, ...owner } = container(platform, "store-data-owner");
    expect({ ...owner, waivers: [], capabilities: [] }).toEqual({
      ...helper,
      name: "store-data-owner",
      role: "job",
      workload: "store",
      user: "0:0",
      command: ["own", "1000:1000", "/volume"],
      mounts: [{ volume: "store-data", path: "/volume", readOnly: false }],
      labels: label("store", "core", { "com.trade2026.attempt": "0" }),
    });
    expect(capabilities.map(({ name }) => name)).toEqual(["CAP_CHOWN", "CAP_FOWNER", "CAP_DAC_OVERRIDE"]);
    expect(waivers.map(({ control }) => control)).toEqual(["D6"]);
    expect(platform.containers.filter(({ user }) => user.startsWith("0:")).map(({ name }) => name)).toEqual([
      "store-data-owner",
    ]);
  });

  it("the toolbox", () => {
    expect(container(platform, "toolbox")).toEqual({
      ...helper,
      name: "toolbox",
      role: "job",
      workload: "toolbox",
      user: "65532:65532",
      command: ["install", "/opt/t26"],
      mounts: [{ volume: "toolbox", path: "/opt/t26", readOnly: false }],
      labels: label("toolbox", "core", { "com.trade2026.attempt": "0" }),
    });
  });
});

describe("the plan", () => {
  it("has its containers in an order in which each comes after what it depends on", () => {
    expect(platform.containers.map(({ name }) => name)).toEqual([
      "app-config",
      "app-secrets",
      "seed-secrets",
      "store-data-owner",
      "store-secrets",
      "toolbox",
      "store",
      "seed",
      "app",
    ]);
  });

  it("has its volumes by kind and owner, with the backup of data", () => {
    expect(platform.volumes).toEqual([
      { name: "toolbox", kind: "shared", owner: "toolbox" },
      { name: "store-data", kind: "data", owner: "store", backup: { method: "dump" } },
      { name: "store-secrets", kind: "secret", owner: "store" },
      { name: "seed-secrets", kind: "secret", owner: "seed" },
      { name: "app-config", kind: "config", owner: "app" },
      { name: "app-secrets", kind: "secret", owner: "app" },
    ]);
  });

  it("has its credentials by id, and those of data marked", () => {
    expect(platform.credentials.map(({ id, protectsData }) => [id, protectsData])).toEqual([
      ["store-app", false],
      ["store-operator", true],
    ]);
  });

  it("holds no secret: it can be shown to anybody", () => {
    expect(JSON.stringify(platform)).not.toMatch(/[A-Za-z0-9]{40}/);
  });

  it("mounts a secret volume into one consumer, read-only", () => {
    for (const { name } of platform.volumes.filter(({ kind }) => kind === "secret")) {
      const consumers = platform.containers.filter(
        ({ role, mounts }) => role !== "writer" && mounts.some(({ volume }) => volume === name),
      );
      expect(consumers).toHaveLength(1);
      expect(consumers[0]?.mounts.find(({ volume }) => volume === name)?.readOnly).toBe(true);
    }
  });
});

describe("volumes shared by several workloads", () => {
  const maker = job({
    name: "maker",
    user: "65532:65532",
    lanes: [],
    configure: () => ({
      shared: [{ volume: "certs", path: "/out", readOnly: false, create: { protectsData: false } }],
    }),
  });
  const reader = service({
    name: "reader",
    needs: [maker],
    configure: () => ({ shared: [{ volume: "certs", path: "/tls", readOnly: true }] }),
  });

  it("belong to the one that makes them, and wait for its owner job", () => {
    const shared = plan([maker, reader]);
    expect(shared.volumes).toEqual([
      { name: "toolbox", kind: "shared", owner: "toolbox" },
      { name: "certs", kind: "shared", owner: "maker" },
    ]);
    expect(container(shared, "certs-owner").command).toEqual(["own", "65532:65532", "/volume"]);
    expect(container(shared, "maker").dependsOn).toEqual(["toolbox", "certs-owner"]);
    expect(container(shared, "reader").dependsOn).toEqual(["toolbox", "maker"]);
    expect(container(shared, "reader").mounts).toContainEqual({
      volume: "certs",
      path: "/tls",
      readOnly: true,
    });
  });
});

describe("config files", () => {
  const labelsWith = (file: string, watched: string): Readonly<Record<string, string>> =>
    container(
      plan([
        service({
          name: "app",
          configure: () => ({
            config: [
              { path: "a", content: file },
              { path: "b", content: watched, onChange: "reload" },
            ],
          }),
        }),
      ]),
      "app",
    ).labels;

  it("replace their consumer when they change, unless it reads them again", () => {
    expect(labelsWith("1", "1")).not.toEqual(labelsWith("2", "1"));
    expect(labelsWith("1", "1")).toEqual(labelsWith("1", "2"));
  });
});

describe("needs", () => {
  it("wait for jobs and for gated stores; other services are retried by their consumers", () => {
    const plain = service({ name: "plain" });
    expect(
      container(plan([plain, store, seed, service({ name: "x", needs: [plain, store, seed] })]), "x")
        .dependsOn,
    ).toEqual(["toolbox", "x-secrets", "store", "seed"]);
  });
});

describe("published ports", () => {
  const gateway = service({
    name: "gateway",
    ports: { http: 8000, https: 8443 },
    publish: () => [{ name: "https", container: 8443 }],
  });

  it("belong to their gateway, at the stack's address", () => {
    const port = { name: "https", owner: "gateway", address: "127.0.0.1", host: 443, container: 8443 };
    const published = plan([gateway, store]);
    expect(published.hostPorts).toEqual([port]);
    expect(container(published, "gateway").ports).toEqual([port]);
    expect(container(published, "store").ports).toEqual([]);
  });

  it("move with the settings", () => {
    const moved = plan([gateway], {
      settings: settings({ bindAddress: "192.168.1.5", hostPorts: { https: 8443 } }),
    });
    expect(moved.hostPorts).toEqual([
      { name: "https", owner: "gateway", address: "192.168.1.5", host: 8443, container: 8443 },
    ]);
  });
});
