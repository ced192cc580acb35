import type Docker from "dockerode";
import type { Deployment } from "../../engine";
import { removeLeftovers } from "../../engine/leftovers";
import type { Plan } from "../../model/plan";
import { assertNoProblems } from "../../model/problems";
import { count } from "../ui/format";
import { compare, foreignProblem, readInventory } from "./leftovers";

export interface RecoveryContext {
  readonly stack: string;
  readonly prefix: string;
  /** The prefix that this checkout has made things under. */
  readonly claimed: string | undefined;
  readonly plan: Plan;
  readonly docker: Docker;
  readonly say: (line: string) => void;
}

/** How the next deployment has to go on. */
export interface Recovery {
  /** Read the state back from the engine first. */
  readonly refresh: boolean;
  /** URNs to make anew. */
  readonly replace: readonly string[];
}

/**
 * Clears away what a killed `up` left, and finds out what is gone behind the state's back.
 * @returns how to deploy: with the state read back from the engine first, or not
 */
export async function recover(
  deployment: Deployment,
  { stack, prefix, claimed, plan, docker, say }: RecoveryContext,
): Promise<Recovery> {
  const services = new Set(plan.containers.filter(({ role }) => role === "service").map(({ name }) => name));
  const inventory = await readInventory(docker, prefix);
  const { leftovers, unknownData, drifted } = compare(inventory, deployment.resources(), services);
  const names = leftovers.map(({ name }) => name);
  if (claimed !== prefix && names.length + unknownData.length > 0) {
    assertNoProblems(`Stack ${stack}`, [foreignProblem(prefix, stack, [...names, ...unknownData])]);
  }
  if (names.length > 0) {
    say(`Removing ${count(names.length, "leftover")} of an up that did not end: ${names.join(", ")}`);
    await removeLeftovers(docker, leftovers);
  }
  if (deployment.pending().length > 0) await clearPending(deployment);
  if (drifted.length > 0)
    say(`Gone or stopped since the last up, so the engine is asked first: ${drifted.join(", ")}`);
  if (drifted.length === 0) return { refresh: false, replace: [] };
  // Reading back takes what never became healthy for good: it is to be made anew.
  const unfinished = deployment.resources().filter(({ initErrors }) => initErrors.length > 0);
  return { refresh: true, replace: unfinished.map(({ urn }) => urn) };
}

/** What was being made when an `up` was killed is a leftover and gone by now; what was being removed is tried again. */
async function clearPending(deployment: Deployment): Promise<void> {
  const state = await deployment.exportState();
  const { pending_operations: _, ...content } = state.deployment as Record<string, unknown>;
  await deployment.importState({ ...state, deployment: content });
}
