import type Docker from "dockerode";
import { bundleEntry } from "../../../services/build";
import { ROOT } from "../../../stacks/inputs";
import { archiveOf, finish } from "../../harness/docker";
import { TEST_LABELS } from "./client";
import { physical } from "./platform";

/** A process of the host, as /proc has it. */
export interface SeenProcess {
  readonly cmdline: string;
  readonly environ: string;
  /** The container that it runs in, by id; undefined for the host's own. */
  readonly container: string | undefined;
}

/**
 * Every process that lives in the next seconds, whoever's it is. Read from a container that sees the host's
 * processes, so that it also works where the engine runs in a machine of its own.
 * @param image one with Node
 */
export async function watchProcesses(
  docker: Docker,
  image: string,
  seconds: number,
): Promise<readonly SeenProcess[]> {
  const watcher = await docker.createContainer({
    Image: image,
    name: physical("test-processes"),
    Labels: { ...TEST_LABELS },
    Entrypoint: ["node", "/watcher/main.js"],
    Cmd: [String(seconds)],
    User: "0:0",
    HostConfig: {
      NetworkMode: "none",
      PidMode: "host",
      CapAdd: ["SYS_PTRACE"],
      SecurityOpt: ["apparmor=unconfined"],
    },
  });
  try {
    const program = Object.fromEntries(
      bundleEntry(ROOT, "tests/e2e/client/processes.ts").outputs.map(([name, bytes]) => [
        `watcher/${name}`,
        bytes,
      ]),
    );
    await watcher.putArchive(archiveOf(program), { path: "/" });
    const { code, stdout, stderr } = await finish(watcher, seconds + 60);
    if (code !== 0) throw new Error(`the watch of processes: exit ${code}: ${stderr}`);
    const seen = JSON.parse(stdout) as readonly { cmdline: string; environ: string; cgroup: string }[];
    return seen.map(({ cmdline, environ, cgroup }) => ({
      cmdline,
      environ,
      container: /([0-9a-f]{64})/.exec(cgroup)?.[1],
    }));
  } finally {
    await watcher.remove({ force: true });
  }
}
