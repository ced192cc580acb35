import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  cached,
  fileDigest,
  removeAbandoned,
  stagingFolder,
  store,
  workFolders,
} from "../../../images/builder/cache";
import { parseMirrors } from "../../../images/builder/debian";
import { fetchSteps } from "../../../images/builder/fetch";
import { parseCoordinate } from "../../../images/builder/fetch/maven";
import { wheelPlatform } from "../../../images/builder/fetch/pypi";
import { parseRecipe } from "../../../images/builder/recipe";
import { CommandError, run } from "../../../images/builder/run";
import { Slots } from "../../../images/builder/schedule";

const SHA = "ab".repeat(32);

describe("fetchSteps", () => {
  const artifacts = parseRecipe(
    "x",
    `title: X
version: "1"
base: scratch
artifacts:
  - { kind: maven, coordinate: "a:b:1", sha256: ${SHA}, to: artifacts/lib/ }
  - { kind: npm, package: n, version: 1.0.0, sha256: ${SHA}, to: artifacts/n, arch: amd64 }
  - { kind: npm, package: n-arm, version: 1.0.0, sha256: ${SHA}, to: artifacts/n, arch: arm64 }
  - { kind: maven, coordinate: "a:c:1", sha256: ${SHA}, to: artifacts/lib/ }
  - { kind: goLocal, dir: services/x, to: artifacts/x }
`,
  ).artifacts;

  it("takes what is for the engine's CPU, and all Maven artifacts in one step", () => {
    expect(fetchSteps(artifacts, "amd64").map(({ label, slow }) => [label, slow])).toEqual([
      ["npm n 1.0.0", false],
      ["compile services/x", true],
      ["maven, 2 artifacts", false],
    ]);
    expect(fetchSteps(artifacts, "arm64").map(({ label }) => label)).toContain("npm n-arm 1.0.0");
  });

  it("refuses a CPU that something is not there for", () => {
    const lacking = artifacts.filter((artifact) => !(artifact.kind === "npm" && artifact.arch === "arm64"));
    expect(() => fetchSteps(lacking, "arm64")).toThrow("artifacts/n for arm64");
  });
});

describe("wheelPlatform", () => {
  it.each([
    ["x-1.0-py3-none-any.whl", ["--platform", "any", "--abi", "none"]],
    [
      "x_bin-1.0-py3-none-manylinux2014_x86_64.musllinux_1_1_x86_64.whl",
      ["--platform", "manylinux2014_x86_64", "--platform", "musllinux_1_1_x86_64", "--abi", "none"],
    ],
    [
      "x-1.0-3-cp312-abi3-linux_aarch64.whl",
      ["--platform", "linux_aarch64", "--implementation", "cp", "--python-version", "3.12", "--abi", "abi3"],
    ],
  ])("%s", (file, expected) => expect(wheelPlatform(file)).toEqual(expected));
});

describe("parseCoordinate", () => {
  const base = { group: "g.h", artifact: "a-b", version: "1.0" };
  it.each([
    ["g.h:a-b:1.0", { ...base, extension: "jar" }],
    ["g.h:a-b:1.0:zip", { ...base, extension: "zip" }],
    ["g.h:a-b:1.0:all", { ...base, classifier: "all", extension: "jar" }],
    ["g.h:a-b:1.0:all:tar.gz", { ...base, classifier: "all", extension: "tar.gz" }],
  ])("%s", (coordinate, expected) => expect(parseCoordinate(coordinate)).toEqual(expected));
});

