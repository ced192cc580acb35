import { importsOf, sources, type Source } from "../support/sources";

interface Rule {
  /** Files that it is about, by their path. */
  readonly area: RegExp;
  /** Our own files that they may import. */
  readonly may: readonly RegExp[];
  /** Packages that they may import; all of them where nothing is said. */
  readonly packages?: readonly RegExp[];
}

/** One direction: stacks → components → model; cli → engine and stacks; services → kit → contracts. */
const RULES: readonly Rule[] = [
  // Pure: no Pulumi, no file system, no process, no network.
  { area: /^model\//, may: [/^model\//], packages: [/^zod$/, /^yaml$/, /^node:crypto$/] },
  {
    area: /^components\//,
    may: [/^components\//, /^model\//, /^services\/contracts(\/|$)/],
    packages: [
      /^@pulumi\/(pulumi|docker|random)$/,
      /^@grafana\/grafana-foundation-sdk\/[a-z]+$/,
      /^yaml$/,
      /^node:(crypto|fs|path)$/,
    ],
  },
  {
    area: /^stacks\//,
    may: [/^stacks\//, /^components\//, /^model\//, /^images\/builder(\/|$)/],
    packages: [/^@pulumi\/(pulumi|docker)$/, /^node:(fs|path)$/],
  },
  { area: /^images\//, may: [/^images\//, /^model\//] },
  { area: /^engine\//, may: [/^engine\//, /^model\//] },
  {
    area: /^cli\//,
    may: [
      /^cli\//,
      /^engine(\/|$)/,
      /^stacks\//,
      /^model\//,
      /^images\/builder(\/|$)/,
      // what a line of log is, and what in it looks like a credential
      /^services\/contracts(\/|$)/,
      /^services\/[a-z-]+$/,
      /^index$/,
    ],
  },
  // Bundled for k6, which brings its own modules.
  {
    area: /^configs\/k6\//,
    may: [/^configs\/k6\//, /^model\/load\//],
    packages: [/^k6(\/|$)/],
  },
  { area: /^docs\//, may: [/^docs\//, /^stacks\//, /^model\//, /^components\//] },
  // Messages are defined once, for everybody: they stand on nothing.
  { area: /^services\/contracts\//, may: [/^services\/contracts\//], packages: [/^zod$/, /^big\.js$/] },
  { area: /^services\/kit\//, may: [/^services\/kit\//, /^services\/contracts(\/|$)/] },
  // What builds the services, next to their folders.
  { area: /^services\/[^/]+$/, may: [/^services\/[a-z-]+$/, /^model\//] },
  { area: /^index\.ts$/, may: [/^stacks\//, /^model\//, /^engine\//, /^services\/[a-z-]+$/] },
];

/** A service imports itself, the kit and the contracts, and no other service. */
function serviceRule(path: string): Rule | undefined {
  const own = /^services\/[^/]+\//.exec(path)?.[0];
  return own === undefined
    ? undefined
    : { area: /^/, may: [new RegExp(`^${own}`), /^services\/(kit|contracts)(\/|$)/] };
}

function ruleOf(path: string): Rule | undefined {
  return RULES.find(({ area }) => area.test(path)) ?? serviceRule(path);
}

function violations(source: Pick<Source, "path" | "text">): readonly string[] {
  const rule = ruleOf(source.path);
  if (!rule) return [`${source.path} lies in no known area`];
  const { ours, packages } = importsOf(source);
  return [
    ...ours.filter((target) => !rule.may.some((allowed) => allowed.test(target))),
    ...packages.filter((target) => rule.packages?.every((allowed) => !allowed.test(target))),
  ].map((target) => `${source.path} imports ${target}`);
}

const isTest = (path: string): boolean => path.startsWith("tests/") || /\.test\.ts$/.test(path);
const isTooling = (path: string): boolean => /^[^/]+\.mjs$/.test(path);
const program = sources().filter(({ path }) => !isTest(path) && !isTooling(path));

it("goes one way", () => {
  expect(program.flatMap(violations)).toEqual([]);
});

it("looks at the whole program", () => {
  for (const folder of [
    "model",
    "components",
    "stacks",
    "images",
    "engine",
    "cli",
    "services/kit",
    "services/contracts",
  ]) {
    expect([folder, program.some(({ path }) => path.startsWith(`${folder}/`))]).toEqual([folder, true]);
  }
});

describe("finds", () => {
  it.each([
    ["model/a.ts", 'import * as pulumi from "@pulumi/pulumi";', "@pulumi/pulumi"],
    ["model/a.ts", 'import type { X } from "@pulumi/docker";', "@pulumi/docker"],
    ["model/a.ts", 'import { readFileSync } from "node:fs";', "node:fs"],
    [
      "model/hardening/a.ts",
      'import { x } from "../../components/core/component";',
      "components/core/component",
    ],
    ["components/core/a.ts", 'import { x } from "../../stacks/dev";', "stacks/dev"],
    ["components/core/a.ts", 'import { x } from "../../services/kit/http";', "services/kit/http"],
    ["stacks/a.ts", 'import { x } from "../cli/main";', "cli/main"],
    ["engine/a.ts", 'const x = await import("../cli/main");', "cli/main"],
    ["cli/a.ts", 'import { x } from "../components/core/service";', "components/core/service"],
    ["services/oms/src/a.ts", 'import { x } from "../../risk/src/main";', "services/risk/src/main"],
    ["services/oms/src/a.ts", 'import { x } from "../../../model/units";', "model/units"],
    ["configs/k6/a.ts", 'import { x } from "../../model/plan";', "model/plan"],
    ["services/contracts/a.ts", 'import pino from "pino";', "pino"],
    ["cli/a.ts", 'import { x } from "../tests/support/model";', "tests/support/model"],
    ["model/a.ts", 'export { x } from "../engine/process";', "engine/process"],
  ])("in %s: %s", (path, text, target) => {
    expect(violations({ path, text })).toEqual([`${path} imports ${target}`]);
  });

  it("a folder that nobody has made a rule for", () => {
    expect(violations({ path: "scripts/a.ts", text: "" })).toEqual(["scripts/a.ts lies in no known area"]);
  });
});

it.each([
  ["components/data/a.ts", 'import { STREAMS } from "../../services/contracts";'],
  ["services/oms/src/a.ts", 'import { serve } from "../../kit";'],
  ["cli/a.ts", 'import program from "../index";'],
])("lets %s be: %s", (path, text) => {
  expect(violations({ path, text })).toEqual([]);
});
