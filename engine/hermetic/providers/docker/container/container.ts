import { InitializationError } from "../../protocol/provider";
import type { Created, Diff, DiffArgs, ReadBack, ResourceType, Timing } from "../../protocol/provider";
import { containsUnknown, flag, int, text } from "../../protocol/values";
import type { Value, ValueMap } from "../../protocol/values";
import { checkInputs } from "../../schema/check";
import { diffFields } from "../../schema/diff";
import {
  inputsAfterRead,
  plannedState,
  stateAfterCreate,
  stateAfterFailedCreate,
  stateAfterRead,
  stateAfterUpdate,
} from "../../schema/state";
import { daemonMessage, isNotFound } from "../context";
import type { DockerContext } from "../context";
import { findImage } from "../image/lookup";
import { createOptions } from "./create-options";
import {
  attachUntilEnd,
  connectNetworks,
  inspectContainer,
  removeContainer,
  startContainer,
  uploadFiles,
  waitHealthy,
} from "./lifecycle";
import { observe } from "./observe";
import { samePorts } from "./ports";
import { containerFields } from "./schema";
import { updateContainer } from "./update";

const DEFAULT_WAIT_SECONDS = 60;

/** docker:index/container:Container */
export const containerType: ResourceType<DockerContext> = {
  token: "docker:index/container:Container",

  check: (args) => {
    const checked = checkInputs(containerFields, args, { autoname: true });
    const { gpus, deviceRequests } = args.inputs;
    if (gpus === undefined || deviceRequests === undefined) return checked;
    const reason = '"gpus" conflicts with "deviceRequests": keep one of them';
    return { ...checked, problems: [...checked.problems, { property: "gpus", reason }] };
  },

  diff: ({ state, inputs }) => diffContainer(state, inputs),
  planCreate: (inputs) => plannedState(containerFields, inputs),
  planUpdate: ({ state, inputs }) => stateAfterUpdate(containerFields, state, inputs),
  create,
  read,

  update: async (context, id, args) => {
    const state = stateAfterUpdate(containerFields, args.state, args.inputs);
    try {
      await updateContainer(context, id, changedNames(args), args.inputs);
    } catch (error) {
      // The plugin records the wanted state even though the container did not take it.
      throw new InitializationError(id, state, args.inputs, [(error as Error).message]);
    }
    return state;
  },

  remove: (context, id, state) => removeContainer(context, id, state),
};

/** Replacements of containers always delete first: two cannot have one name, and hardly one port. */
export function diffContainer(state: ValueMap, inputs: ValueMap): Diff {
  const changes = diffFields(containerFields, state, inputs, {
    ports: (old, wanted) => !containsUnknown(wanted) && samePorts(old, wanted),
  });
  return { changes, deleteBeforeReplace: changes.some((change) => change.replace) };
}

function changedNames(args: DiffArgs): ReadonlySet<string> {
  return new Set(
    diffContainer(args.state, args.inputs).changes.map(({ path }) => path.split(/[.[]/)[0] ?? path),
  );
}

async function create(context: DockerContext, inputs: ValueMap, timing: Timing): Promise<Created> {
  const image = text(inputs, "image") ?? "";
  await findImage(context, image).catch((error: unknown) => {
    throw new Error(`Unable to create container with image ${image}: ${(error as Error).message}`);
  });
  const { id } = await context.docker.createContainer(createOptions(inputs)).catch((error: unknown) => {
    throw new Error(`Unable to create container: ${daemonMessage(error)}`);
  });
  let logs: string | undefined;
  try {
    await connectNetworks(context, id, inputs);
    await uploadFiles(context, id, inputs);
    if (flag(inputs, "start") ?? true) {
      await startContainer(context, id);
      if (flag(inputs, "wait") ?? false) {
        const limit = Math.min(
          int(inputs, "waitTimeout") ?? DEFAULT_WAIT_SECONDS,
          timing.timeoutSeconds ?? 20 * 60,
        );
        await waitHealthy(context, id, limit, timing);
      }
    }
    if (flag(inputs, "attach") ?? false) logs = await attachUntilEnd(context, id, inputs);
  } catch (error) {
    // It exists from here on: it stays in the state, and the next deployment replaces it.
    const state = stateAfterFailedCreate(containerFields, inputs);
    throw new InitializationError(id, state, inputs, [(error as Error).message]);
  }
  const inspect = await inspectContainer(context, id).catch((error: unknown) => {
    // A job with `rm` is gone before anybody can look at it; the official plugin fails here as well.
    if (isNotFound(error))
      throw new Error(`expected non-nil error with nil state during Create: ${id} removed itself`);
    throw new Error(daemonMessage(error));
  });
  const observed: Record<string, Value> = { ...observe(inspect, inputs) };
  if (logs !== undefined) observed["containerLogs"] = logs;
  return { id, state: stateAfterCreate(containerFields, inputs, observed) };
}

async function read(
  context: DockerContext,
  id: string,
  state: ValueMap,
  inputs: ValueMap,
): Promise<ReadBack | undefined> {
  try {
    const seen = stateAfterRead(state, observe(await inspectContainer(context, id), state));
    return { state: seen, inputs: inputsAfterRead(inputs, seen) };
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw new Error(`error fetching container information from Docker: ${daemonMessage(error)}`, {
      cause: error,
    });
  }
}
