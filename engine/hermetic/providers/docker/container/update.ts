import { flag, int, text } from "../../protocol/values";
import type { ValueMap } from "../../protocol/values";
import { daemonMessage } from "../context";
import type { DockerContext } from "../context";
import { present, resources } from "./create-options";
import { startContainer } from "./lifecycle";

/** The properties that an update really applies to the container. */
export const APPLIED: ReadonlySet<string> = new Set([
  "restart",
  "maxRetryCount",
  "cpuShares",
  "cpuSet",
  "memory",
  "memoryReservation",
  "memorySwap",
  "deviceReadBps",
  "deviceReadIops",
  "deviceWriteBps",
  "deviceWriteIops",
]);

/** Applies what can be applied; of anything else that changed, nothing is done (as with the official plugin). */
export async function updateContainer(
  context: DockerContext,
  id: string,
  changed: ReadonlySet<string>,
  inputs: ValueMap,
): Promise<void> {
  if (changed.has("mustRun") && (flag(inputs, "mustRun") ?? true) && (flag(inputs, "start") ?? true)) {
    await startContainer(context, id);
  }
  if (![...changed].some((name) => APPLIED.has(name))) return;
  const update = present({
    ...resources(inputs),
    RestartPolicy: {
      Name: text(inputs, "restart") ?? "no",
      MaximumRetryCount: int(inputs, "maxRetryCount") ?? 0,
    },
  });
  await context.docker
    .getContainer(id)
    .update(update)
    .catch((error: unknown) => {
      throw new Error(`Unable to update a container: ${daemonMessage(error)}`);
    });
}
