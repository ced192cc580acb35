import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import type { PypiArtifact } from "../recipe";
import { run } from "../run";
import type { FetchContext } from "./context";

/** Downloads one wheel with the host's pip and returns its path in `folder`. Never builds or installs anything. */
export async function fetchWheel(
  artifact: PypiArtifact,
  folder: string,
  context: FetchContext,
): Promise<string> {
  const args = [
    ...[
      "-m",
      "pip",
      "download",
      "--no-deps",
      "--only-binary=:all:",
      "--no-input",
      "--disable-pip-version-check",
    ],
    ...wheelPlatform(artifact.file),
    ...["--dest", folder, `${artifact.package}==${artifact.version}`],
  ];
  await run("python3", args, { cwd: folder, logFile: context.logFile, signal: context.signal });
  const file = join(folder, artifact.file);
  if (existsSync(file)) return file;
  const got = readdirSync(folder).join(", ");
  throw new Error(
    `pip chose ${got} for ${artifact.package} ${artifact.version}, the recipe names ${artifact.file}`,
  );
}

/**
 * pip's words for the platform that a wheel's file name names, so that the host's own does not matter:
 * name-version[-build]-python-abi-platform[.platform…].whl
 */
export function wheelPlatform(file: string): readonly string[] {
  const [python = "", abi = "", platforms = ""] = file
    .replace(/\.whl$/, "")
    .split("-")
    .slice(-3);
  const interpreter = /^cp(\d)(\d+)$/.exec(python);
  return [
    ...platforms.split(".").flatMap((platform) => ["--platform", platform]),
    ...(interpreter
      ? ["--implementation", "cp", "--python-version", `${interpreter[1]}.${interpreter[2]}`]
      : []),
    ...abi.split(".").flatMap((tag) => ["--abi", tag]),
  ];
}
