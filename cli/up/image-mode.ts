import type Docker from "dockerode";
import { UNKNOWN_HOST } from "../../model/host";
import type { Plan } from "../../model/plan";
import { loadPlan } from "../../stacks/inputs";
import { withImages, type StackConfig } from "../config/stack-config";
import { count } from "../ui/format";
import { exists, isStatus } from "../docker/status-code";

/** The engine asks for us: it is the one that will pull, with its own proxy and mirrors. */
const LIMIT_MS = 5000;

export interface RegistryAnswer {
  readonly registry: string;
  readonly reachable: boolean;
  /** What was said where it cannot be reached. */
  readonly reason: string;
}

/**
 * Decides where third-party images come from: as a person has said, else as was decided before, else upstream; but
 * built from package registries where images are missing and none of their registries can be reached.
 * @returns the stack's config with the decision in it, and a sentence for the user
 */
export async function decideImages(
  config: StackConfig,
  docker: Docker,
): Promise<{ readonly config: StackConfig; readonly sentence: string }> {
  const { images } = config.settings;
  const reason = config.remembered.imagesReason;
  if (reason !== undefined) return { config, sentence: sentence(images, reason) };
  if (config.imagesChosen) return { config, sentence: `Images: ${images}, as the settings say.` };

  const missing = await missingUpstream(config, docker);
  if (missing.length === 0) return decided(config, "upstream", "all of them are on this machine already");
  const answers = await askRegistries(docker, missing);
  const reached = answers.filter(({ reachable }) => reachable);
  if (reached.length > 0)
    return decided(
      config,
      "upstream",
      `${reached.map(({ registry }) => registry).join(", ")} can be reached`,
    );
  const date = new Date().toISOString().slice(0, 10);
  const tried = answers.map(({ registry }) => registry).join(", ");
  return decided(config, "packages", `no container registry could be reached on ${date} (tried ${tried})`);
}

function decided(
  config: StackConfig,
  images: "upstream" | "packages",
  reason: string,
): Awaited<ReturnType<typeof decideImages>> {
  return { config: withImages(config, images, reason), sentence: sentence(images, reason) };
}

function sentence(images: string, reason: string): string {
  const built = images === "packages" ? "packages, built from package registries" : "upstream";
  const other = images === "packages" ? "upstream" : "packages";
  return `Images: ${built}, because ${reason}. Another time: ./trade2026 up --set images=${other}`;
}

/** Third-party references of the upstream mode that the engine does not have. */
async function missingUpstream(config: StackConfig, docker: Docker): Promise<readonly string[]> {
  const plan = loadPlan({ ...config.settings, images: "upstream" }, UNKNOWN_HOST);
  const found = await Promise.all(
    upstreamReferences(plan).map(async (reference) =>
      (await hasImage(docker, reference)) ? [] : [reference],
    ),
  );
  return found.flat();
}

/** What would be pulled: not what we build, nor the operator's own images. */
export function upstreamReferences(plan: Plan): readonly string[] {
  const own = new Set(Object.values(plan.settings.imageOverrides));
  const references = plan.containers.flatMap(({ reference }) => reference ?? []);
  return [...new Set(references)]
    .filter((reference) => !reference.startsWith("trade2026/") && !own.has(reference))
    .sort();
}

export function hasImage(docker: Docker, reference: string): Promise<boolean> {
  return exists(docker.getImage(reference));
}

/** Asks each registry for one of its images, all at once. */
export async function askRegistries(
  docker: Docker,
  references: readonly string[],
): Promise<readonly RegistryAnswer[]> {
  const first = new Map<string, string>();
  for (const reference of references) {
    const registry = registryOf(reference);
    if (!first.has(registry)) first.set(registry, reference);
  }
  return Promise.all([...first].map(([registry, reference]) => askRegistry(docker, registry, reference)));
}

async function askRegistry(docker: Docker, registry: string, reference: string): Promise<RegistryAnswer> {
  const late = new Promise<RegistryAnswer>((resolve) => {
    const answer = { registry, reachable: false, reason: `no answer within ${LIMIT_MS / 1000} s` };
    setTimeout(resolve, LIMIT_MS, answer).unref();
  });
  const asked = docker
    .getImage(reference)
    .distribution()
    .then(
      () => ({ registry, reachable: true, reason: "" }),
      (error: unknown) => interpret(registry, error),
    );
  return Promise.race([asked, late]);
}

/** A refusal is an answer: the registry is there. The engine wraps everything else in a 500 or 403 with its own words. */
export function interpret(registry: string, error: unknown): RegistryAnswer {
  const message = (error instanceof Error ? error.message : String(error))
    .replace(/^\(HTTP code \d+\) [^-]* - /, "")
    .trim();
  const unreachable =
    /dial tcp|no such host|lookup |timeout|timed out|connection refused|network is unreachable|TLS handshake|x509|proxyconnect|EOF|context deadline|no route to host/i.test(
      message,
    );
  const answered = !unreachable && [401, 403, 404, 429].some((status) => isStatus(error, status));
  return { registry, reachable: answered, reason: answered ? "" : message };
}

/** `docker.io/library/nats:2` → `docker.io`; a name without a host is Docker Hub's. */
export function registryOf(reference: string): string {
  const [host = ""] = reference.split("/");
  const named = reference.includes("/") && (host.includes(".") || host.includes(":") || host === "localhost");
  return named ? host : "docker.io";
}

export function describeAnswers(answers: readonly RegistryAnswer[]): string {
  const unreachable = answers.filter(({ reachable }) => !reachable);
  return unreachable.length === 0
    ? `${count(answers.length, "registry", "registries")} answered: ${answers.map(({ registry }) => registry).join(", ")}`
    : unreachable.map(({ registry, reason }) => `${registry}: ${reason}`).join("; ");
}
