import type { ContainerPlan, Plan } from "../../../model/plan";
import { parseSettings, type Settings } from "../../../model/settings";

export const settings = (more: Readonly<Record<string, unknown>> = {}): Settings => parseSettings(more);

/** A container with the least that one can have; tests give what they are about. */
export function container(given: Partial<ContainerPlan> & Pick<ContainerPlan, "name">): ContainerPlan {
  return {
    role: "service",
    workload: given.workload ?? given.name,
    capability: "data",
    image: { kind: "thirdParty", name: given.name },
    reference: `docker.io/library/${given.name}:1.0`,
    lanes: ["backend"],
    env: {},
    user: "999:999",
    mounts: [],
    tmpfs: {},
    uploads: [],
    ports: [],
    listens: {},
    loopback: {},
    memoryMiB: 256,
    cpus: 0.5,
    capabilities: [],
    ulimits: {},
    stopSeconds: 10,
    labels: { "com.trade2026.stack": "trade2026" },
    waivers: [],
    dependsOn: [],
    ...given,
  };
}

export function plan(given: Partial<Plan> = {}): Plan {
  return {
    settings: settings(),
    lanes: [
      {
        name: "backend",
        subnet: "172.21.0.0/16",
        gateway: "172.21.0.1",
        bridge: "trade2026-back",
        internal: true,
      },
    ],
    volumes: [],
    credentials: [],
    containers: [],
    routes: [],
    hostPorts: [],
    leftOut: [],
    ...given,
  };
}

const password = { credential: "store-operator", form: "plain" } as const;

/** A store with data, a job that gives it its volume, a config and a secret writer, and a job that needs it. */
export const storePlan: Plan = plan({
  volumes: [
    { name: "store-data", kind: "data", owner: "store", backup: { method: "dump" } },
    { name: "store-config", kind: "config", owner: "store" },
    { name: "store-secrets", kind: "secret", owner: "store" },
  ],
  credentials: [
    { id: "store-operator", username: "operator", purpose: "Store: everything", protectsData: true },
  ],
  containers: [
    container({
      name: "store-config",
      workload: "store",
      role: "writer",
      lanes: [],
      user: "65532:65532",
      mounts: [{ volume: "store-config", path: "/volume", readOnly: false }],
      uploads: [{ path: "/volume/conf.d/store.conf", content: "port 5000\n" }],
    }),
    container({
      name: "store-data-owner",
      workload: "store",
      role: "job",
      lanes: [],
      user: "0:0",
      reference: "trade2026/toolbox:0123456789ab",
      command: ["own", "999:999", "/volume"],
      mounts: [{ volume: "store-data", path: "/volume", readOnly: false }],
      capabilities: [{ name: "CAP_CHOWN", reason: "gives a volume to its user" }],
      waivers: [{ control: "D6", reason: "only root may", expires: "2027-11-30" }],
      memoryMiB: 64,
    }),
    container({
      name: "store-secrets",
      workload: "store",
      role: "writer",
      lanes: [],
      user: "65532:65532",
      mounts: [{ volume: "store-secrets", path: "/volume", readOnly: false }],
      uploads: [{ path: "/volume/password", content: { parts: ["pass=", password, "\n"] } }],
    }),
    container({
      name: "store",
      command: ["store", "--cost=$5"],
      env: { MODE: "a$b", SIZE: "1" },
      mounts: [
        { volume: "store-data", path: "/data", readOnly: false },
        { volume: "store-config", path: "/etc/store", readOnly: true },
        { volume: "store-secrets", path: "/run/secrets", readOnly: true },
      ],
      tmpfs: { "/tmp": "size=1m", "/run": "" },
      ports: [{ name: "store", owner: "store", address: "127.0.0.1", host: 5000, container: 5001 }],
      listens: { main: 5001 },
      healthcheck: {
        tests: ["CMD", "ready"],
        interval: "5s",
        timeout: "3s",
        retries: 3,
        startPeriod: "1m0s",
        decidedAfter: 105,
      },
      ulimits: { nofile: 65536 },
      stopSeconds: 60,
      stopSignal: "SIGINT",
      cpuShares: 4096,
      shmMiB: 128,
      labels: { "com.trade2026.stack": "trade2026", "com.trade2026.config": "aaaaaaaaaaaa" },
      dependsOn: ["store-data-owner", "store-config", "store-secrets"],
      secretsFrom: "store-secrets",
    }),
    container({ name: "migrate", role: "job", dependsOn: ["store"], memoryMiB: 64, cpus: 0.25 }),
  ],
  routes: [
    { service: "store", title: "Store", kind: "api", url: "https://localhost/api/store", role: "viewer" },
  ],
  hostPorts: [{ name: "store", owner: "store", address: "127.0.0.1", host: 5000, container: 5001 }],
});

/** The same plan with some fields of one container changed. */
export function withContainer(base: Plan, name: string, change: Partial<ContainerPlan>): Plan {
  return {
    ...base,
    containers: base.containers.map((one) => (one.name === name ? { ...one, ...change } : one)),
  };
}
