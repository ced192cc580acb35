import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  statfsSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Docker from "dockerode";
import { until } from "../../harness/docker";

/** Where a second engine can run: it needs root, mounts, and the program itself. */
export function canRunOwnEngine(): boolean {
  return (
    process.platform === "linux" &&
    process.getuid?.() === 0 &&
    spawnSync("dockerd", ["--version"]).status === 0
  );
}

/**
 * A Docker engine of the test's own, on a disk of its own in memory: it may be stopped and filled up without harm to
 * anybody. It leaves the host's packet filter alone, so nothing is published there.
 */
export class OwnEngine {
  readonly folder = mkdtempSync(join(tmpdir(), "t26e2e-engine-"));
  readonly host = `unix://${join(this.folder, "docker.sock")}`;
  readonly docker = new Docker({ socketPath: join(this.folder, "docker.sock") });
  readonly #disk = join(this.folder, "disk");
  #process: ChildProcess | undefined;
  #ended: Promise<unknown> = Promise.resolve();

  /** @param mib size of its disk */
  constructor(mib: number) {
    mkdirSync(this.#disk);
    must("mount", "-t", "tmpfs", "-o", `size=${mib}m`, "t26e2e", this.#disk);
  }

  async start(): Promise<void> {
    if (this.#process) throw new Error("it runs already");
    const log = openSync(join(this.folder, "dockerd.log"), "a");
    const place = (name: string): string => join(this.folder, name);
    // In a network namespace of its own: one without a default bridge deletes the host engine's.
    this.#process = spawn(
      "unshare",
      [
        ...["--net", "dockerd"],
        ...[
          "--host",
          this.host,
          "--data-root",
          this.#disk,
          "--exec-root",
          place("exec"),
          "--pidfile",
          place("pid"),
        ],
        ...[
          "--bridge",
          "none",
          "--iptables=false",
          "--ip6tables=false",
          "--ip-forward=false",
          "--ip-masq=false",
          "--userland-proxy=false",
        ],
      ],
      { stdio: ["ignore", log, log] },
    );
    const started = this.#process;
    this.#ended = new Promise((resolve) => started.once("exit", resolve));
    await until(
      `a second dockerd (${this.log().slice(-500)})`,
      60,
      () =>
        this.docker.ping().then(
          () => true,
          () => false,
        ),
      Boolean,
    );
  }

  /** Ends it and all that it runs, at once, as a crash would. */
  async stop(): Promise<void> {
    this.#process?.kill("SIGKILL");
    await this.#ended;
    this.#process = undefined;
    for (const file of ["exec/containerd/containerd.pid", "pid"]) {
      const path = join(this.folder, file);
      if (file.includes("containerd") && existsSync(path)) killIfThere(Number(readFileSync(path, "utf8")));
      rmSync(path, { force: true });
    }
  }

  /** Copies images from another engine. */
  async load(from: Docker, references: readonly string[]): Promise<void> {
    for (const reference of references) {
      const image = await from.getImage(reference).get();
      const answer = await this.docker.loadImage(image);
      await new Promise((resolve, reject) => answer.on("end", resolve).on("error", reject).resume());
    }
  }

  /** Takes all of its disk but for so many bytes. */
  fill(leave: number): void {
    const { bavail, bsize } = statfsSync(this.#disk);
    writeFileSync(join(this.#disk, "ballast"), Buffer.alloc(Math.max(0, bavail * bsize - leave), 1));
  }

  empty(): void {
    rmSync(join(this.#disk, "ballast"), { force: true });
  }

  log(): string {
    const path = join(this.folder, "dockerd.log");
    return existsSync(path) ? readFileSync(path, "utf8") : "";
  }

  /** Removes what runs on it, and its networks. */
  async clear(): Promise<void> {
    const containers = await this.docker.listContainers({ all: true }).catch(() => []);
    await Promise.all(
      containers.map(({ Id }) =>
        this.docker
          .getContainer(Id)
          .remove({ force: true })
          .catch(() => undefined),
      ),
    );
    const networks = await this.docker.listNetworks().catch(() => []);
    await Promise.all(
      networks.map(({ Id }) =>
        this.docker
          .getNetwork(Id)
          .remove()
          .catch(() => undefined),
      ),
    );
  }

  async close(): Promise<void> {
    await this.clear();
    this.#process?.kill("SIGTERM");
    await Promise.race([this.#ended, new Promise((resolve) => setTimeout(resolve, 10_000))]);
    await this.stop();
    spawnSync("umount", ["-l", this.#disk]);
    rmSync(this.folder, { recursive: true, force: true });
  }
}

function killIfThere(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It has ended by itself.
  }
}

function must(program: string, ...args: readonly string[]): void {
  const { status, stderr } = spawnSync(program, args, { encoding: "utf8" });
  if (status !== 0) throw new Error(`${program} ${args.join(" ")}: ${stderr}`);
}
