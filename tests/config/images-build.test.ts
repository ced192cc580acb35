import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import Docker from "dockerode";
import { buildImages, ImageBuildError, missingImages, recipeTag } from "../../images/builder";
import { buildOnEngine } from "../../images/builder/docker";
import type { BuildProgress } from "../../images/builder";
import { finish } from "../harness/docker";

/** Recipes that need no network: a base of one file, an image on it in two stages, one that fails, a local Go program. */
const FILES: Readonly<Record<string, string>> = {
  "images/t26ib-base/recipe.yaml": 'title: Test base\nversion: "1.0"\nbase: scratch\n',
  "images/t26ib-base/Dockerfile": "FROM scratch\nCOPY files/hello /hello\nUSER 10:10\n",
  "images/t26ib-base/files/hello": "hello\n",
  "images/t26ib-app/recipe.yaml": 'title: Test "app"\nversion: "2.0"\nbase: t26ib-base\n',
  "images/t26ib-app/Dockerfile":
    "ARG BASE\nFROM ${BASE} AS first\nCOPY files/ /first/\nFROM ${BASE}\nCOPY --from=first /first/ /app/\nUSER 10:10\n",
  "images/t26ib-app/files/run.sh": "#!/bin/sh\n",
  "images/t26ib-app/files/plain.txt": "text\n",
  "images/t26ib-bad/recipe.yaml": 'title: Bad\nversion: "1"\nbase: t26ib-base\n',
  "images/t26ib-bad/Dockerfile":
    "ARG BASE\nFROM ${BASE}\nCOPY files/there /there\nCOPY files/absent /absent\nUSER 10:10\n",
  "images/t26ib-bad/files/there": "x\n",
  "images/t26ib-go/recipe.yaml":
    'title: Go\nversion: "1"\nbase: scratch\nartifacts:\n  - { kind: goLocal, dir: tool, ldflags: -s -w, to: artifacts/tool }\n',
  "images/t26ib-go/Dockerfile": 'FROM scratch\nCOPY artifacts/tool /tool\nUSER 10:10\nENTRYPOINT ["/tool"]\n',
  "tool/go.mod": "module example.com/tool\n\ngo 1.21\n",
  "tool/main.go": 'package main\n\nimport "os"\n\nfunc main() { os.Stdout.WriteString("from go\\n") }\n',
};
const NAMES = ["t26ib-base", "t26ib-app", "t26ib-bad", "t26ib-go"];

