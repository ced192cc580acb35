import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);
const ROOT = join(__dirname, "../..");
const REQUIREMENTS = join(__dirname, "requirements.txt");
const OLDEST = [3, 11] as const;
const FIX = "install Python 3.11 or later with venv (Debian, Ubuntu: apt-get install python3-venv)";

/**
 * schemathesis, as requirements.txt pins it, in a Python environment of its own, which is made once for each content of
 * that file.
 *
 * @returns its command: as a module, because a script names its interpreter by a path, and a checkout may be moved
 * @throws with what is missing on this machine
 */
export async function schemathesis(): Promise<readonly [string, ...string[]]> {
  const python = process.platform === "win32" ? "python" : "python3";
  const version = await versionOf(python);
  const requirements = readFileSync(REQUIREMENTS);
  const key = createHash("sha256").update(requirements).update(version).digest("hex").slice(0, 12);
  const folder = join(ROOT, ".trade2026/cache/schemathesis", key);
  const bin = join(folder, process.platform === "win32" ? "Scripts" : "bin");
  const interpreter = join(bin, "python");
  const complete = join(folder, "complete");
  if (!existsSync(complete)) {
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
    console.log("installing schemathesis");
    await run(python, ["-m", "venv", folder]).catch((error: Error & { stdout?: string }) => {
      throw new Error(`${python} -m venv: ${error.stdout ?? ""}${error.message}\n${FIX}`);
    });
    await run(interpreter, [
      ...["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input"],
      ...["--require-hashes", "--only-binary", ":all:", "--requirement", REQUIREMENTS],
    ]);
    writeFileSync(complete, "");
  }
  return [interpreter, "-m", "schemathesis.cli"];
}

async function versionOf(python: string): Promise<string> {
  const { stdout } = await run(python, ["--version"]).catch(() => ({ stdout: "" }));
  const [version, major, minor] = /(\d+)\.(\d+)\.\d+/.exec(stdout) ?? [];
  const old = Number(major) < OLDEST[0] || (Number(major) === OLDEST[0] && Number(minor) < OLDEST[1]);
  if (version === undefined || old)
    throw new Error(`fuzzing needs Python, found ${version ?? "none"}: ${FIX}`);
  return version;
}
