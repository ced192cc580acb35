/** The Docker engine as the cases see it: images, what others made, what is really there. */

import { execFileSync } from "node:child_process";
import { copyFileSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Readable } from "node:stream";
import Docker from "dockerode";
import { fileInside } from "./archive";
import type { Behind, Given } from "./spec";
import { IMAGES, PREFIX, objectName } from "./spec";
import { normaliseText } from "./verdict";

const REPOSITORY = "t26conf/";

export interface Watch {
  /** Exit codes of the containers that ended meanwhile, by name, of each the last. */
  stop(): ReadonlyMap<string, number>;
}

export class World {
  readonly docker = new Docker();

  /** @param folder scratch folder for the build of the images */
  constructor(private readonly folder: string) {}

  /** Builds the case images from the Go source beside this file. Their ids by tag. */
  async makeImages(): Promise<ReadonlyMap<string, string>> {
    const context = join(this.folder, "subject");
    mkdirSync(context, { recursive: true });
    const source = join(__dirname, "subject");
    for (const file of ["go.mod", "main.go"]) {
      copyFileSync(join(source, file), join(context, file));
    }
    const { Arch: arch } = await this.docker.version();
    execFileSync(
      "go",
      ["build", "-trimpath", "-buildvcs=false", "-ldflags=-s -w -buildid=", "-o", "subject", "."],
      {
        cwd: context,
        env: { ...process.env, CGO_ENABLED: "0", GOOS: "linux", GOARCH: arch, GOWORK: "off" },
        stdio: ["ignore", "inherit", "inherit"],
      },
    );
    const base = 'FROM scratch\nENV PATH=/\nCOPY subject /subject\nENTRYPOINT ["/subject"]\nCMD ["sleep"]\n';
    const ids = new Map<string, string>();
    const variants: readonly (readonly [string, string])[] = [
      [IMAGES.subject, `${base}LABEL variant=1\n`],
      [IMAGES.other, `${base}LABEL variant=2\n`],
      [IMAGES.healthy, `${base}HEALTHCHECK --interval=1s --timeout=5s CMD ["/subject", "health", "ok"]\n`],
    ];
    for (const [tag, dockerfile] of variants) {
      writeFileSync(join(context, "Dockerfile"), dockerfile);
      const stream = await this.docker.buildImage({ context, src: ["Dockerfile", "subject"] }, { t: tag });
      await new Promise<void>((resolve, reject) => {
        this.docker.modem.followProgress(stream, (error) => (error ? reject(error) : resolve()));
      });
      ids.set(tag, (await this.docker.getImage(tag).inspect()).Id);
    }
    await this.tag(IMAGES.subject, IMAGES.moving);
    return ids;
  }

  async give(given: readonly Given[]): Promise<void> {
    for (const one of given) {
      switch (one.make) {
        case "container": {
          const port =
            one.port === undefined ? {} : { "80/tcp": [{ HostIp: "127.0.0.1", HostPort: String(one.port) }] };
          const container = await this.docker.createContainer({
            name: one.name,
            Image: IMAGES.subject,
            ExposedPorts: { "80/tcp": {} },
            HostConfig: { PortBindings: port },
          });
          await container.start();
          break;
        }
        case "network":
          await this.docker.createNetwork({
            Name: one.name,
            IPAM: { Driver: "default", Config: [{ Subnet: one.subnet }] },
          });
          break;
        case "volume":
          await this.docker.createVolume({ Name: one.name });
          break;
      }
    }
  }

  /** Does to the resources of a case what somebody else would. */
  async interfere(caseName: string, behind: readonly Behind[]): Promise<void> {
    const name = (resource: string): string => objectName(caseName, resource);
    for (const one of behind) {
      switch (one.act) {
        case "remove":
          await this.docker.getContainer(name(one.container)).remove({ force: true });
          break;
        case "stop":
          await this.docker.getContainer(name(one.container)).stop({ t: 1 });
          break;
        case "disconnect":
          await this.docker
            .getNetwork(name(one.network))
            .disconnect({ Container: name(one.container), Force: true });
          break;
        case "removeVolume":
          await this.docker.getVolume(name(one.volume)).remove();
          break;
        case "removeNetwork":
          await this.docker.getNetwork(name(one.network)).remove();
          break;
        case "retag":
          await this.tag(one.from, one.to);
          break;
      }
    }
  }

  private async tag(from: string, to: string): Promise<void> {
    const [repo, tag] = to.split(":");
    await this.docker.getImage(from).tag({ repo: repo ?? to, tag: tag ?? "latest" });
  }

