import type Docker from "dockerode";
import { UNKNOWN_HOST } from "../../model/host";
import { LOAD_CLIENT } from "../../model/load/client";
import type { Scenario } from "../../model/load/scenarios";
import { goalsOf, routeChecks } from "../../model/load/targets";
import { ProblemsError } from "../../model/problems";
import type { ServiceSpec } from "../../model/service";
import { workloadsOf } from "../../stacks/catalogue";
import { loadPlan } from "../../stacks/inputs";
import type { StackConfig } from "../config/stack-config";
import type { Context } from "../context";
import { credentialValues, type CredentialValue } from "../credentials";
import { authorityCertificate } from "../docker/authority";
import { execInContainer } from "../docker/exec";
import { askGateway, GatewayIdleError, LIMIT_MS } from "../docker/live-gateway";
import { isStatus } from "../docker/status-code";
import { k6Image } from "./image";
import { assertPaperRuns, refused } from "./refusals";
import type { LoadTest } from "./run";
import { loadScript } from "./script";

const GATEWAY = "gateway";
const HTTPS = "https";
const LIVE_GATEWAY = "live-gateway";
const PROMETHEUS = "prometheus";
const MOST_CPUS = 2;

/** What a test has to know of the platform that runs. */
export type Platform = Omit<LoadTest, "scenario" | "seed">;

/**
 * Looks at the platform that runs, the cheapest first: is it there, is it on paper, and what does the load client need.
 * @throws ProblemsError with the way out
 */
export async function readPlatform(
  context: Context,
  config: StackConfig,
  docker: Docker,
  scenario: Scenario,
  say: (line: string) => void,
  signal: AbortSignal,
): Promise<Platform> {
  const { settings } = config;
  const { prefix } = settings;
  const services = servicesOf(config);
  const network = `${prefix}-frontend`;
  const gateway = await gatewayOf(docker, config, services, network);
  await assertPaper(docker, `${prefix}-${LIVE_GATEWAY}`, scenario);
  const ca = await authorityCertificate(docker, settings);
  const k6 = await k6Image(context, settings, docker, say, signal);
  const [{ NCPU }, image, secrets] = await Promise.all([
    docker.info() as Promise<{ readonly NCPU: number }>,
    docker.getImage(k6.image).inspect(),
    credentialValues(context, config, say),
  ]);
  const prometheus = services.find(({ name }) => name === PROMETHEUS);
  return {
    ...k6,
    ...{ prefix, network, gateway, ca, secret: secretOf(secrets, LOAD_CLIENT.credential) },
    cpus: Math.min(MOST_CPUS, NCPU),
    checks: routeChecks(services),
    goals: goalsOf(services),
    script: loadScript(context.root),
    tags: { stack: context.stack, image: image.Id.replace("sha256:", "").slice(0, 12) },
    ...(prometheus === undefined
      ? {}
      : {
          remoteWrite: {
            url: remoteWriteUrl(prometheus),
            network: `${prefix}-${prometheus.lanes[0]}`,
            ...{ username: LOAD_CLIENT.id, password: secretOf(secrets, LOAD_CLIENT.writesWith) },
          },
        }),
  };
}

/** Those of this image mode. */
function servicesOf({ settings }: StackConfig): readonly ServiceSpec[] {
  const present = new Set(loadPlan(settings, UNKNOWN_HOST).containers.map(({ name }) => name));
  return workloadsOf(settings).filter(
    (workload): workload is ServiceSpec => workload.kind === "service" && present.has(workload.name),
  );
}

/** https://prometheus.io/docs/specs/prw/remote_write_spec/ */
function remoteWriteUrl({ name, ports }: ServiceSpec): string {
  return `http://${name}:${ports["http"] ?? 9090}/api/v1/write`;
}

async function gatewayOf(
  docker: Docker,
  { settings }: StackConfig,
  services: readonly ServiceSpec[],
  network: string,
): Promise<Platform["gateway"]> {
  const name = `${settings.prefix}-${GATEWAY}`;
  const found = await docker
    .getContainer(name)
    .inspect()
    .catch((error: unknown) => {
      if (isStatus(error, 404)) return undefined;
      throw error;
    });
  const address = found?.NetworkSettings.Networks[network]?.IPAddress;
  const port = services.find((service) => service.name === GATEWAY)?.ports[HTTPS];
  if (found?.State.Running === true && address !== undefined && address !== "" && port !== undefined)
    return { host: settings.hostNames[0] ?? "localhost", address, port };
  throw new ProblemsError("The load test", [
    {
      path: `container ${name}`,
      what: found ? "does not run" : "is not there",
      ...(found ? { value: found.State.Status } : {}),
      allowed: "a platform that is up",
      fix: "./trade2026 up brings it up; if it has another name, choose its stack with --stack",
    },
  ]);
}

/** Asks the process itself, through the engine: neither gateway nor token can be in the way of a refusal. */
async function assertPaper(docker: Docker, container: string, { sends }: Scenario): Promise<void> {
  try {
    const state = await askGateway(
      (command) => execInContainer(docker, container, command, LIMIT_MS),
      container,
      { command: "state" },
    );
    assertPaperRuns(state, sends === "mix");
  } catch (error) {
    if (error instanceof GatewayIdleError) throw refused("unknown", error.message, `container ${container}`);
    throw error;
  }
}

function secretOf(secrets: ReadonlyMap<string, CredentialValue>, credential: string): string {
  const secret = secrets.get(credential)?.plain;
  if (secret !== undefined) return secret;
  throw new ProblemsError("The load test", [
    {
      path: `credential ${credential}`,
      what: "is not there: the platform was brought up before it knew load tests",
      fix: "./trade2026 up",
    },
  ]);
}
