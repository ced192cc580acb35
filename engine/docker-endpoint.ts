import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { homedir, platform } from "node:os";
import { join } from "node:path";
import Docker from "dockerode";

/** How to reach one Docker engine. */
export interface DockerEndpoint {
  /** `unix://…`, `npipe://…`, `tcp://…` or `ssh://…`, as DOCKER_HOST spells it. */
  readonly host: string;
  /** Where the address comes from, for messages: `DOCKER_HOST`, `context desktop-linux`, `default socket`. */
  readonly from: string;
  /** PEM texts for an engine behind TLS. */
  readonly tls?: { readonly ca?: string; readonly cert?: string; readonly key?: string };
}

export type DockerSearch =
  | {
      readonly found: true;
      readonly endpoint: DockerEndpoint;
      readonly version: string;
      readonly apiVersion: string;
      readonly os: string;
    }
  | { readonly found: false; readonly tried: readonly string[]; readonly fix: string };

const PING_MS = 3000;

/** Finds the Docker engine that `docker` itself would use, and asks it for its version. Takes 3 s a candidate at most. */
export async function findDocker(env: NodeJS.ProcessEnv = process.env): Promise<DockerSearch> {
  const endpoints = candidateEndpoints(env);
  for (const endpoint of endpoints) {
    const version = await versionOf(endpoint);
    if (version !== undefined) return { found: true, endpoint, ...version };
  }
  return {
    found: false,
    tried: endpoints.map(({ host, from }) => `${host} (${from})`),
    fix: fixFor(platform()),
  };
}

/**
 * Where a Docker engine may be, best first. An explicit DOCKER_HOST or context is the only candidate then:
 * falling back to another engine than the one asked for would deploy to the wrong place.
 */
export function candidateEndpoints(
  env: NodeJS.ProcessEnv,
  system: NodeJS.Platform = platform(),
  home: string = homedir(),
): readonly DockerEndpoint[] {
  const explicit = env["DOCKER_HOST"];
  if (explicit !== undefined && explicit !== "") {
    return [{ host: withScheme(explicit), from: "DOCKER_HOST", ...tlsFrom(certFolder(env)) }];
  }
  const folder = env["DOCKER_CONFIG"] ?? join(home, ".docker");
  const context = contextName(env, folder);
  if (context !== undefined) {
    const endpoint = readContext(folder, context);
    if (endpoint !== undefined) return [endpoint];
  }
  return defaultHosts(env, system, home).map((host) => ({ host, from: "default socket" }));
}

function contextName(env: NodeJS.ProcessEnv, folder: string): string | undefined {
  const chosen = env["DOCKER_CONTEXT"] ?? currentContext(folder);
  return chosen === undefined || chosen === "" || chosen === "default" ? undefined : chosen;
}

function defaultHosts(env: NodeJS.ProcessEnv, system: NodeJS.Platform, home: string): readonly string[] {
  if (system === "win32")
    return ["npipe:////./pipe/docker_engine", "npipe:////./pipe/dockerDesktopLinuxEngine"];
  const runtime = env["XDG_RUNTIME_DIR"];
  const sockets = [
    "/var/run/docker.sock",
    `${home}/.docker/run/docker.sock`,
    `${home}/.docker/desktop/docker.sock`,
    ...(runtime === undefined ? [] : [`${runtime}/docker.sock`]),
  ];
  return sockets.map((socket) => `unix://${socket}`);
}

/** A dockerode client for an endpoint. */
export function dockerClient(endpoint: DockerEndpoint): Docker {
  return new Docker(clientOptions(endpoint));
}

