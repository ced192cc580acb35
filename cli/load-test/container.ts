import { PassThrough } from "node:stream";
import type Docker from "dockerode";
import { tar } from "../../engine/hermetic/providers/tar";
import { FILES, FOLDER, LOAD_ROLE } from "../../model/load/protocol";
import { LABEL } from "../../model/plan";
import { ProblemsError } from "../../model/problems";
import { goMemoryLimit } from "../../model/units";
import { execInContainer } from "../docker/exec";
import { isStatus } from "../docker/status-code";
import type { RunFile } from "./script";

/** What a load test's container is made of. */
export interface LoadContainerInput {
  readonly prefix: string;
  /** The lane that the gateway is reached on. */
  readonly network: string;
  /** A second one, that of where measurements go. */
  readonly writesTo?: string;
  readonly image: string;
  /** Of the image's contract: `12345:12345`, `/usr/bin/k6`. */
  readonly user: string;
  readonly binary: string;
  readonly memoryMiB: number;
  readonly cpus: number;
  readonly arguments: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly files: readonly RunFile[];
}

/** One name, so that there is one at a time. */
export const loadContainerName = (prefix: string): string => `${prefix}-${LOAD_ROLE}`;
/** k6's own API, for `k6 stats` in the same container alone. */
export const ADDRESS = "127.0.0.1:6565";

const STATS_LIMIT_MS = 10_000;
/** Of k6, to end its clients, clear up and write its summary. */
const STOP_SECONDS = 60;

/** Hardened as everything else is; its files are in a volume that goes away with it. */
export function loadContainerOptions(input: LoadContainerInput): Docker.ContainerCreateOptions {
  const bytes = input.memoryMiB * 1024 ** 2;
  const [uid] = input.user.split(":");
  return {
    name: loadContainerName(input.prefix),
    Hostname: LOAD_ROLE,
    Image: input.image,
    User: input.user,
    Entrypoint: [input.binary],
    Cmd: [...input.arguments],
    Env: Object.entries({
      ...input.env,
      HOME: "/tmp",
      SSL_CERT_FILE: FILES.ca,
      GOMEMLIMIT: goMemoryLimit(input.memoryMiB),
    }).map(([name, value]) => `${name}=${value}`),
    Labels: {
      [`${LABEL}.stack`]: input.prefix,
      [`${LABEL}.role`]: LOAD_ROLE,
      [`${LABEL}.workload`]: LOAD_ROLE,
      [`${LABEL}.capability`]: "sre",
      [`${LABEL}.lanes`]: "frontend",
    },
    StopTimeout: STOP_SECONDS,
    Volumes: { [FOLDER]: {} },
    HostConfig: {
      NetworkMode: input.network,
      Init: true,
      ReadonlyRootfs: true,
      CapDrop: ["ALL"],
      SecurityOpt: ["no-new-privileges:true"],
      Memory: bytes,
      MemorySwap: bytes,
      NanoCpus: Math.round(input.cpus * 1e9),
      PidsLimit: 512,
      Tmpfs: { "/tmp": `rw,noexec,nosuid,nodev,size=64m,uid=${uid},gid=${uid},mode=0700` },
      RestartPolicy: { Name: "no" },
      LogConfig: { Type: "json-file", Config: { "max-size": "10m", "max-file": "3" } },
    },
  };
}

export interface Ended {
  readonly code: number;
  readonly outOfMemory: boolean;
  readonly stdout: string;
  readonly stderr: string;
}

/** A load test's container that runs. */
export interface LoadProcess {
  readonly ended: Promise<Ended>;
  /** What k6 has measured so far, in its own words; undefined where it gives no answer. */
  readonly stats: () => Promise<string | undefined>;
  /** Ends the test as Ctrl-C does: clients finish, k6 clears up and gives its summary. */
  readonly interrupt: () => Promise<void>;
  /** With its files, whatever it does. */
  readonly remove: () => Promise<void>;
}

/**
 * Makes the container, puts its files in, and starts it. What an earlier, killed command left is removed first.
 * @throws ProblemsError while another load test runs
 */
