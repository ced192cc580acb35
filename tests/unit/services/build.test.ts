import {
  appendFileSync,
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { bundleService } from "../../../services/build";

const root = resolve(__dirname, "../../..");
const services = readdirSync(join(root, "services")).filter(
  (name) => name === "welcome" || name === "datainit",
);
let scratch: string;

beforeAll(() => {
  scratch = mkdtempSync(join(tmpdir(), "t26-build-"));
});
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

/** Another checkout, at another place, with the same dependencies. */
function otherCheckout(name: string): string {
  const other = join(scratch, name);
  cpSync(join(root, "services"), join(other, "services"), {
    recursive: true,
    filter: (path) => !path.includes("toolbox"),
  });
  symlinkSync(join(root, "node_modules"), join(other, "node_modules"), "junction");
  return other;
}

function contents(dir: string, files: readonly string[]): Record<string, string> {
  return Object.fromEntries(files.map((file) => [file, readFileSync(join(dir, file), "utf8")]));
}

test("two builds in two checkouts are byte for byte the same", () => {
  const other = otherCheckout("same");
  for (const name of services) {
    const here = bundleService(root, name, join(scratch, "a", name));
    const there = bundleService(other, name, join(scratch, "b", "elsewhere", name));
    expect(here.files).toEqual(["Dockerfile", "main.js", "main.js.map"]);
    expect(contents(there.dir, there.files)).toEqual(contents(here.dir, here.files));
    expect(there.hash).toBe(here.hash);
    expect(readdirSync(here.dir).sort()).toEqual(here.files);
  }
});

test("a bundle names no folder of the machine it was built on", () => {
  const { dir, files } = bundleService(root, "welcome", join(scratch, "names"));
  for (const [file, content] of Object.entries(contents(dir, files))) {
    expect(`${file}: ${content.includes(root) || content.includes(scratch)}`).toBe(`${file}: false`);
  }
});

test("one changed line in one service changes that service's bundle only; one in the kit changes all", () => {
  const other = otherCheckout("changed");
  const hashes = () => services.map((name) => bundleService(other, name, join(scratch, "c", name)).hash);
  const [datainit, welcome] = hashes();

  appendFileSync(join(other, "services/welcome/src/main.ts"), "\nconsole.log('changed');\n");
  const [datainitAfter, welcomeAfter] = hashes();
  expect(datainitAfter).toBe(datainit);
  expect(welcomeAfter).not.toBe(welcome);

  appendFileSync(join(other, "services/kit/config.ts"), "\nconsole.log('changed');\n");
  const [datainitLast, welcomeLast] = hashes();
  expect(datainitLast).not.toBe(datainitAfter);
  expect(welcomeLast).not.toBe(welcomeAfter);
});

test("what lay in the folder before is gone", () => {
  const outDir = join(scratch, "stale");
  cpSync(join(root, "services/contracts"), outDir, { recursive: true });
  const { files } = bundleService(root, "welcome", outDir);
  expect(readdirSync(outDir).sort()).toEqual(files);
});

test.each(["nothing", "../welcome", "kit", ""])("%p is no service", (name) => {
  expect(() => bundleService(root, name, join(scratch, "no"))).toThrow(`no in-house service "${name}"`);
});

test("an error in the source is shown with its place", () => {
  const other = otherCheckout("broken");
  appendFileSync(join(other, "services/welcome/src/main.ts"), "\nconst = 1;\n");
  expect(() => bundleService(other, "welcome", join(scratch, "broken-out"))).toThrow(
    /services\/welcome\/src\/main\.ts:\d+/,
  );
});

test("nothing is made again while nothing has changed, and everything that was changed by hand is", () => {
  const other = otherCheckout("kept");
  const outDir = join(scratch, "kept-out");
  const first = bundleService(other, "welcome", outDir);
  const main = join(outDir, "main.js");
  const before = statSync(main).mtimeMs;
  expect(bundleService(other, "welcome", outDir)).toEqual(first);
  expect(statSync(main).mtimeMs).toBe(before);

  rmSync(main);
  expect(bundleService(other, "welcome", outDir)).toEqual(first);
  expect(existsSync(main)).toBe(true);

  appendFileSync(join(other, "services/Dockerfile"), "# changed\n");
  const changed = bundleService(other, "welcome", outDir);
  expect(changed.hash).not.toBe(first.hash);

  writeFileSync(`${outDir}.json`, "{ damaged");
  expect(bundleService(other, "welcome", outDir)).toEqual(changed);
});
