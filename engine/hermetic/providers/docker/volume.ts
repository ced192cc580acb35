import type { ResourceType } from "../protocol/provider";
import { maps, text, textMap } from "../protocol/values";
import { checkInputs } from "../schema/check";
import { diffFields } from "../schema/diff";
import { labelFields, map, set, str } from "../schema/fields";
import type { Fields } from "../schema/fields";
import {
  inputsAfterRead,
  plannedState,
  stateAfterCreate,
  stateAfterRead,
  stateAfterUpdate,
} from "../schema/state";
import type { Observed } from "../schema/state";
import { labelMap, present } from "./container/create-options";
import { daemonMessage, isNotFound } from "./context";
import type { DockerContext } from "./context";
import { hasOwnName, labelList } from "./network";
import { untilGone } from "./until-gone";

const replace = { replace: true } as const;

/** Nothing of a volume can be changed in place: even a label takes its data with it. */
export const volumeFields: Fields = {
  name: str({ computed: true, ...replace }),
  driver: str({ computed: true, ...replace }),
  driverOpts: map(replace),
  labels: set(labelFields, replace),
  cluster: str({ unsupported: "cluster volumes need Swarm" }),
  mountpoint: str({ output: true }),
};

interface VolumeInspect {
  readonly Name: string;
  readonly Driver: string;
  readonly Mountpoint: string;
  readonly Labels: Readonly<Record<string, string>> | null;
  readonly Options: Readonly<Record<string, string>> | null;
}

/** docker:index/volume:Volume */
export const volumeType: ResourceType<DockerContext> = {
  token: "docker:index/volume:Volume",
  check: (args) => checkInputs(volumeFields, args, { autoname: true }),
  diff: ({ state, inputs }) => {
    const changes = diffFields(volumeFields, state, inputs);
    return { changes, deleteBeforeReplace: changes.some((change) => change.replace) && hasOwnName(inputs) };
  },
  planCreate: (inputs) => plannedState(volumeFields, inputs),
  planUpdate: ({ state, inputs }) => stateAfterUpdate(volumeFields, state, inputs),

  create: async (context, inputs) => {
    const labels = maps(inputs, "labels");
    const options = present({
      Name: text(inputs, "name"),
      Driver: text(inputs, "driver"),
      DriverOpts: textMap(inputs, "driverOpts"),
      Labels: labels.length === 0 ? undefined : labelMap(labels),
    });
    // Creating by a name that exists gives the existing volume, data, old labels and all.
    const created = (await context.docker.createVolume(options).catch((error: unknown) => {
      throw new Error(`Unable to create volume: ${daemonMessage(error)}`);
    })) as unknown as { readonly Name?: string; readonly name?: string };
    const id = created.Name ?? created.name ?? text(inputs, "name") ?? "";
    return { id, state: stateAfterCreate(volumeFields, inputs, observe(await inspect(context, id))) };
  },

  read: async (context, id, state, inputs) => {
    try {
      const seen = stateAfterRead(state, observe(await inspect(context, id)));
      return { state: seen, inputs: inputsAfterRead(inputs, seen) };
    } catch (error) {
      if (isNotFound(error)) return undefined;
      throw new Error(`Unable to inspect volume: ${daemonMessage(error)}`, { cause: error });
    }
  },

  update: (_context, _id, { state, inputs }) =>
    Promise.resolve(stateAfterUpdate(volumeFields, state, inputs)),
  remove: (context, id) =>
    untilGone(
      () => context.docker.getVolume(id).remove({ force: true }),
      (message) => message.includes("volume is in use"),
    ),
};

async function inspect(context: DockerContext, name: string): Promise<VolumeInspect> {
  return (await context.docker.getVolume(name).inspect()) as unknown as VolumeInspect;
}

function observe(volume: VolumeInspect): Observed {
  return {
    name: volume.Name,
    labels: labelList(volume.Labels),
    driver: volume.Driver,
    driverOpts: volume.Options ?? {},
    mountpoint: volume.Mountpoint,
  };
}