export async function startLoad(docker: Docker, input: LoadContainerInput): Promise<LoadProcess> {
  await removeEnded(docker, loadContainerName(input.prefix));
  // by its id, as everything else: a tag may be another image a moment later
  const { Id: image } = await docker.getImage(input.image).inspect();
  const container = await docker.createContainer(loadContainerOptions({ ...input, image }));
  const remove = (): Promise<void> => removeContainer(container);
  try {
    await container.putArchive(archiveOf(input), { path: FOLDER });
    if (input.writesTo !== undefined)
      await docker.getNetwork(input.writesTo).connect({ Container: container.id });
    const { said } = await listen(docker, container);
    await container.start();
    return {
      ended: endOf(container, said),
      stats: async () => {
        const command = [input.binary, "stats", "--address", ADDRESS];
        const done = await execInContainer(docker, container.id, command, STATS_LIMIT_MS);
        return done.kind === "ran" && done.code === 0 ? done.stdout : undefined;
      },
      interrupt: () => container.kill({ signal: "SIGINT" }).catch(ignore(409, 404)),
      remove,
    };
  } catch (error) {
    await remove();
    throw error;
  }
}

/** Everything that a prefix's load tests have left or still run. @returns how many there were */
export async function removeLoads(docker: Docker, prefix: string): Promise<number> {
  const label = [`${LABEL}.stack=${prefix}`, `${LABEL}.role=${LOAD_ROLE}`];
  const found = await docker.listContainers({ all: true, filters: { label } });
  await Promise.all(found.map(({ Id }) => removeContainer(docker.getContainer(Id))));
  return found.length;
}

async function removeEnded(docker: Docker, name: string): Promise<void> {
  const container = docker.getContainer(name);
  const state = await container.inspect().then(
    ({ State }) => State,
    (error: unknown) => {
      if (isStatus(error, 404)) return undefined;
      throw error;
    },
  );
  if (state === undefined) return;
  if (!state.Running) return removeContainer(container);
  throw new ProblemsError("The load test", [
    {
      path: `container ${name}`,
      what: "is another load test on this platform, and runs",
      value: `since ${state.StartedAt}`,
      allowed: "one at a time: two would measure each other",
      fix: `wait until it has ended, or end it: docker rm -f -v ${name}`,
    },
  ]);
}

/** Into the volume: a read-only root takes no files. */
function archiveOf({ files, user }: LoadContainerInput): Buffer {
  const owner = Number(user.split(":")[0]);
  return tar(
    files.map(({ path, content, secret }) => ({
      name: path.slice(FOLDER.length + 1),
      content: Buffer.from(content),
      ...(secret ? { mode: 0o400, owner } : { mode: 0o444 }),
    })),
  );
}

type Said = Pick<Ended, "stdout" | "stderr">;

/** Hears all that it says, from before its start to its end. */
async function listen(
  docker: Docker,
  container: Docker.Container,
): Promise<{ readonly said: Promise<Said> }> {
  const stream = await container.attach({ stream: true, stdout: true, stderr: true });
  const [stdout, stderr] = [new Collected(), new Collected()];
  docker.modem.demuxStream(stream, stdout.input, stderr.input);
  const over = new Promise<void>((resolve) => {
    for (const event of ["end", "close", "error"]) stream.on(event, () => resolve());
  });
  return { said: over.then(() => ({ stdout: stdout.text(), stderr: stderr.text() })) };
}

async function endOf(container: Docker.Container, said: Promise<Said>): Promise<Ended> {
  const { StatusCode } = (await container.wait()) as { readonly StatusCode: number };
  const { State } = await container.inspect();
  return { code: StatusCode, outOfMemory: State.OOMKilled, ...(await said) };
}

class Collected {
  readonly input = new PassThrough();
  readonly #chunks: Buffer[] = [];

  constructor() {
    this.input.on("data", (chunk: Buffer) => this.#chunks.push(chunk));
  }

  text(): string {
    return Buffer.concat(this.#chunks).toString("utf8");
  }
}

/** Anonymous volumes go with it. Somebody else may have been faster. */
async function removeContainer(container: Docker.Container): Promise<void> {
  await container.remove({ force: true, v: true }).catch(ignore(404, 409));
}

function ignore(...statuses: readonly number[]) {
  return (error: unknown): void => {
    if (!statuses.some((status) => isStatus(error, status))) throw error;
  };
}
