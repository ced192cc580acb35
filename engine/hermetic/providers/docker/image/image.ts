import { existsSync } from "node:fs";
import { arch } from "node:os";
import { isAbsolute, posix } from "node:path";
import { Readable } from "node:stream";
import type Docker from "dockerode";
import type { Change, Checked, ResourceType, Timing } from "../../protocol/provider";
import {
  Secret,
  containsUnknown,
  equal,
  flag,
  isMap,
  submap,
  text,
  textMap,
  texts,
} from "../../protocol/values";
import type { Value, ValueMap } from "../../protocol/values";
import { checkInputs } from "../../schema/check";
import { block, bool, list, map, str } from "../../schema/fields";
import type { Fields } from "../../schema/fields";
import { withoutDefaults } from "../../schema/state";
import { tar } from "../../tar";
import { daemonMessage } from "../context";
import type { DockerContext } from "../context";
import { contextArchive, contextDigest, relativeDockerfile } from "./context";
import type { BuildContext } from "./context";

const imageFields: Fields = {
  imageName: str({ required: true }),
  skipPush: bool(),
  buildOnPreview: bool(),
  registry: block({ server: str(), username: str(), password: str() }),
  build: block({
    context: str(),
    dockerfile: str(),
    args: map(),
    target: str(),
    platform: str(),
    builderVersion: str(),
    addHosts: list("string"),
    network: str(),
    cacheFrom: block({ images: list("string") }, { unsupported: "it needs a registry" }),
  }),
};
/** The inputs as they were, kept in the state: this resource's diff compares inputs with inputs. */
const INPUTS = "__inputs";
const GO_ARCH: Readonly<Record<string, string>> = { x64: "amd64", ia32: "386" };

/** docker:index/image:Image, built by the daemon's BuildKit and kept local (skipPush). */
export const imageType: ResourceType<DockerContext> = {
  token: "docker:index/image:Image",
  check: (args) => checkImage(args.inputs, checkInputs(imageFields, args)),

  diff: ({ state, inputs }) => {
    const old = state[INPUTS];
    return { changes: diffImage(isMap(old) ? old : {}, inputs), deleteBeforeReplace: false };
  },

  // No outputs but the inputs: what is built decides the rest, and a dependent container shows as replaced.
  planCreate: (inputs) => inputs,
  planUpdate: ({ inputs }) => inputs,
  create: async (context, inputs, timing) => {
    const outputs = await build(context, inputs, timing);
    return { id: text(inputs, "imageName") ?? "", state: { ...outputs, [INPUTS]: new Secret(inputs) } };
  },
  update: async (context, _id, { inputs }, timing) => ({
    ...(await build(context, inputs, timing)),
    [INPUTS]: new Secret(inputs),
  }),
  // The official plugin looks at nothing on a refresh, and deletes nothing.
  read: (_context, _id, state, inputs) =>
    Promise.resolve({ state: { ...state, ...secretInputs(state) }, inputs }),
  remove: () => Promise.resolve(),
};

function secretInputs(state: ValueMap): ValueMap {
  const inputs = state[INPUTS];
  return inputs === undefined ? {} : { [INPUTS]: new Secret(inputs) };
}

function checkImage(given: ValueMap, checked: Checked): Checked {
  const problems = [...checked.problems];
  const inputs: Record<string, Value | undefined> = { ...(withoutDefaults(checked.inputs) as ValueMap) };
  inputs["buildOnPreview"] ??= false;
  if (!(flag(inputs, "skipPush") ?? false)) {
    problems.push({
      property: "skipPush",
      reason:
        "pushing is not supported by the hermetic engine: set skipPush: true, or use the official engine",
    });
  }
  const wanted: Record<string, Value | undefined> = { ...(submap(inputs, "build") ?? {}) };
  const folder = wanted["context"] ?? ".";
  wanted["context"] = folder;
  if (typeof folder === "string")
    wanted["dockerfile"] ??=
      submap(given, "build") === undefined ? "Dockerfile" : posix.join(folder, "Dockerfile");
  wanted["platform"] ??= `linux/${GO_ARCH[arch()] ?? arch()}`;
  const dockerfile = wanted["dockerfile"];
  if (typeof folder === "string" && typeof dockerfile === "string") {
    const problem = missingDockerfile(folder, dockerfile);
    if (problem === undefined) wanted["contextDigest"] = contextDigest({ folder, dockerfile });
    else problems.push({ property: "build.dockerfile", reason: problem });
  }
  inputs["build"] = wanted;
  return { inputs, problems };
}

