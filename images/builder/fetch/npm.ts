import { readdirSync } from "node:fs";
import { join } from "node:path";
import type { NpmArtifact } from "../recipe";
import { run } from "../run";
import type { FetchContext } from "./context";

/** Downloads one package with the host's npm and returns the tarball's path in `folder`. Runs none of its scripts. */
export async function fetchNpmPackage(
  artifact: NpmArtifact,
  folder: string,
  context: FetchContext,
): Promise<string> {
  const args = [
    "pack",
    `${artifact.package}@${artifact.version}`,
    "--ignore-scripts",
    "--loglevel=error",
    "--pack-destination",
    folder,
  ];
  await run("npm", args, { cwd: folder, logFile: context.logFile, signal: context.signal });
  const tarball = readdirSync(folder).find((name) => name.endsWith(".tgz"));
  if (tarball === undefined)
    throw new Error(`npm pack ${artifact.package}@${artifact.version} left no tarball`);
  return join(folder, tarball);
}
