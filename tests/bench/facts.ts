import { execFileSync } from "node:child_process";
import { cpus, release, totalmem, type } from "node:os";
import type Docker from "dockerode";
import type { PreparedEngine } from "../../engine";
import { ROOT } from "../../stacks/inputs";
import type { Compose } from "./compose";
import { processorsAtRest } from "./measure";
import type { Provenance } from "./results";

/** Commit, date and host, for the record. */
export async function provenance(
  docker: Docker,
  compose: Compose,
  engine: PreparedEngine,
  pluginsAre?: string,
): Promise<Provenance> {
  const { Version } = await docker.version();
  const plugins = pluginsAre ?? engine.plugins.map(({ name, version }) => `${name} ${version}`).join(", ");
  return {
    commit: commit(),
    date: new Date().toISOString().slice(0, 16).replace("T", " "),
    host: {
      cpus: cpus().length,
      model: (cpus()[0]?.model ?? "unknown").replace(/\s+/g, " ").trim(),
      memoryGiB: Math.round(totalmem() / 1024 ** 3),
      system: `${type()} ${release()}`,
      node: process.versions.node,
      docker: Version,
      compose: compose.version,
      pulumi: `${engine.cli.version} with ${engine.kind === "hermetic" ? "stand-ins for " : ""}${plugins}`,
      busy: await processorsAtRest(5),
    },
  };
}

/** With a mark when the checkout differs from it in more than what a benchmark writes. */
function commit(): string {
  const git = (...args: readonly string[]): string =>
    execFileSync("git", [...args], { cwd: ROOT, encoding: "utf8" }).trim();
  try {
    const changed = git(
      "status",
      "--porcelain",
      "--untracked-files=no",
      "--",
      ".",
      ":!docs/benchmarks.md",
      ":!tests/bench/results",
    );
    return `${git("rev-parse", "--short=10", "HEAD")}${changed === "" ? "" : " and changes"}`;
  } catch {
    return "unknown";
  }
}
