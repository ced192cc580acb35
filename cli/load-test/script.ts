import { buildSync } from "esbuild";
import { canonicalJson } from "../../model/canonical";
import { FILES } from "../../model/load/protocol";
import type { LoadRun } from "../../model/load/run";

const ENTRY = "configs/k6/load.ts";

/** The load test as k6 reads it: one module of JavaScript, and nothing of a package but k6's own. */
export function loadScript(root: string): string {
  const { outputFiles } = buildSync({
    absWorkingDir: root,
    entryPoints: [ENTRY],
    bundle: true,
    write: false,
    format: "esm",
    // what k6's own interpreter knows; it is no browser and no Node
    platform: "neutral",
    target: "es2022",
    external: ["k6", "k6/*"],
    tsconfigRaw: { compilerOptions: { target: "es2022", strict: true } },
    logLevel: "silent",
  });
  return outputFiles[0]?.text ?? "";
}

/** A file of the run, and who may read it. */
export interface RunFile {
  readonly path: string;
  readonly content: string;
  /** Read by k6's user alone. */
  readonly secret: boolean;
}

/** Everything that k6 reads. */
export function runFiles(
  script: string,
  run: LoadRun,
  given: { readonly secret: string; readonly ca: string; readonly config?: object },
): readonly RunFile[] {
  const open = (path: string, content: string): RunFile => ({ path, content, secret: false });
  return [
    open(FILES.script, script),
    open(FILES.run, `${canonicalJson(run)}\n`),
    open(FILES.ca, given.ca),
    { path: FILES.secret, content: `${given.secret}\n`, secret: true },
    ...(given.config === undefined
      ? []
      : [{ path: FILES.config, content: `${JSON.stringify(given.config)}\n`, secret: true }]),
  ];
}