/** Every connection option is set, so that dockerode does not mix in a DOCKER_HOST of the environment. */
export function clientOptions(endpoint: DockerEndpoint): Docker.DockerOptions {
  const none = { host: undefined, port: undefined, socketPath: undefined } as Docker.DockerOptions;
  const { host } = endpoint;
  if (host.startsWith("unix://"))
    return { ...none, socketPath: host.slice("unix://".length), protocol: "http" };
  if (host.startsWith("npipe://"))
    return { ...none, socketPath: host.slice("npipe://".length), protocol: "http" };
  const url = new URL(host);
  if (url.protocol === "ssh:") {
    const agent = process.env["SSH_AUTH_SOCK"];
    return {
      ...none,
      protocol: "ssh",
      host: url.hostname,
      port: Number(url.port === "" ? 22 : url.port),
      username: decodeURIComponent(url.username),
      sshOptions: agent === undefined ? {} : { agent },
    };
  }
  const { tls } = endpoint;
  const secure = tls !== undefined || url.port === "2376";
  return {
    ...none,
    host: url.hostname,
    port: Number(url.port === "" ? (secure ? 2376 : 2375) : url.port),
    protocol: secure ? "https" : "http",
    ...(tls ?? {}),
  };
}

async function versionOf(
  endpoint: DockerEndpoint,
): Promise<{ version: string; apiVersion: string; os: string } | undefined> {
  const socket = /^unix:\/\/(.*)$/.exec(endpoint.host)?.[1];
  if (socket !== undefined && !existsSync(socket)) return undefined;
  const late = new Promise<undefined>((resolve) => setTimeout(resolve, PING_MS, undefined).unref());
  const asked = dockerClient(endpoint)
    .version()
    .then(
      (answer) => ({ version: answer.Version, apiVersion: answer.ApiVersion, os: answer.Os }),
      () => undefined,
    );
  return Promise.race([asked, late]);
}

function currentContext(folder: string): string | undefined {
  const config = readJson(join(folder, "config.json"));
  const name = isObject(config) ? config["currentContext"] : undefined;
  return typeof name === "string" ? name : undefined;
}

function readContext(folder: string, name: string): DockerEndpoint | undefined {
  const id = createHash("sha256").update(name).digest("hex");
  const meta = readJson(join(folder, "contexts", "meta", id, "meta.json"));
  const endpoints = isObject(meta) ? meta["Endpoints"] : undefined;
  const docker = isObject(endpoints) ? endpoints["docker"] : undefined;
  const host = isObject(docker) ? docker["Host"] : undefined;
  if (typeof host !== "string" || host === "") return undefined;
  return {
    host: withScheme(host),
    from: `context ${name}`,
    ...tlsFrom(join(folder, "contexts", "tls", id, "docker")),
  };
}

function certFolder(env: NodeJS.ProcessEnv): string | undefined {
  const folder = env["DOCKER_CERT_PATH"];
  if (folder !== undefined && folder !== "") return folder;
  return env["DOCKER_TLS_VERIFY"] === "1" ? join(homedir(), ".docker") : undefined;
}

function tlsFrom(folder: string | undefined): Pick<DockerEndpoint, "tls"> {
  if (folder === undefined) return {};
  const read = (name: string): string | undefined => {
    const file = join(folder, name);
    return existsSync(file) ? readFileSync(file, "utf8") : undefined;
  };
  const [ca, cert, key] = [read("ca.pem"), read("cert.pem"), read("key.pem")];
  if (ca === undefined && cert === undefined) return {};
  return {
    tls: {
      ...(ca === undefined ? {} : { ca }),
      ...(cert === undefined ? {} : { cert }),
      ...(key === undefined ? {} : { key }),
    },
  };
}

function readJson(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch {
    return undefined;
  }
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null;
const withScheme = (host: string): string => (host.includes("://") ? host : `tcp://${host}`);

function fixFor(system: NodeJS.Platform): string {
  if (system === "win32")
    return "Install Docker Desktop, start it, and wait until it says that the engine is running.";
  if (system === "darwin") return "Install Docker Desktop (or colima), start it, and try again.";
  return "Install a Docker engine (on Debian and Ubuntu: package docker.io), start it, and let your user reach its socket.";
}
