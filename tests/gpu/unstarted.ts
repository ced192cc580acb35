/**
 * Proves what the engine is asked for: the GPU stack from its settings, through its plan and the providers, to a
 * container that is made and not started, and the engine's own inspect against literals. Once on the lanes of a
 * platform's stack, once with lanes and a provider of its own. Ends with `N passed, N failed`.
 *
 *     npx tsx tests/gpu/unstarted.ts
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { isDeepStrictEqual } from "node:util";
import type Docker from "dockerode";
import { chooseEngine, openStack, prepareEngine, type Deployment, type PreparedEngine } from "../../engine";
import { dockerClient, findDocker } from "../../engine/docker-host";
import { LABEL } from "../../model/plan";
import { ROOT } from "../../stacks/inputs";
import { removeLabelled } from "../harness/docker";
import { lanesOnly, PLATFORM, PREFIXES, unstarted } from "./program";

const home = mkdtempSync(`${tmpdir()}/t26gpu-`);
const UUID = "GPU-8a3f0d6e-5a1c-4d2b-9e47-0c6f1b2a3d4e";

/** The setting, and what the engine has to say of it. Ids are a set to the provider, which has an order of its own. */
const REQUESTS = [
  [
    { kind: "count", count: 2 },
    { Driver: "nvidia", Count: 2, DeviceIDs: [], Capabilities: [["gpu"]], Options: {} },
  ],
  [
    { kind: "deviceIds", deviceIds: [UUID, "1"] },
    { Driver: "nvidia", Count: 0, DeviceIDs: ["1", UUID], Capabilities: [["gpu"]], Options: {} },
  ],
  [
    { kind: "cdi", deviceIds: ["nvidia.com/gpu=0"] },
    { Driver: "cdi", Count: 0, DeviceIDs: ["nvidia.com/gpu=0"], Capabilities: [[]], Options: {} },
  ],
] as const;

let passed = 0;
let failed = 0;

function check(what: string, got: unknown, wanted: unknown): void {
  if (isDeepStrictEqual(got, wanted)) passed += 1;
  else failed += 1;
  const line = `${isDeepStrictEqual(got, wanted) ? "✓" : "✗"} ${what}`;
  console.log(
    `${line}\n    ${JSON.stringify(got)}${line.startsWith("✓") ? "" : `\n    wanted ${JSON.stringify(wanted)}`}`,
  );
}

async function open(
  engine: PreparedEngine,
  stack: string,
  program: () => Promise<Record<string, unknown>>,
): Promise<Deployment> {
  return openStack({ engine, stack, root: ROOT, home, program, onEvent: () => undefined });
}

async function destroyed(deployment: Deployment): Promise<void> {
  const locked = (await deployment.resources()).filter(({ protect }) => protect).map(({ urn }) => urn);
  if (locked.length > 0) await deployment.unprotect(locked);
  await deployment.destroy();
  await deployment.close();
}

/** What every container of the stack asks for, by its name; null is nothing. */
async function requestsOf(docker: Docker, prefix: string): Promise<Readonly<Record<string, unknown>>> {
  const found = await docker.listContainers({ all: true, filters: { label: [`${LABEL}.stack=${prefix}`] } });
  const inspected = await Promise.all(found.map(({ Id }) => docker.getContainer(Id).inspect()));
  return Object.fromEntries(
    inspected
      .filter(({ HostConfig }) => (HostConfig.DeviceRequests ?? []).length > 0)
      .map(({ Name, State, HostConfig }) => [`${Name.slice(1)}, ${State.Status}`, HostConfig.DeviceRequests]),
  );
}

async function onThePlatform(docker: Docker, engine: PreparedEngine): Promise<void> {
  for (const [gpu, request] of REQUESTS) {
    const settings = {
      prefix: PREFIXES.here,
      gpu,
      platformStack: `organization/trade2026/${PLATFORM}`,
      hostPorts: { "gpu-serving": 28463 },
    };
    const stack = await open(engine, "here", () => unstarted(settings));
    await stack.up();
    await stack.close();
    check(
      `${gpu.kind}: the model server alone asks for it, once and by its driver`,
      await requestsOf(docker, PREFIXES.here),
      {
        [`${PREFIXES.here}-triton, created`]: [request],
      },
    );
  }
  const { HostConfig, NetworkSettings } = await docker.getContainer(`${PREFIXES.here}-triton`).inspect();
  check(
    "it is on the platform's lane, and publishes nothing",
    [Object.keys(NetworkSettings.Networks), HostConfig.PortBindings ?? {}],
    [[`${PREFIXES.platform}-backend`], {}],
  );
}

async function onItsOwn(docker: Docker, engine: PreparedEngine, host: string): Promise<void> {
  const subnets = { frontend: "10.235.0.0/24", lowlatency: "10.235.1.0/24", backend: "10.235.2.0/24" };
  const settings = { prefix: PREFIXES.there, dockerHost: host, subnets, hostPorts: { "gpu-serving": 28464 } };
  const stack = await open(engine, "there", () => unstarted(settings));
  await stack.up();
  const { NetworkSettings } = await docker.getContainer(`${PREFIXES.there}-triton`).inspect();
  check("with a provider of its own it is on a lane of its own", Object.keys(NetworkSettings.Networks), [
    `${PREFIXES.there}-backend`,
  ]);
  const containers = await docker.listContainers({
    filters: { label: [`${LABEL}.stack=${PREFIXES.there}`] },
  });
  check(
    "one port is published, by its gateway",
    containers.flatMap(({ Names, Ports }) =>
      Ports.flatMap(({ PublicPort, IP }) =>
        PublicPort === undefined ? [] : [`${Names[0]} ${IP}:${PublicPort}`],
      ),
    ),
    [`/${PREFIXES.there}-gpu-gateway 127.0.0.1:28464`],
  );
  await destroyed(stack);
}

async function main(): Promise<void> {
  const found = await findDocker();
  if (!found.found) throw new Error(`no Docker engine answers: ${found.fix}`);
  const docker = dockerClient(found.endpoint);
  const engine = await prepareEngine(await chooseEngine({ requested: "hermetic", root: ROOT }), console.log, {
    root: ROOT,
  });
  const clean = async (): Promise<void> => {
    for (const prefix of [PREFIXES.here, PREFIXES.there, PREFIXES.platform])
      await removeLabelled(docker, `${LABEL}.stack=${prefix}`);
  };
  await clean();
  try {
    const platform = await open(engine, PLATFORM, lanesOnly);
    await platform.up();
    await onThePlatform(docker, engine);
    await destroyed(await open(engine, "here", () => unstarted({})));
    await destroyed(platform);
    await onItsOwn(docker, engine, found.endpoint.host);
  } finally {
    await clean();
    rmSync(home, { recursive: true, force: true });
  }
  console.log(`${passed} passed, ${failed} failed`);
  process.exit(failed === 0 ? 0 : 1);
}

main().catch((error: unknown) => {
  console.error(error);
  process.exit(2);
});
