import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { ProblemsError } from "../../../model/problems";
import { readRecipe, recipeNames, recipeTag } from "../../../images/builder/source";

const LOCAL = "artifacts:\n  - { kind: goLocal, dir: services/tool, to: artifacts/t }\n";
const FILES: Readonly<Record<string, string>> = {
  "images/base/recipe.yaml": 'title: Base\nversion: "1"\nbase: scratch\n',
  "images/base/Dockerfile": "FROM scratch\n",
  "images/app/recipe.yaml": `title: App\nversion: "1"\nbase: base\n${LOCAL}`,
  "images/app/Dockerfile": "ARG BASE\nFROM ${BASE}\n",
  "images/app/files/etc/app.conf": "a\n",
  "images/app/files/run.sh": "#!/bin/sh\n",
  "images/other/recipe.yaml": 'title: Other\nversion: "1"\nbase: scratch\n',
  "images/other/Dockerfile": "FROM scratch\n",
  "services/tool/main.go": "package main\n",
  "services/tool/main_test.go": "package main\n",
  "services/tool/README.md": "words\n",
};

describe("recipeTag", () => {
  let root: string;
  const write = (path: string, content: string): void => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), content);
  };
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), "t26-recipes-"));
    for (const [path, content] of Object.entries(FILES)) write(path, content);
  });
  afterEach(() => rmSync(root, { recursive: true, force: true }));

  it("is the name and 12 hex digits", () =>
    expect(recipeTag(root, "app")).toMatch(/^trade2026\/app:[0-9a-f]{12}$/));

  it("is the same for the same content somewhere else, at another time", () => {
    const copy = mkdtempSync(join(tmpdir(), "t26-recipes-copy-"));
    cpSync(root, copy, { recursive: true });
    expect(recipeTag(copy, "app")).toBe(recipeTag(root, "app"));
    rmSync(copy, { recursive: true });
  });

  it.each([
    [
      "the recipe",
      "images/app/recipe.yaml",
      `# a comment counts too\n${FILES["images/app/recipe.yaml"] ?? ""}`,
    ],
    ["the Dockerfile", "images/app/Dockerfile", "ARG BASE\nFROM ${BASE}\nUSER 1\n"],
    ["a file", "images/app/files/etc/app.conf", "b\n"],
    ["a new file", "images/app/files/new", ""],
    ["a Go source", "services/tool/main.go", "package main // changed\n"],
    ["a file beside the Go sources", "services/tool/embedded.txt", "x"],
    ["the base", "images/base/Dockerfile", "FROM scratch\nUSER 1\n"],
  ])("changes with %s", (_, path, content) => {
    const before = recipeTag(root, "app");
    write(path, content);
    expect(recipeTag(root, "app")).not.toBe(before);
  });

  it.each([
    ["a Go test", "services/tool/main_test.go", "package main // changed\n"],
    ["Go notes", "services/tool/README.md", "other words\n"],
    ["what Go tests read", "services/tool/testdata/answer.json", "{}"],
    ["another recipe", "images/other/Dockerfile", "FROM scratch\nUSER 1\n"],
    ["an editor's file", "images/app/files/.app.conf.swp", "x"],
    ["a file that is not in the context", "images/app/notes.txt", "x"],
  ])("does not change with %s", (_, path, content) => {
    const before = recipeTag(root, "app");
    write(path, content);
    expect(recipeTag(root, "app")).toBe(before);
  });

  it("changes when a file moves or two files trade their ends", () => {
    write("images/other/files/a", "12");
    write("images/other/files/b", "3");
    const before = recipeTag(root, "other");
    write("images/other/files/a", "1");
    write("images/other/files/b", "23");
    expect(recipeTag(root, "other")).not.toBe(before);
  });

  it("reads the build context with forward slashes, in order", () => {
    expect(readRecipe(root, "app").context.map(({ path }) => path)).toEqual([
      "Dockerfile",
      "files/etc/app.conf",
      "files/run.sh",
    ]);
  });

  it("names what it does not know, and what there is", () => {
    expect(recipeNames(root)).toEqual(["app", "base", "other"]);
    expect(() => recipeTag(root, "nope")).toThrow("app, base, other");
  });

  it.each([
    ["a circle", "images/base/recipe.yaml", 'title: Base\nversion: "1"\nbase: app\n', "app → base → app"],
    ["an unknown base", "images/base/recipe.yaml", 'title: Base\nversion: "1"\nbase: gone\n', "images/gone"],
    [
      "no Go sources",
      "images/app/recipe.yaml",
      `title: A\nversion: "1"\nbase: base\n${LOCAL.replace("tool", "gone")}`,
      "no sources",
    ],
    [
      "no rootfs.sh",
      "images/base/recipe.yaml",
      'title: B\nversion: "1"\ndebootstrap: { suite: trixie, variant: minbase, refreshed: 2026-01-01 }\n',
      "rootfs.sh",
    ],
  ])("refuses %s", (_, path, content, message) => {
    write(path, content);
    expect(() => recipeTag(root, "app")).toThrow(ProblemsError);
    expect(() => recipeTag(root, "app")).toThrow(message);
  });
});
