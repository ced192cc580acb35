import Docker from "dockerode";
import { describeError } from "../../../cli/ui/errors";
import { recover } from "../../../cli/up/recovery";
import { leave } from "../../../engine/exit";
import { chooseEngine, openStack, prepareEngine, type EngineKind } from "../../../engine";
import { readHostFacts } from "../../../engine/host-facts";
import { opa } from "../../../components/data/opa";
import { parseSettings } from "../../../model/settings";
import { devStack } from "../../../stacks/dev";
import { loadPlan, ROOT } from "../../../stacks/inputs";

/**
 * A platform of one service, small enough for an engine with a disk in memory, brought up as the command does it:
 * `small-up.ts HOME` on the engine that DOCKER_HOST names.
 */
async function main(home: string): Promise<void> {
  const engine = await prepareEngine(
    await chooseEngine({ requested: (process.env["E2E_ENGINE"] ?? "hermetic") as EngineKind }),
    console.log,
  );
  const settings = parseSettings({
    prefix: "t26e2e-small",
    images: "packages",
    subnets: { frontend: "10.240.0.0/24", lowlatency: "10.241.0.0/24", backend: "10.242.0.0/24" },
  });
  const plan = loadPlan(settings, await readHostFacts(settings), { workloads: [opa] });
  const deployment = await openStack({
    engine,
    stack: "small",
    project: "trade2026",
    root: ROOT,
    home,
    ...(process.env["DOCKER_HOST"] === undefined ? {} : { dockerHost: process.env["DOCKER_HOST"] }),
    program: async () =>
      devStack(plan, {
        bundle: (service) => {
          throw new Error(`${service} is not part of this`);
        },
      }),
  });
  try {
    const { prefix } = settings;
    const recovery = await recover(deployment, {
      ...{ stack: "small", prefix, claimed: prefix, plan },
      docker: new Docker({ socketPath: process.env["DOCKER_HOST"]?.replace("unix://", "") }),
      say: console.log,
    });
    const { changes } = await deployment.up({ ...recovery });
    console.log(JSON.stringify(changes));
  } finally {
    await deployment.close();
  }
}

main(process.argv[2] ?? "").then(
  () => leave(0),
  (error: unknown) => {
    console.error(describeError(error));
    return leave(1);
  },
);