describe("buildImages, on the engine", () => {
  const docker = new Docker();
  let root: string;
  const tags = (): readonly string[] => NAMES.map((name) => recipeTag(root, name));
  /** Untagged images that these builds made and left; others may build at the same time. */
  const leftovers = async (): Promise<readonly string[]> => {
    const untagged = await docker.listImages({ filters: { dangling: ["true"] } });
    const histories = untagged.map(async ({ Id }) => ({
      Id,
      history: JSON.stringify(await docker.getImage(Id).history()),
    }));
    const left = await Promise.all(
      histories.map((history) => history.catch(() => ({ Id: "gone", history: "" }))),
    );
    const made = left.filter(({ history }) => / in \/(first|there)/.test(history)).map(({ Id }) => Id);
    return made.filter((id) => !earlier.has(id));
  };
  /** What a killed run of long ago left. */
  const earlier = new Set<string>();

  beforeAll(async () => {
    for (const id of await leftovers()) earlier.add(id);
  });

  const staging = (): readonly string[] => readdirSync(join(root, ".trade2026/cache/staging"));

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), "t26-build-"));
    for (const [path, content] of Object.entries(FILES)) {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      writeFileSync(join(root, path), content);
    }
  });
  afterEach(async () => {
    for (const tag of [...tags()].reverse())
      await docker
        .getImage(tag)
        .remove()
        .catch(() => undefined);
    rmSync(root, { recursive: true, force: true });
  });

  it("builds what is missing, base first, and then nothing", async () => {
    expect((await missingImages(root, ["t26ib-app"], docker)).map(({ name }) => name)).toEqual(["t26ib-app"]);
    const first = await buildImages(root, ["t26ib-app"], { docker });
    expect(first.images.map(({ name, state, tag }) => [name, state, tag])).toEqual([
      ["t26ib-base", "built", recipeTag(root, "t26ib-base")],
      ["t26ib-app", "built", recipeTag(root, "t26ib-app")],
    ]);
    expect(await missingImages(root, ["t26ib-app"], docker)).toEqual([]);

    const events: BuildProgress[] = [];
    const second = await buildImages(root, ["t26ib-app"], {
      docker,
      onProgress: (event) => events.push(event),
    });
    expect(second.images.map(({ name, state }) => [name, state])).toEqual([["t26ib-app", "present"]]);
    expect(events).toEqual([]);
    expect(await leftovers()).toEqual([]);
  });

  it("does not build a base that nobody needs any more", async () => {
    await buildImages(root, ["t26ib-app"], { docker });
    await docker.getImage(recipeTag(root, "t26ib-base")).remove();
    expect((await buildImages(root, ["t26ib-app"], { docker })).images.map(({ name }) => name)).toEqual([
      "t26ib-app",
    ]);
  });

  it("labels the image, and leaves nothing of the machine in its history", async () => {
    process.env.https_proxy = "http://proxy.t26ib.example:3128";
    try {
      await buildImages(root, ["t26ib-app"], { docker });
    } finally {
      delete process.env.https_proxy;
    }
    const tag = recipeTag(root, "t26ib-app");
    const { Config } = await docker.getImage(tag).inspect();
    expect(Config.Labels).toEqual({
      "org.opencontainers.image.title": 'Test "app"',
      "org.opencontainers.image.version": "2.0",
      "trade2026.recipe": tag.split(":")[1],
    });
    expect(Config.User).toBe("10:10");
    expect(JSON.stringify([await docker.getImage(tag).history(), Config])).not.toContain("t26ib.example");
  });

  it("compiles a local Go program and keeps the binary for next time", async () => {
    const first = await buildImages(root, ["t26ib-go"], { docker });
    expect(first.images[0]?.steps.map(({ step, fromCache }) => [step, fromCache])).toEqual([
      ["compile tool", false],
      ["build image", false],
    ]);
    await docker.getImage(recipeTag(root, "t26ib-go")).remove();
    const second = await buildImages(root, ["t26ib-go"], { docker });
    expect(second.images[0]?.steps.map(({ step, fromCache }) => [step, fromCache])).toEqual([
      ["compile tool", true],
      ["build image", false],
    ]);
  });

  it("compiles it on the engine where the host has no Go", async () => {
    const compiler = await goImage(docker);
    const before = { ...process.env };
    Object.assign(process.env, { PATH: "/usr/bin:/bin", TRADE2026_GO_IMAGE: compiler });
    try {
      await buildImages(root, ["t26ib-go"], { docker });
    } finally {
      process.env = before;
      await docker.getImage(compiler).remove({ force: true });
    }
    const container = await docker.createContainer({ Image: recipeTag(root, "t26ib-go") });
    expect(await finish(container)).toEqual({ code: 0, stdout: "from go\n", stderr: "" });
    await container.remove();
    expect((await docker.listImages()).flatMap(({ RepoTags }) => RepoTags ?? [])).not.toContain(
      "trade2026/compile:go",
    );
  });

  it("and says so when the engine cannot have a compiler either", async () => {
    const before = { ...process.env };
    Object.assign(process.env, { PATH: "/usr/bin:/bin", TRADE2026_GO_IMAGE: "t26ib.invalid/go:none" });
    try {
      await expect(buildImages(root, ["t26ib-go"], { docker })).rejects.toThrow(
        /Go is not installed, and t26ib\.invalid\/go:none could not compile in its place[^]*install Go/,
      );
    } finally {
      process.env = before;
    }
  });

  it("fails with the recipe's name, the reason and the log, and leaves nothing half-made", async () => {
    const failed: unknown = await buildImages(root, ["t26ib-bad", "t26ib-app"], {
      docker,
      parallel: 1,
    }).catch((error: unknown) => error);
    expect(failed).toBeInstanceOf(ImageBuildError);
    const { message, recipe, step, logFile } = failed as ImageBuildError;
    expect({ recipe, step }).toEqual({ recipe: "t26ib-bad", step: "build image" });
    expect(message).toMatch(
      /^The image t26ib-bad \(images\/t26ib-bad\) could not be built: "build image" failed\.\n/,
    );
    expect(message).toMatch(/absent/);
    expect(message).toContain("COPY files/there");
    expect(readFileSync(join(root, logFile), "utf8")).toContain("COPY files/absent");
    expect(await missingImages(root, ["t26ib-bad"], docker)).toHaveLength(1);
    expect(await leftovers()).toEqual([]);
    expect(staging()).toEqual([]);
  });

  it("stops when it is told to", async () => {
    const stop = new AbortController();
    const build = buildImages(root, ["t26ib-go"], {
      docker,
      signal: stop.signal,
      onProgress: () => stop.abort(),
    });
    await expect(build).rejects.toThrow("The build of images was stopped");
    expect(await missingImages(root, ["t26ib-go"], docker)).toHaveLength(1);
    expect(staging()).toEqual([]);
    expect(existsSync(join(root, ".trade2026/cache/artifacts"))).toBe(true);
  });
});

/** Debian's compiler, on the platform's own base. */
async function goImage(docker: Docker): Promise<string> {
  const root = join(__dirname, "../..");
  await buildImages(root, ["debian"], { docker });
  const context = mkdtempSync(join(tmpdir(), "t26-go-"));
  const install =
    "apt-get update && apt-get install -y --no-install-recommends golang-go && rm -rf /var/lib/apt/lists/*";
  writeFileSync(join(context, "Dockerfile"), `ARG BASE\nFROM \${BASE}\nUSER 0:0\nRUN ${install}\n`);
  const tag = "t26ib/go:debian";
  await buildOnEngine(docker, {
    context,
    tag,
    base: recipeTag(root, "debian"),
    labels: {},
    onOutput: () => undefined,
    signal: AbortSignal.timeout(300_000),
  });
  rmSync(context, { recursive: true });
  return tag;
}
