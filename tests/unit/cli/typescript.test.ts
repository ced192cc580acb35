import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ROOT } from "../../../stacks/inputs";

/** A checkout whose cli/main.ts is loaded by the loader of this one. */
let checkout: string;
let cache: string;
beforeEach(() => {
  checkout = mkdtempSync(join(tmpdir(), "t26-typescript-"));
  cache = join(checkout, "cache");
  mkdirSync(join(checkout, "lib"));
  writeFileSync(
    join(checkout, "start.mjs"),
    `import { createRequire } from "node:module";
     import { loadTypeScript } from ${JSON.stringify(join(ROOT, "cli/typescript.mjs"))};
     const require = createRequire(${JSON.stringify(join(ROOT, "cli/start.mjs"))});
     loadTypeScript(require, ${JSON.stringify(cache)}, process.argv[2] === "--debug");
     require(${JSON.stringify(join(checkout, "main"))});`,
  );
  write("main.ts", 'import { word } from "./lib";\nconst said: string = word;\nconsole.log(said);\n');
  write("lib/index.ts", 'export const word: string = "one";\n');
});
afterEach(() => rmSync(checkout, { recursive: true, force: true }));

const write = (file: string, text: string): void => writeFileSync(join(checkout, file), text);
function start(...args: readonly string[]): { readonly stdout: string; readonly stderr: string } {
  return spawnSync(process.execPath, [join(checkout, "start.mjs"), ...args], { encoding: "utf8" });
}

it("loads TypeScript, folders too, and keeps what it has translated", () => {
  expect(start()).toMatchObject({ stdout: "one\n", stderr: "" });
  const kept = readdirSync(cache);
  expect(kept.map((file) => file.replace(/-.*/, "")).sort()).toEqual(["index", "main"]);
  const main = join(cache, kept.find((file) => file.startsWith("main")) ?? "");
  writeFileSync(main, readFileSync(main, "utf8").replace("console.log(said)", 'console.log("kept")'));
  expect(start().stdout).toBe("kept\n");
});

it("translates a changed file anew, in the old one's place", () => {
  start();
  write("lib/index.ts", 'export const word: string = "two";\n');
  expect(start().stdout).toBe("two\n");
  expect(readdirSync(cache)).toHaveLength(2);
});

it("names TypeScript's own lines when somebody debugs, and keeps nothing of it", () => {
  write(
    "main.ts",
    "interface A {\n  readonly b: string;\n}\n\nconst a: A | undefined = undefined;\nthrow new Error(`lost ${a}`);\n",
  );
  expect(start("--debug").stderr).toContain("main.ts:6");
  expect(readdirSync(cache)).toEqual([]);
});

it("loads a library on demand that the SDK would load for nothing", () => {
  const code = 'const library = require("@npmcli/arborist");';
  write("main.ts", "export {};\n");
  writeFileSync(
    join(checkout, "start.mjs"),
    `${readFileSync(join(checkout, "start.mjs"), "utf8")}
     const loaded = () => Object.keys(require.cache).filter((path) => path.includes("arborist")).length;
     ${code}
     const before = loaded();
     console.log(before, typeof library.Arborist, loaded() > 10);`,
  );
  expect(start().stdout).toBe("1 function true\n");
});
