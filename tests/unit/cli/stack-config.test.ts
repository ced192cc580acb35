import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  forgetPlatform,
  givenBefore,
  readStackConfig,
  remember,
  withImages,
} from "../../../cli/config/stack-config";
import type { Context } from "../../../cli/context";
import { ProblemsError } from "../../../model/problems";

let root: string;
let context: Context;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "t26-config-"));
  context = { root, home: join(root, "home"), stack: "dev", debug: false };
  writeFileSync(
    join(root, "Pulumi.dev.yaml"),
    "config:\n  docker:host: unix:///x\n  trade2026:subnets:\n    frontend: 10.2.0.0/16\n",
  );
});

afterEach(() => rmSync(root, { recursive: true }));

const problemsOf = (run: () => unknown): readonly string[] => {
  try {
    run();
  } catch (error) {
    if (error instanceof ProblemsError) return error.problems.map(({ path }) => path);
    throw error;
  }
  return [];
};

test("the file alone: its own namespace, nothing laid over", () => {
  const config = readStackConfig(context);
  expect(config.settings.subnets).toEqual({ frontend: "10.2.0.0/16" });
  expect(config.settings.prefix).toBe("trade2026");
  expect(config.overrides).toEqual({});
  expect(config.imagesChosen).toBe(false);
});

test("--set is merged over the file, and handed to the engine whole", () => {
  const config = readStackConfig(context, { set: ["subnets.backend=10.3.0.0/16", "prefix=other"] });
  expect(config.settings.subnets).toEqual({ frontend: "10.2.0.0/16", backend: "10.3.0.0/16" });
  expect(config.overrides).toEqual({
    "trade2026:subnets": '{"frontend":"10.2.0.0/16","backend":"10.3.0.0/16"}',
    "trade2026:prefix": "other",
  });
});

test("what was set is only remembered on purpose, and until it is unset", () => {
  const config = readStackConfig(context, { set: ["prefix=other"] });
  expect(readStackConfig(context).settings.prefix).toBe("trade2026");
  remember(context, config.remembered);
  expect(readStackConfig(context).settings.prefix).toBe("other");
  expect(readStackConfig(context, { unset: ["prefix"] }).settings.prefix).toBe("trade2026");
});

test("a decided image mode is remembered with its reason, until a person decides", () => {
  const decided = withImages(readStackConfig(context), "packages", "nothing answered");
  expect(decided.settings.images).toBe("packages");
  expect(decided.overrides).toEqual({ "trade2026:images": "packages" });
  remember(context, decided.remembered);
  const again = readStackConfig(context);
  expect([again.settings.images, again.remembered.imagesReason, again.imagesChosen]).toEqual([
    "packages",
    "nothing answered",
    false,
  ]);
  const chosen = readStackConfig(context, { set: ["images=upstream"] });
  expect([chosen.settings.images, chosen.remembered.imagesReason, chosen.imagesChosen]).toEqual([
    "upstream",
    undefined,
    true,
  ]);
  const undecided = readStackConfig(context, { unset: ["images"] });
  expect([undecided.remembered.imagesReason, undecided.imagesChosen]).toEqual([undefined, false]);
});

test("when everything is gone, what a person has set stays, and nothing else", () => {
  remember(context, {
    settings: { prefix: "b", images: "packages" },
    imagesReason: "nothing answered",
    claimed: "b",
  });
  expect(forgetPlatform(context, readStackConfig(context).remembered)).toEqual(["prefix=b"]);
  expect(readStackConfig(context).remembered).toEqual({ settings: { prefix: "b" } });
  remember(context, { settings: { images: "packages" }, imagesReason: "nothing answered", claimed: "b" });
  forgetPlatform(context, readStackConfig(context).remembered);
  expect(existsSync(join(context.home, "config/dev.json"))).toBe(false);
  remember(context, { settings: { images: "packages" } });
  forgetPlatform(context, readStackConfig(context).remembered);
  expect(readStackConfig(context).remembered).toEqual({ settings: { images: "packages" } });
});

test("what earlier commands have set is named; of a long value its name is enough", () => {
  const { remembered } = readStackConfig(context, {
    set: [
      "prefix=b",
      "subnets.backend=10.9.0.0/16",
      "exposeData=true",
      `imageOverrides.nats=registry.example.org/${"a".repeat(60)}:1`,
    ],
  });
  expect(givenBefore(remembered, ["prefix=b", "accessLog=all"])).toEqual([
    'subnets={"backend":"10.9.0.0/16"}',
    "exposeData=true",
    "imageOverrides=…",
  ]);
});

test("what is to be forgotten must be a setting; one that was not given is no mistake", () => {
  expect(() => readStackConfig(context, { unset: ["prefx", "accessLog"] })).toThrow(
    /1 problem(.|\n)*--unset prefx: names no setting(.|\n)*allowed: .*prefix/,
  );
  expect(readStackConfig(context, { unset: ["accessLog"] }).remembered).toEqual({ settings: {} });
});

test("the remembered file is stable", () => {
  remember(context, { settings: { prefix: "b", images: "packages" }, claimed: "b" });
  expect(readFileSync(join(context.home, "config/dev.json"), "utf8")).toBe(
    '{\n  "claimed": "b",\n  "settings": {\n    "images": "packages",\n    "prefix": "b"\n  }\n}\n',
  );
});

test("mistakes of the arguments and of the settings come together", () => {
  expect(problemsOf(() => readStackConfig(context, { set: ["novalue", "prefix=NO", "tlsEpoch=0"] }))).toEqual(
    ["--set novalue", "trade2026:prefix", "trade2026:tlsEpoch"],
  );
  expect(problemsOf(() => readStackConfig(context, { set: ["novalue"] }))).toEqual(["--set novalue"]);
});

test("an unknown stack names the ones that there are", () => {
  writeFileSync(join(root, "Pulumi.gpu.yaml"), "config: {}\n");
  expect(() => readStackConfig({ ...context, stack: "prod" })).toThrow(/allowed: dev, gpu/);
});

test("a new stack needs no file, only a prefix of its own; afterwards it is known by what is remembered", () => {
  const second: Context = { ...context, stack: "second" };
  expect(problemsOf(() => readStackConfig(second, { set: ["tlsEpoch=2"] }))).toEqual(["--stack"]);
  const config = readStackConfig(second, { set: ["prefix=second", "subnets.backend=10.3.0.0/16"] });
  expect(config.file).toBeUndefined();
  expect([config.settings.prefix, config.settings.subnets]).toEqual(["second", { backend: "10.3.0.0/16" }]);
  expect(config.overrides["trade2026:prefix"]).toBe("second");
  remember(second, config.remembered);
  expect(readStackConfig(second).settings.prefix).toBe("second");
  expect(() => readStackConfig({ ...context, stack: "prod" })).toThrow(/allowed: dev, second/);
});

test.each(["../dev", "a/b", ""])("%j is no name of a stack", (stack) => {
  expect(problemsOf(() => readStackConfig({ ...context, stack }, { set: ["prefix=second"] }))).toEqual([
    "--stack",
  ]);
});

test("a file that is not YAML, and a remembered file that is not JSON, are named", () => {
  writeFileSync(join(root, "Pulumi.bad.yaml"), "config: [\n");
  expect(() => readStackConfig({ ...context, stack: "bad" })).toThrow(/Pulumi\.bad\.yaml: is not YAML/);
  remember(context, { settings: {} });
  writeFileSync(join(context.home, "config/dev.json"), "{");
  expect(() => readStackConfig(context)).toThrow(/dev\.json: cannot be read/);
});
