import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type Docker from "dockerode";
import { engineExporter as exporterSpec, engineProxy } from "../../components/sre/engine";
import { UNKNOWN_HOST } from "../../model/host";
import { parseSettings } from "../../model/settings";
import { engineExporter } from "../../services/engine-exporter/src/service";
import { startService, type RunningService } from "../../services/kit";
import { loadPlan } from "../../stacks/inputs";
import { until } from "../harness/docker";
import { hostPortOf, passwordOf, Sandbox } from "./sandbox";

const PREFIX = "t26cfg-engine";
const plan = loadPlan(parseSettings({ images: "packages", prefix: PREFIX }), UNKNOWN_HOST, {
  workloads: [engineProxy, exporterSpec],
});

describe("engine-proxy and engine-exporter on the real engine", () => {
  let sandbox: Sandbox;
  let proxy: Docker.Container;
  let base: string;
  let exporter: RunningService;
  const secrets = mkdtempSync(join(tmpdir(), "t26-engine-"));

  beforeAll(async () => {
    sandbox = await Sandbox.open("engine-proxy", plan);
    proxy = await sandbox.start("engine-proxy", { publish: [2375] });
    base = `http://127.0.0.1:${await hostPortOf(proxy, 2375)}`;
    writeFileSync(join(secrets, "password"), passwordOf("engine-proxy-engine-exporter"));
    exporter = await startService(engineExporter, {
      HTTP_HOST: "127.0.0.1",
      HTTP_PORT: "0",
      LOG_LEVEL: "error",
      DRAIN_DELAY_MS: "0",
      ENGINE_PROXY_URL: base,
      ENGINE_PROXY_USERNAME: "engine-exporter",
      ENGINE_PROXY_PASSWORD_FILE: join(secrets, "password"),
    });
  });
  afterAll(async () => {
    await exporter.stop();
    await sandbox.close();
    rmSync(secrets, { recursive: true });
  });

  /** A container of the stack; they go with the sandbox. */
  async function run(name: string, command: readonly string[], stack = PREFIX): Promise<Docker.Container> {
    const container = await sandbox.docker.createContainer({
      Image: sandbox.planned("engine-proxy").reference ?? "",
      name: `${stack}-${name}`,
      Entrypoint: ["/t26", ...command],
      OpenStdin: true,
      Labels: {
        "com.trade2026.test": sandbox.name,
        "com.trade2026.stack": stack,
        "com.trade2026.workload": name,
        "com.trade2026.role": "service",
        "com.trade2026.capability": "trading",
        "com.trade2026.config": "not to be told",
      },
      Env: ["NOT_TO_BE_TOLD=1"],
      HostConfig: { Memory: 64 * 1024 ** 2, MemorySwap: 64 * 1024 ** 2, NanoCpus: 5e8, NetworkMode: "none" },
    });
    await container.start();
    return container;
  }
  const get = async (path: string, init: RequestInit = {}): Promise<{ status: number; body: string }> => {
    const password = passwordOf("engine-proxy-engine-exporter");
    const login = Buffer.from(`engine-exporter:${password}`).toString("base64");
    const response = await fetch(`${base}${path}`, { ...init, headers: { authorization: `Basic ${login}` } });
    return { status: response.status, body: await response.text() };
  };
  const value = async (series: string): Promise<number | undefined> => {
    const page = await (await fetch(`http://127.0.0.1:${exporter.port}/metrics`)).text();
    const line = page.split("\n").find((one) => one.startsWith(`${series} `));
    return line === undefined ? undefined : Number(line.slice(series.length + 1));
  };

  it("runs as root without a capability, and lets nobody in without a login", async () => {
    const { HostConfig, Config } = await proxy.inspect();
    expect([Config.User, HostConfig.CapDrop, HostConfig.CapAdd]).toEqual(["0:0", ["ALL"], expect.anything()]);
    expect(HostConfig.Binds).toContain("/var/run/docker.sock:/var/run/docker.sock:ro");
    expect((await fetch(`${base}/containers`)).status).toBe(401);
    expect((await fetch(`${base}/health`)).status).toBe(200);
  });

  it("tells what its own stack's containers use, and nothing of another's or beyond", async () => {
    // it waits for input
    await run("waits", ["reach"]);
    await run("waits", ["reach"], `${PREFIX}-other`);
    const { status, body } = await get("/containers");
    expect(status).toBe(200);
    expect((JSON.parse(body) as { name: string }[]).map(({ name }) => name)).toEqual(["waits"]);
    expect(body).not.toMatch(/NOT_TO_BE_TOLD|not to be told/);
    expect((await get("/containers/other-waits/stats")).status).toBe(404);
    expect((await get(`/containers/${proxy.id}/stats`)).status).toBe(404);
    expect((await get("/containers/waits/stats")).status).toBe(200);
    for (const [method, path] of [
      ["POST", "/containers/waits/stop"],
      ["POST", "/containers/waits/stats"],
      ["DELETE", "/containers/waits"],
      ["GET", "/info"],
      ["GET", "/containers/waits/json"],
    ] as const)
      expect([method, path, (await get(path, { method })).status >= 404]).toEqual([method, path, true]);

    await until(
      "the exporter to see it",
      20,
      () => value('container_running{service="waits"}'),
      (running) => running === 1,
    );
    expect(await value("engine_up")).toBe(1);
    expect(await value('container_memory_limit_bytes{service="waits"}')).toBe(64 * 1024 ** 2);
    expect(await value('container_cpu_limit_cores{service="waits"}')).toBe(0.5);
    for (const name of ["cpu_seconds_total", "memory_working_set_bytes", "pids", "start_time_seconds"])
      expect([name, ((await value(`container_${name}{service="waits"}`)) ?? 0) > 0]).toEqual([name, true]);
    expect(await value('container_oom_kills_total{service="waits"}')).toBe(0);
  });

  it("tells the output of a container, line by line", async () => {
    const container = await run("speaks", ["reach", "names dns localhost"]);
    await container.wait();
    const { body } = await get("/containers/speaks/logs?tail=5");
    const [line] = body.trim().split("\n");
    expect(JSON.parse(line ?? "")).toMatchObject({
      stream: "stdout",
      text: expect.stringContaining('"target":"names"') as string,
      time: expect.stringMatching(/^\d{4}-/) as string,
    });
  });

  it("remembers that a container started and ended", async () => {
    await until(
      "the events",
      20,
      async () => (await get("/events")).body,
      (body) => /"action":"die","name":"speaks".*"exitCode":0/.test(body),
    );
    expect(await value('container_running{service="speaks"}')).toBe(0);
    expect(await value('container_cpu_seconds_total{service="speaks"}')).toBeUndefined();
  });

  it("without the proxy the exporter says so, and nothing else", async () => {
    await proxy.stop({ t: 5 });
    expect((await proxy.inspect()).State.ExitCode).toBe(0);
    const page = await (await fetch(`http://127.0.0.1:${exporter.port}/metrics`)).text();
    expect(page.split("\n").filter((line) => /^(container|engine)_/.test(line))).toEqual(["engine_up 0"]);
  });
});
