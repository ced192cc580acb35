import type { ReadBack, ResourceType } from "../../protocol/provider";
import { flag, text } from "../../protocol/values";
import type { Value, ValueMap } from "../../protocol/values";
import { checkInputs } from "../../schema/check";
import { diffFields } from "../../schema/diff";
import { bool, map, set, str } from "../../schema/fields";
import type { Fields } from "../../schema/fields";
import {
  inputsAfterRead,
  plannedState,
  stateAfterCreate,
  stateAfterRead,
  stateAfterUpdate,
} from "../../schema/state";
import { daemonMessage } from "../context";
import type { DockerContext } from "../context";
import { findImage, localImage } from "./lookup";
import type { LocalImage } from "./lookup";

const replace = { replace: true } as const;

export const remoteImageFields: Fields = {
  name: str({ required: true, ...replace }),
  platform: str({ ...replace, default: "" }),
  keepLocally: bool(),
  forceRemove: bool(),
  pullTriggers: set("string", replace),
  triggers: map(replace),
  build: str({ unsupported: "build with docker.Image" }),
  imageId: str({ output: true }),
  repoDigest: str({ output: true }),
};

/** docker:index/remoteImage:RemoteImage */
export const remoteImageType: ResourceType<DockerContext> = {
  token: "docker:index/remoteImage:RemoteImage",
  check: (args) => checkInputs(remoteImageFields, args),
  diff: ({ state, inputs }) => ({
    changes: diffFields(remoteImageFields, state, inputs),
    deleteBeforeReplace: false,
  }),
  planCreate: (inputs) => plannedState(remoteImageFields, inputs),
  planUpdate: ({ state, inputs }) => stateAfterUpdate(remoteImageFields, state, inputs),

  create: async (context, inputs) => {
    const name = text(inputs, "name") ?? "";
    const image = await find(context, name, text(inputs, "platform"));
    return { id: image.id + name, state: stateAfterCreate(remoteImageFields, inputs, outputs(name, image)) };
  },

  read: async (context, _id, state, inputs): Promise<ReadBack | undefined> => {
    const name = text(state, "name") ?? "";
    const image = await localImage(context, name);
    if (image === undefined) return undefined;
    const seen = stateAfterRead(state, outputs(name, image));
    return { id: image.id + name, state: seen, inputs: inputsAfterRead(inputs, seen) };
  },

  update: async (context, _id, args) => {
    const name = text(args.inputs, "name") ?? "";
    const image = await find(context, name, text(args.inputs, "platform"));
    return { ...stateAfterUpdate(remoteImageFields, args.state, args.inputs), ...outputs(name, image) };
  },

  remove: async (context, _id, state) => {
    if (flag(state, "keepLocally") ?? false) return;
    const name = text(state, "name") ?? "";
    if ((await localImage(context, name)) === undefined) return;
    const force = flag(state, "forceRemove") ?? false;
    await context.docker
      .getImage(name)
      .remove({ force })
      .catch((error: unknown) => {
        throw new Error(`Unable to remove Docker image: ${daemonMessage(error)}`);
      });
  },
};

function find(context: DockerContext, name: string, platform: string | undefined): Promise<LocalImage> {
  return findImage(context, name, platform).catch((error: unknown) => {
    throw new Error(`Unable to read Docker image into resource: ${(error as Error).message}`);
  });
}

function outputs(name: string, image: LocalImage): Readonly<Record<string, Value>> {
  return { imageId: image.id, repoDigest: repoDigestOf(name, image) } satisfies ValueMap;
}

/** Empty for an image that was never pulled or pushed; with several registries the one of the name. */
export function repoDigestOf(name: string, image: LocalImage): string {
  const repository = name.split(":")[0] ?? name;
  return image.repoDigests.find((digest) => digest.startsWith(repository)) ?? image.repoDigests[0] ?? "";
}
