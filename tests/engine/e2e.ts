/**
 * Proves the hermetic engine on a real Docker engine, through the API that the command uses. Everything it makes is
 * called t26eng-…, and it cleans up. Ends with `N passed, N failed`.
 *
 *     npx tsx tests/engine/e2e.ts
 */
import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import type Docker from "dockerode";
import {
  DeployFailedError,
  WrongPassphraseError,
  chooseEngine,
  dockerClient,
  findDocker,
  findLeftovers,
  homeOf,
  openStack,
  prepareEngine,
  removeLeftovers,
} from "../../engine";
import type { Deployment, PreparedEngine } from "../../engine";
import { lockFolder, stateFile } from "../../engine/home";
import { LABEL, PREFIX, program } from "./program";
import type { Variant } from "./program";

const ROOT = resolve(__dirname, "../..");
const PROJECT = "t26eng";
const scratch = mkdtempSync(join(tmpdir(), "t26eng-"));
const home = homeOf(scratch);

let passed = 0;
let failed = 0;

async function check(what: string, holds: () => Promise<void> | void): Promise<void> {
  const began = Date.now();
  try {
    await holds();
    passed += 1;
    console.log(`✓ ${what} (${((Date.now() - began) / 1000).toFixed(1)} s)`);
  } catch (error) {
    failed += 1;
    console.log(
      `✗ ${what}\n    ${error instanceof Error ? error.message.split("\n").join("\n    ") : String(error)}`,
    );
  }
}

function same(got: unknown, wanted: unknown): void {
  const [a, b] = [JSON.stringify(got), JSON.stringify(wanted)];
  if (a !== b) throw new Error(`got ${a}, wanted ${b}`);
}

/** A context with a static binary, in the scratch folder. */
function buildContext(): string {
  const source = join(scratch, "source");
  const context = join(scratch, "context");
  cpSync(join(__dirname, "subject"), source, { recursive: true });
  mkdirSync(context);
  const env = { ...process.env, CGO_ENABLED: "0", GOOS: "linux", GOWORK: "off" };
  execFileSync("go", ["build", "-buildvcs=false", "-o", join(context, "subject"), "."], { cwd: source, env });
  writeFileSync(
    join(context, "Dockerfile"),
    'FROM scratch\nCOPY subject /subject\nENTRYPOINT ["/subject"]\n',
  );
  return context;
}

async function open(engine: PreparedEngine, variant: Variant): Promise<Deployment> {
  return openStack({ engine, stack: "dev", project: PROJECT, root: scratch, program: program(variant) });
}

