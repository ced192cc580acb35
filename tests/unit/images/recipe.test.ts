import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ProblemsError } from "../../../model/problems";
import { parseRecipe } from "../../../images/builder/recipe";
import { recipeNames } from "../../../images/builder/source";

const ROOT = join(__dirname, "../../..");
const SHA = "ab".repeat(32);
const SUM = `h1:${"A".repeat(43)}=`;

const problemsOf = (yaml: string): readonly (readonly [string, string])[] => {
  try {
    parseRecipe("x", yaml);
  } catch (error) {
    if (error instanceof ProblemsError)
      return error.problems.map(({ path, what, allowed }) => [path, allowed ?? what]);
    throw error;
  }
  return [];
};

const recipe = (...artifacts: readonly string[]): string =>
  [
    "title: X",
    'version: "1"',
    "base: scratch",
    "artifacts:",
    ...artifacts.map((artifact) => `  - ${artifact}`),
  ].join("\n");
const wheel = `kind: pypi, package: x, version: "1", file: x-1-py3-none-any.whl, sha256: ${SHA}`;

describe("the recipes of images/", () => {
  it.each(recipeNames(ROOT))("%s parses", (name) => {
    expect(() =>
      parseRecipe(name, readFileSync(join(ROOT, "images", name, "recipe.yaml"), "utf8")),
    ).not.toThrow();
  });
});

describe("parseRecipe", () => {
  it("fills in defaults", () => {
    expect(parseRecipe("x", recipe(`{ ${wheel}, extract: [{ from: a/b, to: artifacts/b }] }`))).toEqual({
      title: "X",
      version: "1",
      base: "scratch",
      artifacts: [
        {
          kind: "pypi",
          package: "x",
          version: "1",
          file: "x-1-py3-none-any.whl",
          sha256: SHA,
          mode: "0644",
          extract: [{ from: "a/b", to: "artifacts/b", mode: "0644" }],
        },
      ],
    });
  });

  it("takes every kind of artifact", () => {
    const yaml = recipe(
      `{ ${wheel}, to: artifacts/ }`,
      `{ kind: npm, package: "@a/b", version: 1.2.3, sha256: ${SHA}, extract: [{ from: package/, to: artifacts/p/ }] }`,
      `{ kind: maven, coordinate: "org.x:y:1.0:all:zip", sha256: ${SHA}, to: artifacts/y.zip, arch: arm64 }`,
      `{ kind: go, module: example.com/m, version: v1.2.3, sum: "${SUM}", tags: [netgo], env: { A: b }, to: artifacts/m }`,
      `{ kind: goLocal, dir: services/x, package: ./cmd/x, ldflags: -s -w, to: artifacts/x }`,
    );
    expect(parseRecipe("x", yaml).artifacts.map(({ kind }) => kind)).toEqual([
      "pypi",
      "npm",
      "maven",
      "go",
      "goLocal",
    ]);
  });

  it("lists all problems at once", () => {
    const yaml = [
      "version: 3.5",
      "artefacts: []",
      "artifacts:",
      "  - { kind: pypi, package: x, version: ^1, file: x.tar.gz, sha256: 12, to: ../x }",
      `  - { kind: maven, coordinate: y, sha256: ${SHA}, to: artifacts/y }`,
      "  - { kind: cargo }",
    ].join("\n");
    expect(problemsOf(yaml).map(([path]) => path)).toEqual([
      "title",
      "version",
      "artifacts[0].version",
      "artifacts[0].file",
      "artifacts[0].sha256",
      "artifacts[0].to",
      "artifacts[1].coordinate",
      "artifacts[2].kind",
      "artefacts",
    ]);
  });

  it.each([
    ["neither to nor extract", recipe(`{ ${wheel} }`), "artifacts[0]", /exactly one of: to/],
    [
      "both to and extract",
      recipe(`{ ${wheel}, to: artifacts/a, extract: [{ from: a, to: artifacts/b }] }`),
      "artifacts[0]",
      /exactly one of: to/,
    ],
    [
      "npm without a checksum",
      recipe("{ kind: npm, package: x, version: 1.0.0, to: artifacts/x }"),
      "artifacts[0]",
      /integrity, sha256/,
    ],
    [
      "a way out of the archive",
      recipe(`{ ${wheel}, extract: [{ from: ../a, to: artifacts/b }] }`),
      "artifacts[0].extract[0].from",
      /without/,
    ],
    [
      "a way out of the context",
      recipe(`{ ${wheel}, to: artifacts/../../b }`),
      "artifacts[0].to",
      /under artifacts/,
    ],
    ["an absolute target", recipe(`{ ${wheel}, to: /etc/passwd }`), "artifacts[0].to", /under artifacts/],
    [
      "a folder put into a file",
      recipe(`{ ${wheel}, extract: [{ from: a/, to: artifacts/b }] }`),
      "artifacts[0].extract[0].to",
      /end in \//,
    ],
    [
      "an option in place of a version",
      recipe(`{ ${wheel.replace('"1"', '"-r"')}, to: artifacts/b }`),
      "artifacts[0].version",
      /exact version/,
    ],
    [
      "the same target twice",
      recipe(`{ ${wheel}, to: artifacts/b }`, `{ ${wheel}, to: artifacts/b }`),
      "artifacts[1].to",
      /written twice/,
    ],
    ["no base", 'title: X\nversion: "1"\n', "base", /scratch/],
    ["a setuid mode", recipe(`{ ${wheel}, to: artifacts/b, mode: "4755" }`), "artifacts[0].mode", /octal/],
    [
      "debootstrap with a base",
      'title: X\nversion: "1"\nbase: y\ndebootstrap: { suite: trixie, variant: minbase, refreshed: 2026-01-01 }',
      "debootstrap",
      /alone/,
    ],
    ["broken YAML", "title: [", "recipe.yaml", /not YAML/],
  ])("refuses %s", (_, yaml, path, message) => {
    expect(problemsOf(yaml)).toEqual([[path, expect.stringMatching(message) as string]]);
  });

  it("lets two CPUs write the same target", () => {
    expect(
      problemsOf(
        recipe(`{ ${wheel}, arch: amd64, to: artifacts/b }`, `{ ${wheel}, arch: arm64, to: artifacts/b }`),
      ),
    ).toEqual([]);
  });
});
