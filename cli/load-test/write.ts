import { execFile } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import type Docker from "dockerode";
import { canonicalJson } from "../../model/canonical";
import type { Context } from "../context";
import { htmlReport } from "./html";
import { markdownReport, type Environment, type Report } from "./report";
import type { Outcome } from "./run";

/** Writes the report's three forms. @returns their folder */
export function writeReport(context: Context, report: Report, summary: Outcome["summary"]): string {
  const stamp = report.began.replace(/\.\d+Z$/, "Z").replaceAll(":", "-");
  const folder = join(context.home, "reports", `load-${report.scenario.name}-${stamp}`);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "report.html"), htmlReport(report));
  writeFileSync(join(folder, "report.md"), markdownReport(report));
  writeFileSync(join(folder, "summary.json"), `${canonicalJson({ ...report, k6: summary }, 2)}\n`);
  return folder;
}

/** @param image k6's, as it was run */
export async function environmentOf(docker: Docker, root: string, image: string): Promise<Environment> {
  const [info, { Config }, commit] = await Promise.all([
    docker.info() as Promise<EngineInfo>,
    docker.getImage(image).inspect(),
    promisify(execFile)("git", ["rev-parse", "--short=10", "HEAD"], { cwd: root }).then(
      ({ stdout }) => stdout.trim(),
      () => "",
    ),
  ]);
  return {
    cpus: info.NCPU,
    memoryBytes: info.MemTotal,
    system: `${info.OperatingSystem}, kernel ${info.KernelVersion}, ${info.Architecture}`,
    docker: info.ServerVersion,
    k6: Config.Labels?.["org.opencontainers.image.version"] ?? "as its image has it",
    image,
    commit,
  };
}

interface EngineInfo {
  readonly NCPU: number;
  readonly MemTotal: number;
  readonly OperatingSystem: string;
  readonly KernelVersion: string;
  readonly Architecture: string;
  readonly ServerVersion: string;
}