  /** The facts at these paths of a container, network or volume; `"none"` if there is no such object. */
  async look(
    kind: "container" | "network" | "volume",
    name: string,
    paths: readonly string[],
  ): Promise<unknown> {
    const found = await this.inspect(kind, name);
    if (found === undefined) {
      return "none";
    }
    const facts: Record<string, unknown> = {};
    for (const path of paths) {
      facts[path] = path.startsWith("file:")
        ? await fileInside(this.docker.getContainer(name), path.slice("file:".length))
        : factAt(found, path);
    }
    return JSON.parse(normaliseText(JSON.stringify(facts))) as unknown;
  }

  private async inspect(kind: "container" | "network" | "volume", name: string): Promise<unknown> {
    try {
      switch (kind) {
        case "container":
          return await this.docker.getContainer(name).inspect();
        case "network":
          return await this.docker.getNetwork(name).inspect();
        case "volume":
          return await this.docker.getVolume(name).inspect();
      }
    } catch (error) {
      if ((error as { statusCode?: number }).statusCode === 404) {
        return undefined;
      }
      throw error;
    }
  }

  /** Notes from now on how containers end. The engine remembers too few events to be asked afterwards. */
  async watch(): Promise<Watch> {
    const stream = await this.docker.getEvents({ filters: { type: ["container"], event: ["die"] } });
    const codes = new Map<string, number>();
    let rest = "";
    stream.on("data", (chunk: Buffer) => {
      const lines = `${rest}${chunk.toString()}`.split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines.filter((candidate) => candidate !== "")) {
        const event = JSON.parse(line) as { Actor?: { Attributes?: { name?: string; exitCode?: string } } };
        const { name, exitCode } = event.Actor?.Attributes ?? {};
        if (name !== undefined && exitCode !== undefined) {
          codes.set(name, Number(exitCode));
        }
      }
    });
    return {
      stop: () => {
        (stream as unknown as Readable).destroy();
        return codes;
      },
    };
  }

  /** Removes all that any case left behind, the images too. */
  async clean(): Promise<void> {
    const containers = await this.docker.listContainers({ all: true });
    for (const one of containers.filter(({ Names }) => Names.some((name) => name.startsWith(`/${PREFIX}`)))) {
      await this.docker.getContainer(one.Id).remove({ force: true, v: true });
    }
    for (const one of await this.docker.listNetworks()) {
      if (one.Name.startsWith(PREFIX)) {
        await this.docker.getNetwork(one.Id).remove();
      }
    }
    for (const one of (await this.docker.listVolumes()).Volumes) {
      if (one.Name.startsWith(PREFIX)) {
        await this.docker.getVolume(one.Name).remove({ force: true });
      }
    }
    for (const one of await this.docker.listImages()) {
      for (const tag of (one.RepoTags ?? []).filter((candidate) => candidate.startsWith(REPOSITORY))) {
        await this.docker.getImage(tag).remove({ force: true });
      }
    }
  }
}

/** Facts about the endpoints of a container, without what the engine chooses freely. */
function endpoints(networks: Readonly<Record<string, unknown>>): unknown {
  return Object.fromEntries(
    Object.entries(networks)
      .sort(([a], [b]) => a.localeCompare(b))
      .map(([name, raw]) => {
        const { Aliases, IPAMConfig } = raw as { Aliases?: string[] | null; IPAMConfig?: unknown };
        // Older engines add the short id of the container.
        const aliases = (Aliases ?? []).filter((alias) => !/^[0-9a-f]{12}$/.test(alias)).sort();
        return [
          name,
          { aliases, address: (IPAMConfig as { IPv4Address?: string } | null)?.IPv4Address ?? null },
        ];
      }),
  );
}

/** Lists in which the order says nothing. */
const UNORDERED = /(Env|Binds|CapAdd|CapDrop|SecurityOpt|ExtraHosts|GroupAdd|Ulimits|DeviceRequests)$/;

/** Every list in it in one order. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.map(sorted).sort((a, b) => JSON.stringify(a).localeCompare(JSON.stringify(b)));
  }
  return typeof value === "object" && value !== null
    ? Object.fromEntries(Object.entries(value).map(([key, item]) => [key, sorted(item)]))
    : value;
}

function factAt(found: unknown, path: string): unknown {
  if (path === "NetworkSettings.Networks.*") {
    return endpoints((factAt(found, "NetworkSettings.Networks") ?? {}) as Record<string, unknown>);
  }
  let value = found;
  for (const key of path.split(".")) {
    value = (value as Readonly<Record<string, unknown>> | null | undefined)?.[key];
  }
  return (UNORDERED.test(path) ? sorted(value) : value) ?? null;
}
