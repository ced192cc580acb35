import type Docker from "dockerode";
import { textsOf } from "./log-stream";
import { isStatus } from "./status-code";

/** What came of running a program in a container that is there already. */
export type Execution =
  | { readonly kind: "ran"; readonly code: number; readonly stdout: string; readonly stderr: string }
  /** There is no container of this name. */
  | { readonly kind: "absent" }
  /** It is there, and does not run: `exited`, `created`, `paused`, `restarting` … */
  | { readonly kind: "idle"; readonly state: string }
  | { readonly kind: "timeout" };

/**
 * Runs a program beside the container's own, as its user, through the engine alone: no network and no port of the
 * platform is in the way.
 * @param limitMs after this nobody waits any longer; the program may still run
 */
export async function execInContainer(
  docker: Docker,
  name: string,
  command: readonly string[],
  limitMs: number,
): Promise<Execution> {
  const limit = AbortSignal.timeout(limitMs);
  try {
    const exec = await docker
      .getContainer(name)
      .exec({ Cmd: [...command], AttachStdout: true, AttachStderr: true, abortSignal: limit });
    const said = textsOf(await outputOf(exec, limit));
    const { ExitCode } = await exec.inspect({ abortSignal: limit });
    return { kind: "ran", code: ExitCode ?? 1, ...said };
  } catch (error) {
    if (limit.aborted) return { kind: "timeout" };
    if (isStatus(error, 404)) return { kind: "absent" };
    if (isStatus(error, 409)) return idle(docker, name);
    throw error;
  }
}

async function outputOf(exec: Docker.Exec, signal: AbortSignal): Promise<Buffer> {
  const stream = await exec.start({ hijack: false, stdin: false, abortSignal: signal });
  const stop = (): void => void stream.destroy(new Error("took too long"));
  signal.addEventListener("abort", stop, { once: true });
  try {
    const chunks: Buffer[] = [];
    for await (const chunk of stream) chunks.push(chunk as Buffer);
    return Buffer.concat(chunks);
  } finally {
    signal.removeEventListener("abort", stop);
  }
}

/** The engine refuses to run something in it: asked for the reason in its own word. */
async function idle(docker: Docker, name: string): Promise<Execution> {
  try {
    const { State } = await docker.getContainer(name).inspect();
    return { kind: "idle", state: State.Status };
  } catch (error) {
    if (isStatus(error, 404)) return { kind: "absent" };
    throw error;
  }
}