describe("parseMirrors", () => {
  it("takes Debian's own archives by their signed label", () => {
    const targets = [
      "nodistro|. nodistro|https://deb.example.org/node/",
      "bookworm|Other|http://other.example.org/debian/",
      "bookworm|Debian|http://mirror.example.org/deb/",
      "bookworm-updates|Debian|http://mirror.example.org/updates/",
      "bookworm-security|Debian-Security|http://security.example.org/s/",
    ];
    expect(parseMirrors(targets.join("\n"))).toEqual({
      main: "http://mirror.example.org/deb",
      security: "http://security.example.org/s",
    });
  });

  it("goes by the path before apt has read a label", () => {
    const targets = [
      "bookworm||http://a.example.org/x/",
      "bookworm||http://b.example.org/debian/",
      "bookworm-security||http://b.example.org/debian-security",
    ];
    expect(parseMirrors(targets.join("\n"))).toEqual({
      main: "http://b.example.org/debian",
      security: "http://b.example.org/debian-security",
    });
  });

  it("finds none on another distribution", () => {
    expect(parseMirrors("noble|Ubuntu|http://ubuntu.example.org/ubuntu/\n")).toEqual({
      main: "",
      security: "",
    });
  });
});

describe("the cache", () => {
  let root: string;
  beforeEach(() => (root = mkdtempSync(join(tmpdir(), "t26-cache-"))));
  afterEach(() => rmSync(root, { recursive: true, force: true }));

  it("holds a file from the moment that it is stored, and no empty ones", async () => {
    const folders = workFolders(root);
    const file = join(stagingFolder(folders, "x"), "f");
    writeFileSync(file, "abc");
    expect(cached(folders, "key")).toBeUndefined();
    const path = store(folders, "key", file);
    expect(cached(folders, "key")).toBe(path);
    expect(await fileDigest(path, "sha256")).toBe(
      "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
    );
    writeFileSync(path, "");
    expect(cached(folders, "key")).toBeUndefined();
  });

  it("removes what killed builds left, and nothing of a running one", () => {
    const folders = workFolders(root);
    const mine = stagingFolder(folders, "mine");
    const dead = join(folders.staging, "999999999-gone-1");
    writeFileSync(dead, "");
    removeAbandoned(folders);
    expect(readdirSync(folders.staging).map((name) => join(folders.staging, name))).toEqual([mine]);
  });
});

describe("run", () => {
  const folder = mkdtempSync(join(tmpdir(), "t26-run-"));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const node = (script: string, signal = new AbortController().signal): Promise<string> =>
    run(process.execPath, ["-e", script], { cwd: folder, logFile: join(folder, "log"), signal });

  it("returns what the program prints", async () =>
    expect(await node("console.log('out'); console.error('err')")).toBe("out\n"));

  it("fails with the end of the output", async () => {
    const failed = node("for (let i = 0; i < 60; i++) console.error('line', i); process.exit(3)");
    await expect(failed).rejects.toThrow(CommandError);
    await expect(failed).rejects.toThrow(/exit code 3\n {4}line 35\n[^]*line 59$/);
  });

  it("says what to install", async () => {
    const absent = run("t26-no-such-program", [], {
      cwd: folder,
      logFile: join(folder, "log"),
      signal: new AbortController().signal,
    });
    await expect(absent).rejects.toThrow("t26-no-such-program: is not installed: install it");
  });

  it("stops a program and what it has started", async () => {
    const stop = new AbortController();
    const started = Date.now();
    const running = node("require('child_process').spawnSync('sleep', ['60'])", stop.signal);
    setTimeout(() => stop.abort(), 200);
    await expect(running).rejects.toThrow("stopped by SIGTERM");
    expect(Date.now() - started).toBeLessThan(20_000);
  });
});

describe("Slots", () => {
  it("runs so many at a time, in order, and goes on after a failure", async () => {
    const slots = new Slots(2);
    const started: number[] = [];
    let running = 0;
    let most = 0;
    const work = (index: number): Promise<number> =>
      slots.run(async () => {
        started.push(index);
        most = Math.max(most, ++running);
        await new Promise((resolve) => setTimeout(resolve, 5));
        running -= 1;
        if (index === 1) throw new Error("no");
        return index;
      });
    const results = await Promise.allSettled([0, 1, 2, 3, 4].map(work));
    expect(results.map(({ status }) => status)).toEqual([
      "fulfilled",
      "rejected",
      "fulfilled",
      "fulfilled",
      "fulfilled",
    ]);
    expect(started).toEqual([0, 1, 2, 3, 4]);
    expect(most).toBe(2);
  });
});
