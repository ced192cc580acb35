import { dockerClient } from "../../../docker-host";
import type { DockerEndpoint } from "../../../docker-host";
import type { Change, Checked, Diff, Plugin } from "../protocol/provider";
import { UNKNOWN, equal, flag, isMap, text } from "../protocol/values";
import type { Value, ValueMap } from "../protocol/values";
import { checkInputs } from "../schema/check";
import { bool, list, str } from "../schema/fields";
import type { Fields } from "../schema/fields";
import { containerType } from "./container/container";
import type { DockerContext, RegistryAuth } from "./context";
import { imageType } from "./image/image";
import { remoteImageType } from "./image/remote-image";
import { networkType } from "./network";
import { volumeType } from "./volume";

const NOT_HERE = "set DOCKER_HOST or a Docker context for the command instead";

const configFields: Fields = {
  version: str(),
  host: str(),
  context: str({ unsupported: NOT_HERE }),
  certPath: str({ unsupported: NOT_HERE }),
  sshOpts: list("string"),
  caMaterial: str(),
  certMaterial: str(),
  keyMaterial: str(),
  disableDockerDaemonCheck: bool(),
  registryAuth: list({
    address: str({ required: true }),
    username: str(),
    password: str(),
    authDisabled: bool(),
    configFile: str({ unsupported: "give username and password" }),
    configFileContent: str({ unsupported: "give username and password" }),
  }),
};

const PING_MS = 5000;

/**
 * The stand-in for the `docker` plugin.
 * @param endpoint the engine that a provider without a `host` uses
 */
export function dockerPlugin(version: string, endpoint: DockerEndpoint): Plugin<DockerContext> {
  return {
    name: "docker",
    version,
    types: [networkType, volumeType, containerType, remoteImageType, imageType],
    checkConfig,
    diffConfig,
    configure: (inputs) => configure(inputs, endpoint),
  };
}

function checkConfig(inputs: ValueMap): Checked {
  const args = { name: "", oldInputs: {}, inputs: parsed(inputs), seed: new Uint8Array() };
  const { problems } = checkInputs(configFields, args);
  // As with the official plugin, the host that is used by default is no part of the provider's inputs.
  return { inputs, problems };
}

/** Like the official plugin: another host is an update of the provider in place, and its resources stay as they are. */
function diffConfig(oldInputs: ValueMap, inputs: ValueMap): Diff {
  const names = [...new Set([...Object.keys(oldInputs), ...Object.keys(inputs)])].filter(
    (name) => !name.startsWith("__"),
  );
  const changes = names.flatMap((path): readonly Change[] => {
    if (equal(oldInputs[path], inputs[path])) return [];
    const kind = oldInputs[path] === undefined ? "add" : inputs[path] === undefined ? "delete" : "update";
    return [{ path, kind, replace: false }];
  });
  return { changes, deleteBeforeReplace: false };
}

async function configure(inputs: ValueMap, fallback: DockerEndpoint): Promise<DockerContext> {
  const config = parsed(inputs);
  const host = text(config, "host");
  const endpoint =
    host === undefined || host === fallback.host ? fallback : { host, from: "provider", ...tls(config) };
  const docker = dockerClient(endpoint);
  const registryAuth = registries(config["registryAuth"]);
  if (config["host"] === UNKNOWN || (flag(config, "disableDockerDaemonCheck") ?? false)) {
    return { docker, apiVersion: "1.41", registryAuth };
  }
  const late = new Promise<never>((_resolve, reject) =>
    setTimeout(() => reject(new Error(`no answer within ${String(PING_MS / 1000)} s`)), PING_MS).unref(),
  );
  try {
    const { ApiVersion: apiVersion } = await Promise.race([docker.version(), late]);
    return { docker, apiVersion, registryAuth };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new Error(`failed to connect to any docker daemon: ${endpoint.host} does not answer (${why})`, {
      cause: error,
    });
  }
}

function tls(config: ValueMap): Pick<DockerEndpoint, "tls"> {
  const [ca, cert, key] = [
    text(config, "caMaterial"),
    text(config, "certMaterial"),
    text(config, "keyMaterial"),
  ];
  if (ca === undefined || cert === undefined || key === undefined) return {};
  return { tls: { ca, cert, key } };
}

function registries(value: Value | undefined): readonly RegistryAuth[] {
  const entries = Array.isArray(value) ? (value as readonly Value[]).filter(isMap) : [];
  return entries.map((entry) => {
    const [username, password] = [text(entry, "username"), text(entry, "password")];
    return {
      address: (text(entry, "address") ?? "").replace(/^https?:\/\//, "").replace(/\/.*$/, ""),
      ...(username === undefined ? {} : { username }),
      ...(password === undefined ? {} : { password }),
    };
  });
}

/** The engine hands structured configuration over as JSON text. */
function parsed(inputs: ValueMap): ValueMap {
  const out: Record<string, Value> = {};
  for (const [key, value] of Object.entries(inputs)) {
    if (value === undefined) continue;
    const field = configFields[key];
    const structured = typeof value === "string" && field !== undefined && field.kind !== "string";
    out[key] = structured ? (parseJson(value) ?? value) : value;
  }
  return out;
}

function parseJson(text: string): Value | undefined {
  try {
    return JSON.parse(text) as Value;
  } catch {
    return undefined;
  }
}
