import { execFileSync } from "node:child_process";
import { cpSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type Docker from "dockerode";
import { ROOT } from "../../../stacks/inputs";
import { SUBJECT } from "./plan";

/** Builds the image of the idle services: one static program in nothing. */
export async function buildSubject(docker: Docker): Promise<void> {
  const context = mkdtempSync(join(tmpdir(), "t26bench-"));
  try {
    cpSync(join(ROOT, "engine/conformance/subject"), context, { recursive: true });
    execFileSync("go", ["build", "-trimpath", "-buildvcs=false", "-ldflags=-s -w", "-o", "subject", "."], {
      cwd: context,
      env: { ...process.env, CGO_ENABLED: "0", GOOS: "linux", GOWORK: "off" },
    });
    writeFileSync(
      join(context, "Dockerfile"),
      'FROM scratch\nCOPY subject /subject\nENTRYPOINT ["/subject"]\n',
    );
    const stream = await docker.buildImage({ context, src: ["Dockerfile", "subject"] }, { t: SUBJECT });
    await new Promise<void>((resolve, reject) =>
      docker.modem.followProgress(stream, (error: Error | null) =>
        error === null ? resolve() : reject(error),
      ),
    );
  } finally {
    rmSync(context, { recursive: true, force: true });
  }
}