async function story(docker: Docker, engine: PreparedEngine): Promise<void> {
  const variant: Variant = { context: buildContext(), greeting: "hello", healthy: true, memory: 64 };
  const withStack = async (
    changed: Partial<Variant>,
    work: (stack: Deployment) => Promise<void>,
  ): Promise<void> => {
    const stack = await open(engine, { ...variant, ...changed });
    try {
      await work(stack);
    } finally {
      await stack.close();
    }
  };
  const id = async (name: string): Promise<string> => (await docker.getContainer(PREFIX + name).inspect()).Id;
  const quiet = (changed: Partial<Variant> = {}) =>
    withStack(changed, async (stack) => {
      const plan = await stack.preview();
      const moved = plan.steps
        .filter(({ op }) => op !== "same")
        .map(({ op, name, diffs }) => `${op} ${name}: ${diffs.join()}`);
      same({ moved, unchanged: plan.unchanged }, { moved: [], unchanged: true });
    });

  await check("preview of a new stack says what it would create, and creates nothing", () =>
    withStack({}, async (stack) => {
      same((await stack.preview()).changes, { create: 9 });
      same((await docker.listContainers({ all: true, filters: { label: [`${LABEL.label}=1`] } })).length, 0);
    }),
  );
  await check("up makes everything, waits for health, runs the job to its end", () =>
    withStack({}, async (stack) => {
      same((await stack.up()).changes, { create: 9 });
      const outputs = await stack.outputs();
      same([outputs["jobSaid"]?.value, outputs["jobEnded"]?.value], ["done\n", 0]);
      same([outputs["password"]?.secret, outputs["hash"]?.secret], [true, true]);
      same((await docker.getContainer(`${PREFIX}server`).inspect()).State.Health?.Status, "healthy");
      const kept = readFileSync(stateFile(home, PROJECT, "dev"), "utf8");
      same(kept.includes(String(outputs["password"]?.value)), false);
      same(statSync(home.passphrase).mode & 0o777, 0o600);
    }),
  );
  await check("a second preview shows no change", () => quiet());
  await check("nor does one after a refresh", async () => {
    await withStack({}, async (stack) => void (await stack.refresh()));
    await quiet();
  });
  await check("a changed file replaces its writer alone", async () => {
    const before = { server: await id("server"), writer: await id("writer") };
    await withStack({ greeting: "good day" }, async (stack) => void (await stack.up()));
    same([(await id("server")) === before.server, (await id("writer")) === before.writer], [true, false]);
    await quiet({ greeting: "good day" });
  });
  await check("a changed limit is applied to the running container", async () => {
    const before = await id("server");
    await withStack({ greeting: "good day", memory: 96 }, async (stack) => void (await stack.up()));
    const { Id, HostConfig } = await docker.getContainer(`${PREFIX}server`).inspect();
    same([Id, HostConfig.Memory], [before, 96 * 1024 * 1024]);
  });
  await check("what is never healthy fails the deployment, and the next one replaces it", async () => {
    const failures = await withStack({ healthy: false }, async (stack) => void (await stack.up())).catch(
      (error: unknown) => error,
    );
    if (!(failures instanceof DeployFailedError)) throw failures ?? new Error("it did not fail");
    same(
      failures.failures.map(
        ({ name, message }) => `${name ?? ""} ${message.includes("healthy state") ? "unhealthy" : message}`,
      ),
      ["server unhealthy"],
    );
    await withStack({}, async (stack) => void (await stack.up()));
    await quiet();
  });
  await check("a lock of a dead process is released", async () => {
    const folder = lockFolder(home, PROJECT, "dev");
    const { hostname } = await import("node:os");
    mkdirSync(folder, { recursive: true });
    const lock = {
      pid: 4194300,
      hostname: hostname(),
      username: "root",
      timestamp: new Date().toISOString(),
    };
    writeFileSync(join(folder, "dead.json"), JSON.stringify(lock));
    await withStack({}, async (stack) => void (await stack.up()));
  });
  await check("a container that a killed run left is found and removed", () =>
    withStack({}, async (stack) => {
      const { Image } = await docker.getContainer(`${PREFIX}server`).inspect();
      await docker.createContainer({ name: `${PREFIX}left`, Image, Labels: { [LABEL.label]: "1" } });
      const leftovers = await findLeftovers(docker, `${LABEL.label}=1`, stack.resources());
      same(
        leftovers.map(({ kind, name }) => `${kind} ${name}`),
        [`container ${PREFIX}left`],
      );
      await removeLeftovers(docker, leftovers);
      same(await findLeftovers(docker, `${LABEL.label}=1`, stack.resources()), []);
    }),
  );
  await check("a wrong passphrase gives one clear error", async () => {
    const right = readFileSync(home.passphrase);
    writeFileSync(home.passphrase, "wrong\n");
    const said = await withStack({}, async (stack) => void (await stack.preview())).catch(
      (error: unknown) => error,
    );
    writeFileSync(home.passphrase, right);
    if (!(said instanceof WrongPassphraseError)) throw said ?? new Error("it was taken");
  });
  await check("destroy leaves nothing but the image", () =>
    withStack({}, async (stack) => {
      await stack.destroy({ remove: true });
      const filters = { label: [`${LABEL.label}=1`] };
      const [containers, networks, { Volumes: volumes }] = await Promise.all([
        docker.listContainers({ all: true, filters }),
        docker.listNetworks({ filters }),
        docker.listVolumes({ filters }),
      ]);
      same([containers.length, networks.length, volumes.length], [0, 0, 0]);
    }),
  );
}

async function cleanUp(docker: Docker): Promise<void> {
  const filters = { label: [`${LABEL.label}=1`] };
  for (const { Id } of await docker.listContainers({ all: true, filters }))
    await docker.getContainer(Id).remove({ force: true, v: true });
  for (const { Id } of await docker.listNetworks({ filters })) await docker.getNetwork(Id).remove();
  for (const { Name } of (await docker.listVolumes({ filters })).Volumes)
    await docker.getVolume(Name).remove({ force: true });
  await docker
    .getImage(`${PREFIX}subject:1`)
    .remove({ force: true })
    .catch(() => undefined);
  rmSync(scratch, { recursive: true, force: true });
}

async function main(): Promise<void> {
  const found = await findDocker();
  if (!found.found)
    throw new Error(`no Docker engine answers (tried ${found.tried.join(", ")}). ${found.fix}`);
  const docker = dockerClient(found.endpoint);
  const engine = await prepareEngine(await chooseEngine({ requested: "hermetic", root: ROOT }), console.log, {
    root: ROOT,
  });
  try {
    await story(docker, engine);
  } finally {
    await cleanUp(docker);
  }
  console.log(`${String(passed)} passed, ${String(failed)} failed`);
  process.exit(failed === 0 ? 0 : 1);
}

main().catch((error: unknown) => {
  console.error(error);
  process.exit(2);
});
