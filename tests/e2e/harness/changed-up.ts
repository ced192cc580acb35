import { leave } from "../../../engine/exit";
import { readStackConfig } from "../../../cli/config/stack-config";
import { contextOf } from "../../../cli/context";
import { prepareEngine } from "../../../cli/session";
import { openStack, type EngineKind } from "../../../engine";
import { readHostFacts } from "../../../engine/host-facts";
import { bundler } from "../../../services/context";
import { workloadsOf } from "../../../stacks/catalogue";
import { devStack } from "../../../stacks/dev";
import { imageResolver, loadPlan } from "../../../stacks/inputs";
import { changedBundle, changedWorkloads, isChange, type ChangeName } from "./changes";
import { STACK } from "./platform";

/**
 * `up` of the same stack from a changed source: the functions that index.ts calls, with other declarations.
 *
 *     changed-up.ts [CHANGE ...] [rotate=CREDENTIAL]
 */
async function main(args: readonly string[]): Promise<void> {
  const rotate = args.flatMap((arg) => /^rotate=(.*)$/.exec(arg)?.[1] ?? []);
  const changes = args.filter((arg): arg is ChangeName => isChange(arg));
  if (changes.length + rotate.length !== args.length)
    throw new Error(`unknown change among ${args.join(", ")}`);
  const context = contextOf({ stack: STACK, debug: true });
  const config = readStackConfig(context);
  const engine = await prepareEngine(context, {
    engine: (process.env["E2E_ENGINE"] ?? "hermetic") as EngineKind,
    say: console.log,
  });
  const deployment = await openStack({
    engine,
    stack: STACK,
    project: "trade2026",
    root: context.root,
    home: context.home,
    config: config.file ?? {},
    configOverrides: config.overrides,
    program: async () => {
      const { settings } = config;
      const plan = loadPlan(settings, await readHostFacts(settings), {
        workloads: changedWorkloads(workloadsOf(settings), changes),
      });
      const bundle = bundler(imageResolver(settings));
      return devStack(plan, {
        bundle: (service) =>
          service === "welcome" && changes.includes("source")
            ? changedBundle(bundle(service))
            : bundle(service),
      });
    },
  });
  try {
    const replace = await rotated(deployment, rotate);
    const { changes: counts } = await deployment.up({ replace });
    console.log(JSON.stringify(counts));
  } finally {
    await deployment.close();
  }
}

/** Passwords that data depends on are protected: whoever replaces one has to say so. The next `up` protects them again. */
async function rotated(
  deployment: Awaited<ReturnType<typeof openStack>>,
  names: readonly string[],
): Promise<readonly string[]> {
  const passwords = (await deployment.resources()).filter(
    ({ type, name }) => type === "random:index/randomPassword:RandomPassword" && names.includes(name),
  );
  if (passwords.length !== names.length) throw new Error(`no credential among ${names.join(", ")}`);
  const locked = passwords.filter(({ protect }) => protect).map(({ urn }) => urn);
  if (locked.length > 0) await deployment.unprotect(locked);
  return passwords.map(({ urn }) => urn);
}

main(process.argv.slice(2)).then(
  () => leave(0),
  (error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    return leave(1);
  },
);
