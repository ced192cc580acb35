import { spawnSync } from "node:child_process";
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";

/** cli/start.mjs in a checkout of its own, with an npm that only notes what it was asked for. */
const SOURCES = join(__dirname, "../../../cli");
const newEnough = Number(process.versions.node.split(".")[0]) >= 22;

let checkout: string;
beforeEach(() => {
  checkout = mkdtempSync(join(tmpdir(), "t26-start-"));
  mkdirSync(join(checkout, "cli"));
  mkdirSync(join(checkout, "bin"));
  for (const file of ["start.mjs", "typescript.mjs"])
    copyFileSync(join(SOURCES, file), join(checkout, "cli", file));
  writeFileSync(join(checkout, "package.json"), '{ "private": true }');
  writeFileSync(
    join(checkout, "package-lock.json"),
    JSON.stringify({ packages: { "": {}, "node_modules/esbuild": { version: "1.0.0" } } }),
  );
  // Its entry: prints what it was given, ends as it was told.
  writeFileSync(
    join(checkout, "cli/main.ts"),
    "exports.main = (args) => { console.log(JSON.stringify(args)); process.exitCode = Number(args[0]); };",
  );
});
afterEach(() => rmSync(checkout, { recursive: true, force: true }));

/** `npm` of the PATH: an sh script in the checkout's bin/. */
function fakeNpm(script: string): void {
  const file = join(checkout, "bin/npm");
  writeFileSync(file, `#!/bin/sh\necho "$@" >> ${join(checkout, "npm.log")}\n${script}\n`);
  chmodSync(file, 0o755);
}

/** What `npm ci` leaves: esbuild, which here finds nothing to translate. */
const INSTALL = `mkdir -p node_modules/esbuild
echo '{"name":"esbuild","version":"1.0.0","main":"main.js"}' > node_modules/esbuild/package.json
echo 'exports.transformSync = (code) => ({ code })' > node_modules/esbuild/main.js
cp package-lock.json node_modules/.package-lock.json`;

function start(...args: readonly string[]): { code: number | null; stdout: string; stderr: string } {
  // A copy of node without npm beside it, so that the PATH's is taken.
  const env: NodeJS.ProcessEnv = {
    PATH: [join(checkout, "bin"), dirname(process.execPath), "/usr/bin", "/bin"].join(delimiter),
  };
  const node = join(checkout, "bin/node");
  if (!existsSync(node)) copyFileSync(process.execPath, node);
  const { status, stdout, stderr } = spawnSync(node, [join(checkout, "cli/start.mjs"), ...args], {
    encoding: "utf8",
    env,
  });
  return { code: status, stdout, stderr };
}

const npmCalls = (): readonly string[] =>
  existsSync(join(checkout, "npm.log"))
    ? readFileSync(join(checkout, "npm.log"), "utf8").trim().split("\n")
    : [];

const onUnix = process.platform === "win32" ? describe.skip : describe;

onUnix("the launcher", () => {
  (newEnough ? test : test.skip)(
    "installs once, passes arguments and the exit code on, and again when the lock changes",
    () => {
      fakeNpm(INSTALL);
      const first = start("3", "a b", "--x");
      expect([first.code, first.stdout]).toEqual([3, '["3","a b","--x"]\n']);
      expect(first.stderr).toContain("Installing the npm dependencies");
      expect(start("0").stderr).toBe("");
      expect(npmCalls()).toEqual(["ci --no-audit --no-fund --loglevel=error"]);
      writeFileSync(
        join(checkout, "package-lock.json"),
        JSON.stringify({ packages: { "": {}, "node_modules/esbuild": { version: "1.0.1" } } }),
      );
      expect(start("0").code).toBe(0);
      expect(npmCalls()).toHaveLength(2);
    },
  );

  (newEnough ? test : test.skip)("takes what `npm ci` has installed already", () => {
    fakeNpm("exit 1");
    spawnSync("sh", ["-c", INSTALL], { cwd: checkout });
    expect(start("0").code).toBe(0);
    expect(npmCalls()).toEqual([]);
  });

  (newEnough ? test : test.skip)("says what npm said when it cannot install", () => {
    fakeNpm('echo "npm error network down" >&2; exit 1');
    const { code, stdout, stderr } = start("0");
    expect([code, stdout]).toEqual([1, ""]);
    expect(stderr).toContain("npm error network down");
    expect(stderr).not.toContain("at ");
    expect(existsSync(join(checkout, ".trade2026/npm.lock"))).toBe(false);
  });

  (newEnough ? test.skip : test)(
    "an old Node gets one of its own from npm, once, and hands over to it",
    () => {
      // "Another Node": prints what it is given, ends with 7.
      fakeNpm(`mkdir -p node_modules/node/bin
echo '{"version":"24.9.0"}' > node_modules/node/package.json
printf '#!/bin/sh\\n[ "$1" = --version ] && exit 0\\nshift; echo "own: $*"; exit 7\\n' > node_modules/node/bin/node
chmod +x node_modules/node/bin/node`);
      const first = start("up", "--yes");
      expect([first.code, first.stdout]).toEqual([7, "own: up --yes\n"]);
      expect(first.stderr).toContain("Node 22.12 or later is needed");
      expect(start("x")).toEqual({ code: 7, stdout: "own: x\n", stderr: "" });
      expect(npmCalls()).toHaveLength(1);
    },
  );

  (newEnough ? test.skip : test)("an old Node without a way to a newer one is told what to do", () => {
    fakeNpm('echo "npm error network down" >&2; exit 1');
    const { code, stderr } = start("up");
    expect(code).toBe(1);
    expect(stderr).toContain("npm error network down");
    expect(stderr).toContain("Install Node 24");
  });

  test("a lock of a process that is gone does not hold it up", () => {
    fakeNpm("exit 1");
    mkdirSync(join(checkout, ".trade2026"));
    for (const lock of ["npm.lock", "node.lock"])
      writeFileSync(join(checkout, ".trade2026", lock), "999999999");
    expect(start("0").code).toBe(1);
  });
});
