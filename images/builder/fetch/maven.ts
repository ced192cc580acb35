import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { MavenArtifact } from "../recipe";
import { run } from "../run";
import type { FetchContext } from "./context";

const COPY_GOAL = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy";

/**
 * Copies artifacts with the host's Maven, all in one run: a JVM start for each would cost more than the downloads.
 * @returns paths in `folder`, in the order of the artifacts
 */
export async function fetchMaven(
  artifacts: readonly MavenArtifact[],
  folder: string,
  context: FetchContext,
): Promise<readonly string[]> {
  const pom = join(folder, "pom.xml");
  writeFileSync(pom, pomFor(artifacts, folder));
  const args = ["-B", "-ntp", "-f", pom, COPY_GOAL];
  await run("mvn", args, { cwd: folder, logFile: context.logFile, signal: context.signal });
  return artifacts.map((_, index) => join(folder, fileName(index)));
}

export interface MavenCoordinate {
  readonly group: string;
  readonly artifact: string;
  readonly version: string;
  readonly classifier?: string;
  readonly extension: string;
}

/** group:artifact:version[:classifier][:extension]; four parts name a classifier, unless it is a known extension. */
export function parseCoordinate(coordinate: string): MavenCoordinate {
  const [group = "", artifact = "", version = "", fourth, fifth] = coordinate.split(":");
  const fourthIsExtension = fifth === undefined && /^(jar|zip|tar\.gz|war|pom)$/.test(fourth ?? "");
  const classifier = fourthIsExtension || fourth === "" ? undefined : fourth;
  const extension = fifth ?? (fourthIsExtension && fourth !== undefined ? fourth : "jar");
  return { group, artifact, version, extension, ...(classifier === undefined ? {} : { classifier }) };
}

function pomFor(artifacts: readonly MavenArtifact[], folder: string): string {
  const items = artifacts.map(({ coordinate }, index) => {
    const { group, artifact, version, classifier, extension } = parseCoordinate(coordinate);
    return `<artifactItem><groupId>${group}</groupId><artifactId>${artifact}</artifactId><version>${version}</version>\
${classifier === undefined ? "" : `<classifier>${classifier}</classifier>`}<type>${extension}</type>\
<destFileName>${fileName(index)}</destFileName></artifactItem>`;
  });
  return `<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>
<groupId>trade2026</groupId><artifactId>artifacts</artifactId><version>0</version><packaging>pom</packaging>
<build><plugins><plugin><groupId>org.apache.maven.plugins</groupId><artifactId>maven-dependency-plugin</artifactId>
<configuration><outputDirectory>${folder}</outputDirectory><artifactItems>
${items.join("\n")}
</artifactItems></configuration></plugin></plugins></build></project>
`;
}

function fileName(index: number): string {
  return `artifact-${index}`;
}
