import { parse } from "yaml";
import { composeExport, type ComposeOptions } from "../../../model/compose";
import { container, plan, storePlan } from "./small-plan";

const options: ComposeOptions = {
  folder: "./dev.files",
  inHouse: (service) => `trade2026/${service}:latest`,
  value: ({ credential, form }) => `<${credential} ${form}>`,
};

const exported = (of = storePlan): Record<string, Record<string, unknown>> =>
  parse(composeExport(of, options).yaml) as never;

describe("composeExport", () => {
  test("a service with everything, exactly", () => {
    expect(exported()["services"]?.["store"]).toEqual({
      image: "docker.io/library/store:1.0",
      command: ["store", "--cost=$$5"],
      environment: { MODE: "a$$b", SIZE: "1" },
      user: "999:999",
      hostname: "store",
      networks: { backend: { aliases: ["store"] } },
      ports: [{ target: 5001, published: "5000", host_ip: "127.0.0.1", protocol: "tcp" }],
      volumes: [{ type: "volume", source: "store-data", target: "/data" }],
      configs: [{ source: "store-config.conf.d.store.conf", target: "/etc/store/conf.d/store.conf" }],
      secrets: [{ source: "store-secrets.password", target: "/run/secrets/password" }],
      tmpfs: ["/tmp:size=1m", "/run"],
      healthcheck: {
        test: ["CMD", "ready"],
        interval: "5s",
        timeout: "3s",
        retries: 3,
        start_period: "1m0s",
      },
      depends_on: { "store-data-owner": { condition: "service_completed_successfully" } },
      mem_limit: "256m",
      memswap_limit: "256m",
      cpus: 0.5,
      cpu_shares: 4096,
      shm_size: "128m",
      ulimits: { nofile: { soft: 65536, hard: 65536 } },
      read_only: true,
      cap_drop: ["ALL"],
      security_opt: ["no-new-privileges:true"],
      init: true,
      restart: "unless-stopped",
      stop_grace_period: "60s",
      stop_signal: "SIGINT",
      logging: { driver: "json-file", options: { "max-size": "10m", "max-file": "3" } },
      labels: {
        "com.trade2026.config": "aaaaaaaaaaaa",
        "com.trade2026.role": "service",
        "com.trade2026.lanes": "backend",
      },
    });
  });

  test("a mount of the host, which must be there", () => {
    const hostMounts = [{ source: "/var/run/engine.sock", path: "/run/engine.sock", readOnly: true }];
    const document = exported(plan({ containers: [container({ name: "seer", hostMounts })] }));
    expect(document["services"]?.["seer"]).toMatchObject({
      volumes: [
        {
          type: "bind",
          source: "/var/run/engine.sock",
          target: "/run/engine.sock",
          read_only: true,
          bind: { create_host_path: false },
        },
      ],
    });
  });

  test("a job ends, is off every network, and is never looked for in a registry", () => {
    expect(exported()["services"]?.["store-data-owner"]).toMatchObject({
      image: "trade2026/toolbox:0123456789ab",
      pull_policy: "never",
      network_mode: "none",
      user: "0:0",
      cap_add: ["CAP_CHOWN"],
      restart: "no",
    });
    expect(exported()["services"]?.["migrate"]).toMatchObject({
      depends_on: { store: { condition: "service_healthy" } },
    });
  });

  test("writers are files, not services, and their volumes are gone", () => {
    const document = exported();
    expect(Object.keys(document["services"] ?? {})).toEqual(["store-data-owner", "store", "migrate"]);
    expect(document["volumes"]).toEqual({ "store-data": {} });
    expect(document["configs"]).toEqual({
      "store-config.conf.d.store.conf": { file: "./dev.files/store-config/conf.d/store.conf" },
    });
    expect(document["secrets"]).toEqual({
      "store-secrets.password": { file: "./dev.files/store-secrets/password" },
    });
    expect(composeExport(storePlan, options).files).toEqual([
      { path: "store-config/conf.d/store.conf", content: "port 5000\n", secret: false },
      { path: "store-secrets/password", content: "pass=<store-operator plain>\n", secret: true },
    ]);
  });

  test("the YAML itself holds no credential", () => {
    expect(composeExport(storePlan, options).yaml).not.toContain("<store-operator");
  });

  test("lanes keep their subnet, gateway, bridge and seclusion", () => {
    expect(exported()["networks"]).toEqual({
      backend: {
        driver: "bridge",
        internal: true,
        driver_opts: { "com.docker.network.bridge.name": "trade2026-back" },
        ipam: { config: [{ subnet: "172.21.0.0/16", gateway: "172.21.0.1" }] },
      },
    });
  });

  test("an in-house service runs the image that the platform built", () => {
    const { reference: _, ...bare } = container({
      name: "welcome",
      image: { kind: "inHouse", name: "welcome" },
    });
    expect(exported(plan({ containers: [bare] }))["services"]?.["welcome"]).toMatchObject({
      image: "trade2026/welcome:latest",
      pull_policy: "never",
    });
  });

  test.each([
    [{ kind: "count", count: "all" } as const, { driver: "nvidia", count: "all", capabilities: ["gpu"] }],
    [
      { kind: "deviceIds", deviceIds: ["0", "1"] } as const,
      { driver: "nvidia", device_ids: ["0", "1"], capabilities: ["gpu"] },
    ],
    [
      { kind: "cdi", deviceIds: ["nvidia.com/gpu=0"] } as const,
      { driver: "cdi", device_ids: ["nvidia.com/gpu=0"], capabilities: ["gpu"] },
    ],
  ])("GPU request %j", (gpu, device) => {
    expect(
      exported(plan({ containers: [container({ name: "model", gpu })] }))["services"]?.["model"],
    ).toMatchObject({
      deploy: { resources: { reservations: { devices: [device] } } },
    });
  });

  test("on top of another project it makes no networks of its own", () => {
    const { networks } = parse(composeExport(storePlan, { ...options, lanesOf: "platform" }).yaml) as {
      networks: Record<string, unknown>;
    };
    expect(networks["backend"]).toEqual({ external: true, name: "platform_backend" });
    expect(new Set(Object.keys(networks))).toEqual(new Set(storePlan.lanes.map(({ name }) => name)));
  });

  test("the header is a comment, and the same plan gives the same text", () => {
    const { yaml } = composeExport(storePlan, { ...options, header: ["First", "", "Last"] });
    expect(yaml.startsWith("# First\n#\n# Last\nname: trade2026\n")).toBe(true);
    expect(composeExport(storePlan, options).yaml).toBe(composeExport(storePlan, options).yaml);
  });
});
