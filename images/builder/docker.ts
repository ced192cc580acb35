import { readdirSync } from "node:fs";
import type Docker from "dockerode";
import type { Arch } from "./recipe";

/** The engine refused a build; the message carries the end of the build's output. */
export class EngineBuildError extends Error {
  override readonly name = "EngineBuildError";

  constructor(
    reason: string,
    readonly tail: readonly string[],
  ) {
    super([reason, ...tail.map((line) => `    ${line}`)].join("\n"));
  }
}

export interface EngineBuild {
  /** Folder with the Dockerfile. */
  readonly context: string;
  readonly tag: string;
  readonly base: string | undefined;
  readonly labels: Readonly<Record<string, string>>;
  readonly onOutput: (text: string) => void;
  readonly signal: AbortSignal;
}

const TAIL_LINES = 25;

/**
 * Builds with the engine's classic builder, which every engine has and which needs no CLI. The tag exists only after
 * success, and no intermediate image stays.
 * @throws EngineBuildError
 */
export async function buildOnEngine(docker: Docker, build: EngineBuild): Promise<void> {
  const made: string[] = [];
  const source = { context: build.context, src: readdirSync(build.context) };
  const stream = await docker.buildImage(source, {
    t: build.tag,
    labels: { ...build.labels },
    buildargs: { ...hostProxies(), ...(build.base === undefined ? {} : { BASE: build.base }) },
    // Another build's layers may go away under us; and a cached `apt-get install` would be of another day.
    nocache: true,
    rm: true,
    forcerm: true,
    version: "1",
    abortSignal: build.signal,
  });
  try {
    await followBuild(docker, stream, build.onOutput, made);
  } finally {
    await removeIntermediates(docker, made);
  }
}

/** Makes an image of one layer from a root file system's tar. */
export async function importOnEngine(
  docker: Docker,
  rootfs: NodeJS.ReadableStream,
  tag: string,
  labels: Readonly<Record<string, string>>,
): Promise<void> {
  const at = tag.lastIndexOf(":");
  const changes = [
    "ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    'CMD ["bash"]',
    ...Object.entries(labels).map(([key, value]) => `LABEL ${key}=${JSON.stringify(value)}`),
  ];
  const stream = await docker.importImage(rootfs as unknown as string, {
    repo: tag.slice(0, at),
    tag: tag.slice(at + 1),
    changes,
  });
  await followBuild(docker, stream, () => undefined, []);
}

export async function imageExists(docker: Docker, tag: string): Promise<boolean> {
  return (await imageSize(docker, tag)) !== undefined;
}

/** @returns bytes, all layers together; undefined when there is no such image */
export async function imageSize(docker: Docker, tag: string): Promise<number | undefined> {
  try {
    return (await docker.getImage(tag).inspect()).Size;
  } catch (error) {
    if (isStatus(error, 404)) return undefined;
    throw error;
  }
}

/** @throws Error when the engine runs on a CPU that no recipe knows */
export async function engineArch(docker: Docker): Promise<Arch> {
  const { Arch: arch, Os: os } = await docker.version();
  if (os === "linux" && (arch === "amd64" || arch === "arm64")) return arch;
  throw new Error(`images can be built for linux/amd64 and linux/arm64; this engine runs ${os}/${arch}`);
}

interface BuildMessage {
  readonly stream?: string;
  readonly status?: string;
  readonly error?: string;
}

async function followBuild(
  docker: Docker,
  stream: NodeJS.ReadableStream,
  onOutput: (text: string) => void,
  made: string[],
): Promise<void> {
  const tail: string[] = [];
  let from = false;
  const onMessage = (message: BuildMessage): void => {
    const text = message.stream ?? (message.status === undefined ? "" : `${message.status}\n`);
    onOutput(text);
    for (const line of text.split(/[\r\n]+/).filter((part) => part.trim() !== "")) {
      tail.push(line);
      if (/^Step \d+\/\d+ : /.test(line)) from = /^Step \d+\/\d+ : FROM /i.test(line);
      const id = /^ ---> ([0-9a-f]{12})$/.exec(line)?.[1];
      if (id !== undefined && !from) made.push(id);
      // The finished image is the last that was made, and stays.
      if (/^Successfully built [0-9a-f]{12}$/.test(line)) made.pop();
    }
    tail.splice(0, Math.max(0, tail.length - TAIL_LINES));
  };
  await new Promise<void>((resolve, reject) => {
    docker.modem.followProgress(
      stream,
      (error, messages) => {
        const failure = (messages ?? [])
          .map((message: BuildMessage) => message.error)
          .find((text) => text !== undefined);
        const reason = failure ?? error?.message;
        if (reason === undefined) resolve();
        else reject(new EngineBuildError(reason, tail));
      },
      onMessage,
    );
  });
}

/** Last first; those that the finished image stands on are refused by the engine, which is what we want. */
async function removeIntermediates(docker: Docker, made: readonly string[]): Promise<void> {
  for (const id of [...made].reverse()) {
    try {
      await docker.getImage(id).remove();
    } catch (error) {
      if (!isStatus(error, 404) && !isStatus(error, 409)) throw error;
    }
  }
}

/** The host's proxies under the names that the builder keeps out of an image's history. */
function hostProxies(): Readonly<Record<string, string>> {
  const names = ["http_proxy", "https_proxy", "no_proxy"].flatMap((name) => [name, name.toUpperCase()]);
  return Object.fromEntries(
    names.flatMap((name) => (process.env[name] ? [[name, process.env[name]]] : [])) as [string, string][],
  );
}

function isStatus(error: unknown, status: number): boolean {
  return error instanceof Error && "statusCode" in error && error.statusCode === status;
}
