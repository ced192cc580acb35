import { createHash } from "node:crypto";
import type Docker from "dockerode";
import type { ContainerPlan, Plan } from "../../model/plan";
import { basicCredential, credentialsIn, resolveContent, type SecretRef } from "../../model/secrets";
import {
  archiveOf,
  engine,
  finish,
  healthOf,
  logs,
  removeLabelled,
  until,
  type Finished,
} from "../harness/docker";

const LABEL = "com.trade2026.test";

/** One password for whatever wants bcrypt, with its hash: made-up, and of the length that real ones have. */
export const BCRYPT_PASSWORD = "cfgCFG0123456789abcdefghijKLMNOPQRSTuvwx";
const BCRYPT_HASH = "$2a$10$abcdefghijklmnopqrstuuKDlfS.N3EYsAnuuNwd7bgBSfd6TP1P6";

/** A made-up value in the form that a file wants; the same for the same credential. */
export function madeUp({ credential, form }: SecretRef, username = ""): string {
  const plain = passwordOf(credential);
  switch (form) {
    case "plain":
      return plain;
    case "bcrypt":
      return BCRYPT_HASH;
    case "sha256":
      return createHash("sha256").update(plain).digest("hex");
    case "basic":
      return basicCredential(username, plain);
  }
}

/** Letters and digits, as long as a generated one. */
export function passwordOf(credential: string): string {
  return createHash("sha256").update(`made up for ${credential}`).digest("hex").slice(0, 40);
}

/** What a check changes of the planned container. */
export interface Changes {
  readonly entrypoint?: readonly string[];
  readonly command?: readonly string[];
  /** Replaces or adds files by their path in the container, which lies in a volume. */
  readonly files?: Readonly<Record<string, string>>;
  /** Another container whose network it shares. @default none at all */
  readonly networkOf?: Docker.Container;
  /** Container ports to reach on 127.0.0.1, at a host port that the engine chooses. */
  readonly publish?: readonly number[];
  /** Besides the planned environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** Does nothing, for ever, in place of its program. */
  readonly idle?: true;
}

/** Waits for the end of an input that never ends; every image can run it. */
const IDLE = { entrypoint: ["/opt/t26/t26"], command: ["reach"] };

/**
 * Runs single planned containers on the real engine, hardened as planned, with their rendered files in volumes of
 * their own, and off every network. Everything that it makes carries its label and goes away with it.
 */
export class Sandbox {
  readonly #volumes = new Set<string>();
  #containers = 0;

  private constructor(
    readonly docker: Docker,
    readonly name: string,
    readonly plan: Plan,
  ) {}

  /** Removes what a killed run of the same name has left. */
  static async open(name: string, plan: Plan): Promise<Sandbox> {
    const docker = await engine();
    await removeLabelled(docker, `${LABEL}=${name}`);
    return new Sandbox(docker, name, plan);
  }

  async close(): Promise<void> {
    await removeLabelled(this.docker, `${LABEL}=${this.name}`);
  }

  planned(name: string): ContainerPlan {
    const found = this.plan.containers.find((container) => container.name === name);
    if (!found)
      throw new Error(
        `no container ${name} in the plan: ${this.plan.containers.map((one) => one.name).join(", ")}`,
      );
    return found;
  }

  /** Rendered files of a container by their path in it. */
  files(name: string): Readonly<Record<string, string>> {
    const { mounts } = this.planned(name);
    const writers = this.plan.containers.filter(
      ({ role, workload }) => role === "writer" && workload === name,
    );
    // who logs in to itself has the password of its own hash
    const hashed = new Set(
      writers
        .flatMap(({ uploads }) => uploads.flatMap(({ content }) => credentialsIn(content)))
        .flatMap(({ form, credential }) => (form === "bcrypt" ? [credential] : [])),
    );
    const usernames = new Map(this.plan.credentials.map(({ id, username }) => [id, username]));
    const value = (ref: SecretRef): string =>
      ref.form === "plain" && hashed.has(ref.credential)
        ? BCRYPT_PASSWORD
        : madeUp(ref, usernames.get(ref.credential));
    return Object.fromEntries(
      writers.flatMap(({ mounts: [written], uploads }) => {
        const mount = mounts.find(({ volume }) => volume === written?.volume);
        if (!mount || !written) return [];
        return uploads.map(({ path, content }) => [
          `${mount.path}${path.slice(written.path.length)}`,
          resolveContent(content, value),
        ]);
      }),
    );
  }

  /** Runs the container to its end. */
  async run(name: string, changes: Changes = {}, limitSeconds = 60): Promise<Finished> {
    return finish(await this.create(name, changes), limitSeconds);
  }

  /** Starts the container and waits until its own probe says that it is healthy. */
  async start(name: string, changes: Changes = {}, limitSeconds = 90): Promise<Docker.Container> {
    const container = await this.create(name, changes);
    await container.start();
    const health = await until(
      `${name} to be healthy`,
      limitSeconds,
      () => healthOf(container),
      (word) => word === "healthy" || word.startsWith("exited"),
    );
    if (health !== "healthy") {
      const { stdout, stderr } = await logs(container);
      throw new Error(`${name} ${health}:\n${stdout}${stderr}`);
    }
    return container;
  }

