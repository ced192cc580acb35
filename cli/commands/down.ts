import type Docker from "dockerode";
import type { Deployment, EngineKind, Leftover, StateResource } from "../../engine";
import { LABEL } from "../../model/plan";
import { ProblemsError } from "../../model/problems";
import { forgetPlatform, readStackConfig, type StackConfig } from "../config/stack-config";
import type { Context } from "../context";
import { connectDocker } from "../docker/connect";
import { removeOwnImages } from "../docker/own-images";
import { lockStack } from "../lock";
import { removeLoads } from "../load-test/container";
import { withStack } from "../session";
import { untilInterrupted } from "../signals";
import { removeLeftovers } from "../../engine/leftovers";
import { compare, readInventory } from "../up/leftovers";
import { ask } from "../ui/ask";
import { count, formatSeconds } from "../ui/format";
import { Output } from "../ui/output";

export interface DownOptions {
  readonly volumes: boolean;
  readonly confirm?: string;
  readonly engine?: EngineKind;
}

/** Takes the platform down and keeps its data, or with `--volumes` removes all of it. @returns exit code */
export async function down(context: Context, options: DownOptions, out = new Output()): Promise<number> {
  const config = readStackConfig(context);
  const { docker, endpoint } = await connectDocker(config.settings);
  if (options.volumes) await confirmed(context, config, options.confirm);
  const release = await lockStack(context, (line) => out.line(line));
  const interruptible = untilInterrupted((line) => out.line(line));
  const began = Date.now();
  try {
    await withStack(
      context,
      config,
      {
        say: (line) => out.line(line),
        docker: endpoint,
        ...(options.engine === undefined ? {} : { engine: options.engine }),
        onEvent: (event) => {
          if (event.kind === "done" && event.op === "delete" && event.type.startsWith("docker:"))
            out.draw([`removing ${event.name}`]);
        },
      },
      async (deployment) => {
        await endLoadTests(docker, config, options.volumes, out);
        // what an `up` that was killed has left holds volumes and lanes that could not go
        await removeUnknown(docker, config, deployment.resources(), options.volumes, ["container"], out);
        await destroy(deployment, options.volumes, interruptible.signal);
        out.clear();
        // when everything is to go, of a lost state, too
        const state = options.volumes ? [] : deployment.resources();
        await removeUnknown(docker, config, state, options.volumes, ["container", "network"], out);
      },
    );
  } finally {
    interruptible.done();
    release();
  }
  const volumes = await ownVolumes(docker, config.settings.prefix);
  if (options.volumes) {
    await Promise.all(volumes.map(({ name }) => docker.getVolume(name).remove({ force: true })));
    await removeOwnImages(docker, config.settings.prefix);
    const kept = forgetPlatform(context, config.remembered);
    out.line(
      `Removed everything of ${config.settings.prefix}, ${count(volumes.length, "volume")} and the stack's state with it, in ${since(began)}.`,
    );
    if (kept.length > 0)
      out.line(
        `Kept for the next up, as --set gave it: ${kept.join(", ")}. \`./trade2026 up\` with --unset <key> forgets one of them.`,
      );
    return 0;
  }
  const data = volumes.filter(({ kind }) => kind === "data").map(({ name }) => name);
  out.line(
    `Down in ${since(began)}. Kept, with the credentials that open it: ${data.length === 0 ? "no data, there was none" : data.sort().join(", ")}.`,
  );
  out.line(`\`./trade2026 up\` brings it back; \`./trade2026 down --volumes\` removes the data too.`);
  return 0;
}

async function destroy(deployment: Deployment, everything: boolean, signal: AbortSignal): Promise<void> {
  if (!everything) {
    await deployment.destroy({ excludeProtected: true, signal });
    return;
  }
  const resources = deployment.resources();
  const locked = resources.filter(({ protect }) => protect).map(({ urn }) => urn);
  if (locked.length > 0) await deployment.unprotect(locked);
  await deployment.destroy({ remove: true, signal });
}

/** They are on a lane, which could not go before them. */
async function endLoadTests(
  docker: Docker,
  { remembered, settings }: StackConfig,
  everything: boolean,
  out: Output,
): Promise<void> {
  if (remembered.claimed !== settings.prefix && !everything) return;
  const ended = await removeLoads(docker, settings.prefix);
  if (ended > 0) out.line("Ended the load test that ran.");
}

/** What carries our label and this state does not know: of an `up` that was killed. */
async function removeUnknown(
  docker: Docker,
  { remembered, settings }: StackConfig,
  state: readonly StateResource[],
  everything: boolean,
  kinds: readonly Leftover["kind"][],
  out: Output,
): Promise<void> {
  if (remembered.claimed !== settings.prefix && !everything) return;
  const unknown = compare(await readInventory(docker, settings.prefix), state, new Set()).leftovers;
  const leftovers = unknown.filter(({ kind }) => kinds.includes(kind));
  if (leftovers.length === 0) return;
  await removeLeftovers(docker, leftovers);
  out.line(`Removed ${count(leftovers.length, "leftover")} that the state did not know.`);
}

async function ownVolumes(
  docker: Docker,
  prefix: string,
): Promise<readonly { readonly name: string; readonly kind: string }[]> {
  const { Volumes } = await docker.listVolumes({ filters: { label: [`${LABEL}.stack=${prefix}`] } });
  return Volumes.map(({ Name, Labels }) => ({ name: Name, kind: Labels?.[`${LABEL}.kind`] ?? "" }));
}

/** @throws ProblemsError unless the stack's name was given, or is typed now */
export async function confirmed(
  { stack }: Pick<Context, "stack">,
  { settings }: Pick<StackConfig, "settings">,
  given: string | undefined,
): Promise<void> {
  const answer =
    given ??
    (await ask(
      `This removes every container, volume and credential of ${settings.prefix}, and with them its data. Type the stack's name (${stack}) to go on: `,
    ));
  if (answer?.trim() === stack) return;
  throw new ProblemsError("The arguments", [
    {
      path: "--confirm",
      what: answer === undefined ? "is needed where nobody can be asked" : "is not the stack's name",
      ...(answer === undefined ? {} : { value: answer }),
      allowed: stack,
      fix: `./trade2026 down --stack ${stack} --volumes --confirm ${stack}`,
    },
  ]);
}

function since(began: number): string {
  return formatSeconds((Date.now() - began) / 1000);
}
