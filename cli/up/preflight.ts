import { readHostFacts } from "../../engine/host-facts";
import { preflight } from "../../model/footprint";
import type { Plan } from "../../model/plan";
import { assertNoProblems, type Problem } from "../../model/problems";
import type { Settings } from "../../model/settings";
import { loadPlan } from "../../stacks/inputs";
import type { DockerConnection } from "../docker/connect";
import { diskProblems, engineDisk } from "../docker/disk";
import type { Output } from "../ui/output";

/**
 * The plan, checked against this host, before anything is made.
 * @throws ProblemsError with everything that would make it fail; what may work all the same is printed
 */
export async function checkedPlan(
  settings: Settings,
  { docker }: DockerConnection,
  out: Output,
): Promise<Plan> {
  const [host, disk] = await Promise.all([readHostFacts(settings), engineDisk(docker)]);
  const plan = loadPlan(settings, host);
  const [footprint, space] = [preflight(plan, host), diskProblems(disk)];
  assertNoProblems("This machine", [...footprint.problems, ...space.problems]);
  for (const warning of [...footprint.warnings, ...space.warnings]) out.line(describeWarning(warning, out));
  return plan;
}

export function describeWarning({ path, what, value, allowed, fix }: Problem, { style }: Output): string {
  const lines = [`${style.caution("!")} ${path} ${what}`];
  if (value !== undefined)
    lines.push(`      found:   ${typeof value === "string" ? value : JSON.stringify(value)}`);
  if (allowed !== undefined) lines.push(`      wanted:  ${allowed}`);
  if (fix !== undefined) lines.push(`      fix:     ${fix}`);
  return lines.join("\n");
}