  /** Created with its files in place, not started. */
  async create(name: string, changes: Changes = {}): Promise<Docker.Container> {
    const plan = this.planned(name);
    await this.#fill(plan);
    const { entrypoint, command } = changes.idle ? IDLE : changes;
    const container = await this.docker.createContainer({
      ...containerOptions({ ...plan, env: { ...plan.env, ...changes.env } }),
      ...(entrypoint === undefined ? {} : { Entrypoint: [...entrypoint] }),
      ...(command === undefined ? {} : { Cmd: [...command] }),
      ...(changes.idle ? { OpenStdin: true } : {}),
      ExposedPorts: Object.fromEntries((changes.publish ?? []).map((port) => [`${port}/tcp`, {}])),
      name: `t26config-${this.name}-${name}-${++this.#containers}`,
      Labels: { [LABEL]: this.name },
      HostConfig: {
        ...hostConfig(plan),
        ...network(plan.name, changes),
        Binds: [
          ...plan.mounts.map(({ volume, ...mount }) => ({ source: this.#volume(volume), ...mount })),
          ...(plan.hostMounts ?? []),
        ].map(({ source, path, readOnly }) => `${source}:${path}${readOnly ? ":ro" : ""}`),
      },
    });
    await this.#write(plan, { ...this.files(name), ...changes.files });
    return container;
  }

  /** Writes files of a container again, as a changed writer does while it runs. */
  async rewrite(name: string, files: Readonly<Record<string, string>>): Promise<void> {
    await this.#write(this.planned(name), files);
  }

  #volume(name: string): string {
    return `t26config-${this.name}-${name}`;
  }

  /** Makes a container's volumes, once: the toolbox in it, and each data volume its user's. */
  async #fill(plan: ContainerPlan): Promise<void> {
    for (const { volume } of plan.mounts) {
      if (this.#volumes.has(volume)) continue;
      this.#volumes.add(volume);
      await this.docker.createVolume({ Name: this.#volume(volume), Labels: { [LABEL]: this.name } });
      const maker = this.plan.containers.find(
        (one) => one.name === `${volume}-owner` || (one.name === volume && volume === "toolbox"),
      );
      if (maker && maker.name !== plan.name) {
        const { code, stderr } = await this.run(maker.name);
        if (code !== 0) throw new Error(`${maker.name}: exit ${code}: ${stderr}`);
      }
    }
  }

  /** Through a container that is never started, as the deployment does: a read-only root refuses uploads. */
  async #write(plan: ContainerPlan, files: Readonly<Record<string, string>>): Promise<void> {
    if (Object.keys(files).length === 0) return;
    const { reference } = this.planned("toolbox");
    const writer = await this.docker.createContainer({
      Image: reference ?? "",
      name: `t26config-${this.name}-${plan.name}-files-${++this.#containers}`,
      Labels: { [LABEL]: this.name },
      HostConfig: {
        NetworkMode: "none",
        Binds: plan.mounts.map(({ volume, path }) => `${this.#volume(volume)}:${path}`),
      },
    });
    await writer.putArchive(archiveOf(files), { path: "/" });
    await writer.remove();
  }
}

function containerOptions(plan: ContainerPlan): Docker.ContainerCreateOptions {
  if (plan.reference === undefined)
    throw new Error(`${plan.name} runs an image of our own, which this cannot build`);
  return {
    Image: plan.reference,
    ...(plan.entrypoint === undefined ? {} : { Entrypoint: [...plan.entrypoint] }),
    ...(plan.command === undefined ? {} : { Cmd: [...plan.command] }),
    Env: Object.entries(plan.env).map(([key, value]) => `${key}=${value}`),
    User: plan.user,
    ...(plan.healthcheck === undefined
      ? {}
      : {
          // The planned test at a pace for tests: engines before 25 make the first probe only after one interval.
          Healthcheck: {
            Test: [...plan.healthcheck.tests],
            Interval: 1e9,
            Timeout: 10e9,
            Retries: 3,
            StartPeriod: 60e9,
          },
        }),
  };
}

function hostConfig(plan: ContainerPlan): Docker.HostConfig {
  return {
    Init: true,
    ReadonlyRootfs: true,
    CapDrop: ["ALL"],
    CapAdd: plan.capabilities.map(({ name }) => name),
    SecurityOpt: ["no-new-privileges:true"],
    Memory: plan.memoryMiB * 1024 ** 2,
    MemorySwap: plan.memoryMiB * 1024 ** 2,
    ...(plan.shmMiB === undefined ? {} : { ShmSize: plan.shmMiB * 1024 ** 2 }),
    Tmpfs: { ...plan.tmpfs },
    Ulimits: Object.entries(plan.ulimits).map(([Name, limit]) => ({ Name, Soft: limit, Hard: limit })),
  };
}

/** Its own name is itself, as on a lane: what shares its network finds it by that name. */
function network(name: string, { networkOf, publish }: Changes): Docker.HostConfig {
  if (networkOf) return { NetworkMode: `container:${networkOf.id}` };
  const own = { ExtraHosts: [`${name}:127.0.0.1`] };
  if (!publish) return { NetworkMode: "none", ...own };
  return {
    NetworkMode: "bridge",
    ...own,
    PortBindings: Object.fromEntries(
      publish.map((port) => [`${port}/tcp`, [{ HostIp: "127.0.0.1", HostPort: "" }]]),
    ),
  };
}

/** Where a published port of a running container is on the host. */
export async function hostPortOf(container: Docker.Container, port: number): Promise<number> {
  const { NetworkSettings } = await container.inspect();
  const found = NetworkSettings.Ports[`${port}/tcp`]?.[0]?.HostPort;
  if (found === undefined) throw new Error(`port ${port} is not published`);
  return Number(found);
}
