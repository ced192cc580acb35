import { appendFileSync, cpSync, createWriteStream, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { buildOnEngine } from "../docker";
import type { GoLocalArtifact } from "../recipe";
import { run } from "../run";
import type { FetchContext } from "./context";
import { buildFlags, goEnvironment } from "./go-flags";

/** Pulled by the engine when it is needed; another one by `TRADE2026_GO_IMAGE`, where only a mirror can be reached. */
const GO_IMAGE = "docker.io/library/golang:1.26.8-trixie";

const TAG = "trade2026/compile:go";

/**
 * Compiles on the Docker engine, off the network: the program is carried out of an image that is built and removed again.
 * @throws Error when the compiler's image cannot be had, or it does not compile
 */
export async function compileOnEngine(
  artifact: GoLocalArtifact,
  folder: string,
  { root, docker, arch, logFile, signal }: FetchContext,
): Promise<string> {
  const context = join(folder, "compile");
  mkdirSync(context);
  cpSync(join(root, artifact.dir), join(context, "source"), { recursive: true });
  const environment = Object.entries({
    ...goEnvironment({ arch }, {}),
    GOPROXY: "off",
    GOTOOLCHAIN: "local",
  });
  const build = [
    "go",
    "build",
    "-mod=readonly",
    ...buildFlags(artifact.ldflags),
    "-o",
    "/program",
    artifact.package,
  ];
  writeFileSync(
    join(context, "Dockerfile"),
    [
      "ARG BASE",
      "FROM ${BASE} AS build",
      `ENV ${environment.map(([name, value]) => `${name}=${value}`).join(" ")}`,
      "COPY source/ /source/",
      "WORKDIR /source",
      `RUN ${JSON.stringify(build)}`,
      "FROM scratch",
      "COPY --from=build /program /program",
      "",
    ].join("\n"),
  );
  const compiler = process.env["TRADE2026_GO_IMAGE"] ?? GO_IMAGE;
  try {
    const onOutput = (text: string): void => appendFileSync(logFile, text);
    await buildOnEngine(docker, { context, tag: TAG, base: compiler, labels: {}, onOutput, signal });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(
      `Go is not installed, and ${compiler} could not compile in its place: ${reason}\n` +
        "    install Go, or name an image with Go that the engine can have in TRADE2026_GO_IMAGE.",
      { cause: error },
    );
  }
  const container = await docker.createContainer({ Image: TAG, Cmd: ["/program"] });
  try {
    const archive = join(folder, "program.tar");
    await pipeline(await container.getArchive({ path: "/program" }), createWriteStream(archive));
    await run("tar", ["-xf", archive, "-C", folder], { cwd: folder, logFile, signal });
  } finally {
    await container.remove({ force: true });
    await docker.getImage(TAG).remove({ force: true });
  }
  return join(folder, "program");
}