function missingDockerfile(folder: string, dockerfile: string): string | undefined {
  if (existsSync(dockerfile)) return undefined;
  if (isAbsolute(dockerfile)) return `there is no Dockerfile at "${dockerfile}"`;
  const inContext = posix.join(folder, dockerfile);
  const hint = existsSync(inContext) ? `. Try setting \`dockerfile\` to "${inContext}"` : "";
  return `could not open dockerfile at relative path "${dockerfile}"${hint}`;
}

/** Every change is an update: the image is built anew. Changed registry credentials alone are none. */
export function diffImage(old: ValueMap, inputs: ValueMap): readonly Change[] {
  const names = [...new Set([...Object.keys(old), ...Object.keys(inputs)])]
    .filter((name) => !name.startsWith("__"))
    .sort();
  return names.flatMap((name): readonly Change[] => {
    const [before, after] = [old[name], inputs[name]];
    if (equal(before, after) && !containsUnknown(after)) return [];
    if (name === "registry" && isMap(before) && isMap(after) && equal(before["server"], after["server"]))
      return [];
    const kind = before === undefined ? "add" : after === undefined ? "delete" : "update";
    return [{ path: name, kind, replace: false }];
  });
}

async function build(context: DockerContext, inputs: ValueMap, timing: Timing): Promise<ValueMap> {
  const name = text(inputs, "imageName") ?? "";
  const wanted = submap(inputs, "build") ?? {};
  const source: BuildContext = {
    folder: text(wanted, "context") ?? ".",
    dockerfile: text(wanted, "dockerfile") ?? "Dockerfile",
  };
  if (containsUnknown(wanted))
    throw new Error(`image ${name} cannot be built from values that are not known yet`);
  const id = await runBuild(context.docker, name, wanted, source, timing);
  return {
    dockerfile: relativeDockerfile(source),
    context: source.folder,
    baseImageName: name,
    registryServer: text(submap(inputs, "registry") ?? {}, "server") ?? "",
    imageName: name,
    platform: text(wanted, "platform") ?? "",
    repoDigest: id,
  };
}

async function runBuild(
  docker: Docker,
  name: string,
  wanted: ValueMap,
  source: BuildContext,
  timing: Timing,
): Promise<string> {
  const archive = contextArchive(source);
  const args = textMap(wanted, "args");
  const hosts = texts(wanted, "addHosts");
  const options: Docker.ImageBuildOptions = {
    t: name,
    dockerfile: archive.dockerfile,
    version: text(wanted, "builderVersion") === "BuilderV1" ? "1" : "2",
    platform: text(wanted, "platform") ?? "",
    ...(args === undefined ? {} : { buildargs: args }),
    ...(text(wanted, "target") === undefined ? {} : { target: text(wanted, "target") ?? "" }),
    ...(hosts.length === 0 ? {} : { extrahosts: hosts.join(",") }),
    ...(text(wanted, "network") === undefined ? {} : { networkmode: text(wanted, "network") ?? "" }),
  };
  const log: string[] = [];
  try {
    const stream = await docker.buildImage(Readable.from([tar(archive.entries)]), options);
    await followBuild(docker, stream, (line) => {
      log.push(line);
      timing.status(line);
    });
    return (await docker.getImage(name).inspect()).Id;
  } catch (error) {
    const tail = log.slice(-20).join("\n");
    throw new Error(`error building image: ${daemonMessage(error)}${tail === "" ? "" : `\n${tail}`}`, {
      cause: error,
    });
  }
}

interface BuildEvent {
  readonly stream?: string;
  readonly error?: string;
}

function followBuild(
  docker: Docker,
  stream: NodeJS.ReadableStream,
  onLine: (line: string) => void,
): Promise<void> {
  // Decodes BuildKit's binary progress too; the published types do not have it yet.
  const { followProgress } = docker as unknown as {
    followProgress(
      stream: NodeJS.ReadableStream,
      done: (error: Error | null) => void,
      onEvent: (event: BuildEvent) => void,
    ): void;
  };
  return new Promise((resolve, reject) => {
    followProgress(
      stream,
      (error) => (error === null ? resolve() : reject(error)),
      (event) => {
        for (const line of (event.stream ?? "").split("\n")) if (line.trim() !== "") onLine(line.trimEnd());
      },
    );
  });
}
