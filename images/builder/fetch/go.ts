import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { GoArtifact, GoLocalArtifact } from "../recipe";
import { CommandError, run } from "../run";
import { ChecksumError } from "./context";
import type { FetchContext } from "./context";
import { compileOnEngine } from "./go-engine";
import { buildFlags, goEnvironment } from "./go-flags";

/** Compiles a published Go program with the host's Go for the engine's Linux; returns the binary in `folder`. */
export async function compileGoModule(
  artifact: GoArtifact,
  folder: string,
  context: FetchContext,
): Promise<string> {
  const module = join(folder, "module");
  mkdirSync(module);
  // Without a requirement yet: to one in a module of no Go version, Go adds all that was ever required below it, and a
  // mirror may not have that any more.
  writeFileSync(join(module, "go.mod"), "module build\n");
  const options = {
    cwd: module,
    env: goEnvironment(context, artifact.env),
    logFile: context.logFile,
    signal: context.signal,
  };
  const downloaded = await run(
    "go",
    ["mod", "download", "-json", `${artifact.module}@${artifact.version}`],
    options,
  );
  const { Sum: sum = "nothing" } = JSON.parse(downloaded) as { Sum?: string };
  if (sum !== artifact.sum)
    throw new ChecksumError(`${artifact.module} ${artifact.version}`, artifact.sum, sum);
  // A module of our own that requires the program: unlike `go install`, this also compiles for another system. It takes
  // over the program's own Go version: an older language version in go.mod changes its defaults.
  const { GoMod: goMod = "" } = JSON.parse(downloaded) as { GoMod?: string };
  const language = /^go \S+$/m.exec(readFileSync(goMod, "utf8"))?.[0] ?? "go 1.16";
  writeFileSync(
    join(module, "go.mod"),
    `module build\n\n${language}\n\nrequire ${artifact.module} ${artifact.version}\n`,
  );
  const tags = artifact.tags.length > 0 ? ["-tags", artifact.tags.join(",")] : [];
  const out = join(folder, "program");
  const args = [
    "build",
    "-mod=mod",
    ...buildFlags(artifact.ldflags),
    ...tags,
    "-o",
    out,
    artifact.package ?? artifact.module,
  ];
  await run("go", args, options);
  return out;
}

/**
 * Compiles a Go program of this repository; its own go.sum pins what it uses. Where the host has no Go, in a container
 * of the official image: this is all that the platform itself needs Go for, beside upstream images.
 */
export async function compileGoLocal(
  artifact: GoLocalArtifact,
  folder: string,
  context: FetchContext,
): Promise<string> {
  if (!(await hostHasGo(context))) return compileOnEngine(artifact, folder, context);
  const out = join(folder, "program");
  const args = ["build", "-mod=readonly", ...buildFlags(artifact.ldflags), "-o", out, artifact.package];
  await run("go", args, {
    cwd: join(context.root, artifact.dir),
    env: goEnvironment(context, {}),
    logFile: context.logFile,
    signal: context.signal,
  });
  return out;
}

async function hostHasGo({ root, logFile, signal }: FetchContext): Promise<boolean> {
  try {
    await run("go", ["version"], { cwd: root, logFile, signal });
    return true;
  } catch (error) {
    if (error instanceof CommandError && error.missing) return false;
    throw error;
  }
}
