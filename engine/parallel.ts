import { availableParallelism } from "node:os";

/** A step that waits for a container's first probe keeps its place and does nothing for five seconds. */
const STEPS_A_PROCESSOR = 16;
/** Each step is a connection of its own there, and sshd refuses the eleventh that is still logging in. */
const STEPS_OVER_SSH = 8;

/**
 * While resources go: Docker 20.10 can lock up for good when many containers leave a network at once
 * (moby/moby#46661), and nothing waits for probes then.
 */
export const STEPS_OF_REMOVAL = 4;

/**
 * Resources that Pulumi works on at once. Its own rule, four a processor, is for steps that work: with it 40 services
 * on two processors came up in five waves, and each wave waited for its probes.
 * @param hosts the Docker hosts that the stack is on
 */
export function parallelSteps(hosts: readonly string[], processors = availableParallelism()): number {
  return hosts.some((host) => host.startsWith("ssh:")) ? STEPS_OVER_SSH : STEPS_A_PROCESSOR * processors;
}
