import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { EngineBuildError } from "../../errors";
import type { Home } from "../../home";
import { run } from "../../process";
import type { Progress } from "../../types";
import { CLI_VERSION } from "../../versions";

const PACKAGE = "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi";
const VERSION_VARIABLE = "github.com/pulumi/pulumi/sdk/v3/go/common/version.Version";
/** The release of Go that the CLI's module asks for. */
export const MINIMUM_GO = "1.25.11";
const SLICE_MS = 15_000;

const exe = process.platform === "win32" ? ".exe" : "";
const folderOf = (home: Home): string => join(home.engine, `pulumi-${CLI_VERSION}`);
export const hermeticCliPath = (home: Home): string => join(folderOf(home), `pulumi${exe}`);

/** True when the binary is there and was made from the recipe as it is now. */
export function isCliBuilt(home: Home): boolean {
  const stamp = join(folderOf(home), "built.json");
  if (!existsSync(hermeticCliPath(home)) || !existsSync(stamp)) return false;
  try {
    return (JSON.parse(readFileSync(stamp, "utf8")) as { readonly key?: string }).key === recipeKey();
  } catch {
    return false;
  }
}

/** The Go on this machine, or a sentence on what to do about it. */
export async function findGo(): Promise<{ readonly version: string } | { readonly missing: string }> {
  const { code, stdout } = await run("go", ["env", "GOVERSION", "GOTOOLCHAIN"], { timeoutMs: 10_000 });
  if (code !== 0)
    return { missing: `Go ${MINIMUM_GO} or newer, which builds the CLI: install it and put it on PATH` };
  const [version = "", toolchain = ""] = stdout.trim().split(/\r?\n/);
  // With "auto", Go fetches the release that a module asks for.
  if (atLeast(version.replace(/^go/, ""), MINIMUM_GO) || toolchain.includes("auto")) return { version };
  return { missing: `Go ${MINIMUM_GO} or newer, which builds the CLI: this machine has ${version}` };
}

/**
 * Builds the CLI from its Go module with the machine's own Go and module settings; 5–7 minutes on two cores the
 * first time, nothing when it is there.
 * @returns the binary's path
 * @throws EngineBuildError when Go is missing or the build fails
 */
export async function buildCli(home: Home, onProgress: Progress = () => undefined): Promise<string> {
  const binary = hermeticCliPath(home);
  if (isCliBuilt(home)) return binary;
  const go = await findGo();
  if ("missing" in go)
    throw new EngineBuildError("The Pulumi CLI cannot be built.", `Missing: ${go.missing}`);
  const folder = folderOf(home);
  mkdirSync(folder, { recursive: true });
  const unfinished = `${binary}.part`;
  onProgress(`building the Pulumi CLI ${CLI_VERSION} from its Go module with ${go.version} (minutes, once)`);
  const began = Date.now();
  const timer = setInterval(() => {
    onProgress(`still building the Pulumi CLI (${String(Math.round((Date.now() - began) / 1000))} s)`);
  }, SLICE_MS);
  timer.unref();
  const flags = `-s -w -X ${VERSION_VARIABLE}=v${CLI_VERSION}`;
  const args = [
    "build",
    "-mod=readonly",
    "-trimpath",
    "-buildvcs=false",
    "-ldflags",
    flags,
    "-o",
    unfinished,
    PACKAGE,
  ];
  const env = { ...process.env, CGO_ENABLED: "0", GOFLAGS: "", GOWORK: "off" };
  const result = await run("go", args, { cwd: __dirname, env }).finally(() => clearInterval(timer));
  if (result.code !== 0) {
    rmSync(unfinished, { force: true });
    throw new EngineBuildError(
      "Building the Pulumi CLI from its Go module failed.",
      `${result.stdout}${result.stderr}`,
    );
  }
  renameSync(unfinished, binary);
  writeFileSync(join(folder, "built.json"), `${JSON.stringify({ key: recipeKey(), go: go.version })}\n`);
  onProgress(`built the Pulumi CLI in ${String(Math.round((Date.now() - began) / 1000))} s`);
  return binary;
}

/** Changes with everything that the binary is made of. */
function recipeKey(): string {
  const hash = createHash("sha256");
  for (const file of ["go.mod", "go.sum"])
    hash.update(readFileSync(join(__dirname, file), "utf8").replace(/\r\n/g, "\n"));
  return hash.update(`${CLI_VERSION} ${process.platform} ${process.arch}`).digest("hex");
}

/** Compares versions such as 1.25.11 by their numbers. */
export function atLeast(version: string, minimum: string): boolean {
  const [have, want] = [version, minimum].map((text) =>
    text.split(/[.-]/).map((part) => parseInt(part, 10) || 0),
  );
  for (let at = 0; at < 3; at++) {
    const difference = (have?.[at] ?? 0) - (want?.[at] ?? 0);
    if (difference !== 0) return difference > 0;
  }
  return true;
}
