import { readHostFacts } from "../../engine/host-facts";
import { DockerUnavailableError } from "../../engine/errors";
import { canonicalJson } from "../../model/canonical";
import { UNKNOWN_HOST } from "../../model/host";
import type { Plan } from "../../model/plan";
import { readStackConfig, type StackConfig } from "../config/stack-config";
import type { Context } from "../context";
import { connectDocker, type DockerConnection } from "../docker/connect";
import { checkLines, guarded, type Check } from "../doctor/check";
import { engineChecks } from "../doctor/engines";
import { certificateChecks } from "../doctor/gateway";
import { diskChecks, dockerChecks, footprintChecks } from "../doctor/host";
import { imageChecks } from "../doctor/images";
import { listenerChecks } from "../doctor/listeners";
import { processorChecks } from "../doctor/processors";
import { count } from "../ui/format";
import { Output } from "../ui/output";

/** Looks at everything that an `up` needs, and says how to mend what is wrong. @returns 1 when something blocks */
export async function doctor(
  context: Context,
  options: { readonly json: boolean },
  out = new Output(),
): Promise<number> {
  const checks = await allChecks(context);
  const problems = checks.filter(({ state }) => state === "problem").length;
  const warnings = checks.filter(({ state }) => state === "warning").length;
  if (options.json) out.line(canonicalJson({ ok: problems === 0, checks }, 2));
  else {
    for (const check of checks) checkLines(check, out.style).forEach((line) => out.line(line));
    out.line(
      `\n${problems === 0 ? out.style.good("Nothing blocks.") : out.style.bad(`${count(problems, "problem")} to mend before \`./trade2026 up\`.`)} ${count(warnings, "warning")}.`,
    );
  }
  return problems === 0 ? 0 : 1;
}

async function allChecks(context: Context): Promise<readonly Check[]> {
  let config: StackConfig | undefined;
  const settings = await guarded("settings", () => {
    config = readStackConfig(context);
    return [{ about: "settings", state: "ok", found: describeSettings(context, config) }];
  });
  const found = await findStacksDocker(config?.settings.dockerHost ?? "");
  const docker = "docker" in found ? found.docker : undefined;
  const host = config && docker ? await readHostFacts(config.settings) : UNKNOWN_HOST;
  const runtime: Check = { about: "Node", state: "ok", found: process.versions.node };
  const dockerFindings =
    "docker" in found
      ? await guarded("Docker", () => dockerChecks(found.docker, host, found.endpoint.from))
      : [found.problem];
  const engines = guarded("Pulumi", () => engineChecks(context));
  const disk = docker ? guarded("disk", () => diskChecks(docker)) : [];
  let plan: Plan | undefined;
  const footprint = config
    ? await guarded("plan", () => {
        const result = footprintChecks((config as StackConfig).settings, host);
        plan = result.plan;
        return result.checks;
      })
    : [];
  const [theConfig, thePlan] = [config, plan];
  const images =
    theConfig && thePlan ? guarded("images", () => imageChecks(context, theConfig, thePlan, docker)) : [];
  const certificate = thePlan ? guarded("certificate", () => certificateChecks(thePlan)) : [];
  return [
    runtime,
    ...settings,
    ...dockerFindings,
    ...(await disk),
    // another host's are not this machine's
    ...(config?.settings.dockerHost ? [] : await guarded("processors", () => processorChecks())),
    ...footprint,
    ...(await guarded("host listeners", listenerChecks)),
    ...(await engines),
    ...(await images),
    ...(await certificate),
  ];
}

/** The engine that the stack is on, or what is wrong with it. */
async function findStacksDocker(dockerHost: string): Promise<DockerConnection | { readonly problem: Check }> {
  try {
    return await connectDocker({ dockerHost });
  } catch (error) {
    if (!(error instanceof DockerUnavailableError)) throw error;
    const found = `no engine answers (tried ${error.tried.join(", ")})`;
    return { problem: { about: "Docker", state: "problem", found, fix: error.fix } };
  }
}

function describeSettings({ stack, home }: Context, { file, overrides }: StackConfig): string {
  const laid = Object.keys(overrides).map((key) => key.replace("trade2026:", ""));
  return `${file ?? "no file of its own"}${laid.length === 0 ? "" : `, with ${laid.join(", ")} remembered in ${home}`} (stack ${stack})`;
}
