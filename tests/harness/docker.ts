import { PassThrough } from "node:stream";
import type Docker from "dockerode";
import { textsOf } from "../../cli/docker/log-stream";
import { dockerClient, findDocker } from "../../engine/docker-host";
import { tar, type TarEntry } from "../../engine/hermetic/providers/tar";

/** The engine that the command itself would use. @throws when there is none */
export async function engine(): Promise<Docker> {
  const found = await findDocker();
  if (!found.found) throw new Error(`no Docker engine at ${found.tried.join(", ")}: ${found.fix}`);
  return dockerClient(found.endpoint);
}

export interface Finished {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command in a container and waits for its end. */
export async function execIn(
  container: Docker.Container,
  command: readonly string[],
  options: { readonly user?: string; readonly env?: readonly string[] } = {},
): Promise<Finished> {
  const exec = await container.exec({
    Cmd: [...command],
    AttachStdout: true,
    AttachStderr: true,
    ...(options.user === undefined ? {} : { User: options.user }),
    ...(options.env === undefined ? {} : { Env: [...options.env] }),
  });
  const stream = await exec.start({ hijack: true, stdin: false });
  const { stdout, stderr } = await collect(container.modem as Modem, stream);
  const { ExitCode } = await exec.inspect();
  return { code: ExitCode ?? -1, stdout, stderr };
}

/** Starts a created container and waits for its end. */
export async function finish(container: Docker.Container, limitSeconds = 60): Promise<Finished> {
  await container.start();
  const late = AbortSignal.timeout(limitSeconds * 1000);
  const end = await Promise.race([
    container.wait() as Promise<{ readonly StatusCode: number }>,
    new Promise<undefined>((resolve) => late.addEventListener("abort", () => resolve(undefined))),
  ]);
  const said = await logs(container);
  if (!end) throw new Error(`still running after ${limitSeconds} s:\n${said.stdout}${said.stderr}`);
  return { code: end.StatusCode, ...said };
}

/** Everything that a container has said so far. */
export async function logs(container: Docker.Container): Promise<Pick<Finished, "stdout" | "stderr">> {
  // Without `follow` the answer is one buffer: the typings know only the stream.
  const bytes: unknown = await container.logs({ stdout: true, stderr: true, follow: false });
  return textsOf(bytes as Buffer);
}

interface Modem {
  demuxStream(from: NodeJS.ReadableStream, out: NodeJS.WritableStream, err: NodeJS.WritableStream): void;
}

async function collect(
  modem: Modem,
  stream: NodeJS.ReadableStream,
): Promise<Pick<Finished, "stdout" | "stderr">> {
  const out = new PassThrough();
  const err = new PassThrough();
  const [stdout, stderr] = [gather(out), gather(err)];
  modem.demuxStream(stream, out, err);
  await new Promise<void>((resolve, reject) =>
    stream.on("end", resolve).on("close", resolve).on("error", reject),
  );
  out.end();
  err.end();
  return { stdout: await stdout, stderr: await stderr };
}

async function gather(stream: PassThrough): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString("utf8");
}

/** Files by path below `/`, readable by everybody unless another mode is given, as an archive for `putArchive`. */
export function archiveOf(files: Readonly<Record<string, string | Uint8Array>>, mode = 0o444): Buffer {
  return tar(
    Object.entries(files).map(([path, content]): TarEntry => ({
      name: path.replace(/^\/+/, ""),
      mode,
      content: Buffer.from(content as string),
    })),
  );
}

/** Waits until `done` says so. @throws with `what` and the last answer */
export async function until<T>(
  what: string,
  limitSeconds: number,
  ask: () => Promise<T>,
  done: (answer: T) => boolean,
  everyMs = 250,
): Promise<T> {
  const deadline = Date.now() + limitSeconds * 1000;
  for (;;) {
    const answer = await ask();
    if (done(answer)) return answer;
    if (Date.now() > deadline)
      throw new Error(`${what}: not within ${limitSeconds} s, last: ${JSON.stringify(answer)}`);
    await new Promise((resolve) => setTimeout(resolve, everyMs));
  }
}

/** The health word of a container, or its state where it has no probe. */
export async function healthOf(container: Docker.Container): Promise<string> {
  const { State } = await container.inspect();
  if (!State.Running) return `${State.Status} (${State.ExitCode})`;
  return State.Health?.Status ?? State.Status;
}

/** Removes every container, volume and network with that label, the containers first. */
export async function removeLabelled(docker: Docker, label: string): Promise<readonly string[]> {
  const filters = { label: [label] };
  const removed: string[] = [];
  for (const { Id, Names } of await docker.listContainers({ all: true, filters })) {
    await docker.getContainer(Id).remove({ force: true, v: true }).catch(ignoreMissing);
    removed.push(Names[0] ?? Id);
  }
  for (const { Id, Name } of await docker.listNetworks({ filters })) {
    await docker.getNetwork(Id).remove().catch(ignoreMissing);
    removed.push(Name);
  }
  for (const { Name } of (await docker.listVolumes({ filters })).Volumes) {
    await docker.getVolume(Name).remove({ force: true }).catch(ignoreMissing);
    removed.push(Name);
  }
  return removed;
}

function ignoreMissing(error: unknown): void {
  if ((error as { statusCode?: number }).statusCode !== 404) throw error;
}
