import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  contextArchive,
  contextDigest,
  goMode,
  relativeDockerfile,
} from "../../../../../../engine/hermetic/providers/docker/image/context";
import { ignoreMatcher } from "../../../../../../engine/hermetic/providers/docker/image/ignore";
import { diffImage, imageType } from "../../../../../../engine/hermetic/providers/docker/image/image";
import { registryOf } from "../../../../../../engine/hermetic/providers/docker/image/lookup";
import { repoDigestOf } from "../../../../../../engine/hermetic/providers/docker/image/remote-image";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "image-test-"));
  writeFileSync(join(folder, "Dockerfile"), "FROM scratch\nCOPY a /a\n");
  writeFileSync(join(folder, "a"), "1");
  chmodSync(join(folder, "a"), 0o644);
  chmodSync(join(folder, "Dockerfile"), 0o644);
});
afterEach(() => rmSync(folder, { recursive: true }));
const context = () => ({ folder, dockerfile: join(folder, "Dockerfile") });

describe("a build context's digest", () => {
  // What the official plugin recorded for the same two files.
  it("is this one", () =>
    expect(contextDigest(context())).toBe(
      "581a99b27a4ac0413f1320ae8836a74e827a92ece9e022180336c056ab585535",
    ));

  it("changes with a content, a name and a mode, and not with what is ignored", () => {
    const digests = new Set([contextDigest(context())]);
    writeFileSync(join(folder, "a"), "2");
    digests.add(contextDigest(context()));
    writeFileSync(join(folder, "b"), "");
    digests.add(contextDigest(context()));
    chmodSync(join(folder, "a"), 0o755);
    digests.add(contextDigest(context()));
    expect(digests.size).toBe(4);
    writeFileSync(join(folder, ".dockerignore"), "*.log\n.dockerignore\n");
    const last = contextDigest(context());
    writeFileSync(join(folder, "x.log"), "noise");
    expect(contextDigest(context())).toBe(last);
  });

  it("spells modes as Go does", () => {
    const link = { isSymbolicLink: () => true };
    const file = { isSymbolicLink: () => false };
    expect([
      goMode({ mode: 0o100644, ...file }),
      goMode({ mode: 0o104755, ...file }),
      goMode({ mode: 0o120777, ...link }),
    ]).toEqual(["-rw-r--r--", "urwxr-xr-x", "Lrwxrwxrwx"]);
  });
});

describe("a build context's archive", () => {
  it("has the files in the order of their names, and the Dockerfile's place", () => {
    mkdirSync(join(folder, "sub"));
    writeFileSync(join(folder, "sub", "c"), "3");
    symlinkSync("a", join(folder, "link"));
    writeFileSync(join(folder, ".dockerignore"), "Dockerfile\nsub\n");
    const { entries, dockerfile } = contextArchive(context());
    expect(dockerfile).toBe("Dockerfile");
    expect(entries.map(({ name, linkTo }) => [name, linkTo])).toEqual([
      [".dockerignore", undefined],
      ["Dockerfile", undefined],
      ["a", undefined],
      ["link", "a"],
    ]);
  });

  it("takes a Dockerfile from elsewhere along", () => {
    const inner = { folder: join(folder, "sub"), dockerfile: join(folder, "Dockerfile") };
    mkdirSync(inner.folder);
    const { entries, dockerfile } = contextArchive(inner);
    expect(entries.map(({ name }) => name)).toEqual([dockerfile]);
    expect(relativeDockerfile(inner)).toBe("../Dockerfile");
  });
});

describe(".dockerignore", () => {
  it.each([
    ["a", "a", true],
    ["a", "b/a", false],
    ["**/a", "b/c/a", true],
    ["**/a", "a", true],
    ["a/*", "a/b/c", true],
    ["*.log", "x.log", true],
    ["*.log", "d/x.log", false],
    ["d", "d/x", true],
    ["/d/", "d/x", true],
    ["a?c", "abc", true],
    ["[ab]c", "bc", true],
    ["# a", "a", false],
  ])("%s on %s: %s", (pattern, path, ignored) => expect(ignoreMatcher([pattern])(path)).toBe(ignored));

  it("lets a later line take a path back", () => {
    const ignored = ignoreMatcher(["d/*", "!d/keep"]);
    expect([ignored("d/x"), ignored("d/keep")]).toEqual([true, false]);
  });
});

describe("docker.Image", () => {
  const check = (inputs: object) =>
    imageType.check({ name: "i", oldInputs: {}, inputs: inputs as never, seed: new Uint8Array() });

  it("adds digest and platform to its inputs", async () => {
    const { inputs, problems } = await check({
      imageName: "i:1",
      skipPush: true,
      build: { context: folder },
    });
    expect(problems).toEqual([]);
    expect(inputs).toMatchObject({
      buildOnPreview: false,
      build: {
        context: folder,
        dockerfile: `${folder}/Dockerfile`,
        contextDigest: expect.stringMatching(/^[0-9a-f]{64}$/),
      },
    });
  });
  it("refuses to push, and a Dockerfile that is not there", async () => {
    const { problems } = await check({ imageName: "i:1", build: { context: folder, dockerfile: "nowhere" } });
    expect(problems.map(({ reason }) => reason).join("\n")).toMatch(
      /skipPush: true[\s\S]*could not open dockerfile/,
    );
  });
  it("is updated by every change but a registry's password", () => {
    const old = { imageName: "i:1", registry: { server: "s", password: "1" } };
    expect(diffImage(old, { imageName: "i:1", registry: { server: "s", password: "2" } })).toEqual([]);
    expect(diffImage(old, { ...old, imageName: "i:2" })).toEqual([
      { path: "imageName", kind: "update", replace: false },
    ]);
  });
});

describe("registries", () => {
  it.each([
    ["nginx", "registry-1.docker.io"],
    ["org/x:1", "registry-1.docker.io"],
    ["docker.io/org/x", "docker.io"],
    ["localhost/x", "localhost"],
    ["a/b/c", "a"],
    ["r.example:5000/x", "r.example:5000"],
  ])("of %s is %s", (name, registry) => expect(registryOf(name)).toBe(registry));

  it("digest of an image in several of them is the name's own", () => {
    const image = { id: "sha256:1", repoDigests: ["other@sha256:a", "mine@sha256:b"] };
    expect([repoDigestOf("mine:1", image), repoDigestOf("x", { ...image, repoDigests: [] })]).toEqual([
      "mine@sha256:b",
      "",
    ]);
  });
});
