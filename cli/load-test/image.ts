import { readFileSync } from "node:fs";
import { join } from "node:path";
import type Docker from "dockerode";
import { lockedProgram, parseImageLock } from "../../model/images";
import { ProblemsError } from "../../model/problems";
import type { Settings } from "../../model/settings";
import { imageResolver } from "../../stacks/inputs";
import type { Context } from "../context";
import { load } from "../load";
import { buildLine } from "../up/images";
import { hasImage } from "../up/image-mode";
import type { LoadTest } from "./run";
import type * as builderModule from "../../images/builder";

const PROGRAM = "k6";

/** k6's image in the stack's mode, pulled or built where the engine lacks it. @throws ProblemsError where it cannot be had */
export async function k6Image(
  { root }: Pick<Context, "root">,
  settings: Settings,
  docker: Docker,
  say: (line: string) => void,
  signal: AbortSignal,
): Promise<Pick<LoadTest, "image" | "user" | "binary">> {
  const resolved = imageResolver(settings, root)(PROGRAM);
  const { contract, recipe } = lockedProgram(
    parseImageLock(readFileSync(join(root, "configs/images.yaml"), "utf8")),
    PROGRAM,
  );
  const binary = contract?.binary ?? undefined;
  if ("missing" in resolved || contract === null || binary === undefined)
    throw problem(
      "cannot be had",
      "missing" in resolved ? resolved.missing : "the lock has no contract for it",
    );
  if (!(await hasImage(docker, resolved.reference))) {
    if (resolved.origin === "packages" && recipe !== null) {
      say("Building the image of k6 from its package registry, once …");
      const builder = load<typeof builderModule>("../images/builder");
      await builder.buildImages(root, [recipe], {
        ...{ docker, signal },
        onProgress: (progress) => {
          const line = buildLine(progress);
          if (line !== undefined) say(line);
        },
      });
    } else await pull(docker, resolved.reference, say);
  }
  return {
    image: resolved.reference,
    user: `${contract.uid}:${contract.gid}`,
    binary,
  };
}

async function pull(docker: Docker, reference: string, say: (line: string) => void): Promise<void> {
  say(`Pulling ${reference}, once …`);
  try {
    const stream: NodeJS.ReadableStream = await docker.pull(reference);
    await new Promise<void>((resolve, reject) =>
      docker.modem.followProgress(stream, (error) => (error ? reject(error) : resolve())),
    );
  } catch (error) {
    throw problem("cannot be pulled", error instanceof Error ? error.message : String(error), reference);
  }
}

function problem(what: string, why: string, value: string = PROGRAM): ProblemsError {
  return new ProblemsError("The load test", [
    {
      path: `image ${PROGRAM}`,
      what: `${what}: ${why}`,
      value,
      fix: "./trade2026 doctor says which registries can be reached; ./trade2026 images build k6 builds it from its package registry, for --set images=packages",
    },
  ]);
}
