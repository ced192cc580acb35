import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { composeExport } from "../../model/compose";
import { ROOT } from "../../stacks/inputs";
import { exposedPlatform, gpuServing } from "./platforms";
import { madeUp } from "./sandbox";

/** Compose's own loader, with its schema: what `docker compose config` reads a file with. */
const CHECKER = join(ROOT, ".trade2026/cache/composecheck");

describe("the exported Compose file", () => {
  const plan = exposedPlatform();
  const folder = mkdtempSync(join(tmpdir(), "t26compose-"));
  const exported = composeExport(plan, {
    folder: "./files",
    inHouse: (service) => `example/${service}:1`,
    value: (ref) => madeUp(ref),
  });

  beforeAll(() => {
    execFileSync("go", ["build", "-C", join(ROOT, "tests/config/compose"), "-o", CHECKER, "."], {
      stdio: "inherit",
    });
    for (const { path, content } of exported.files) {
      const file = join(folder, "files", path);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, content);
    }
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const check = (
    yaml: string,
  ): { readonly code: number | null; readonly services: readonly string[]; readonly error: string } => {
    const file = join(folder, "compose.yaml");
    writeFileSync(file, yaml);
    const { status, stdout, stderr } = spawnSync(CHECKER, [file], { encoding: "utf8" });
    return {
      code: status,
      services: stdout
        .split("\n")
        .filter((line) => line !== "")
        .sort(),
      error: stderr,
    };
  };

  it("is read, with every container that runs in it", () => {
    const running = plan.containers.filter(({ role }) => role !== "writer").map(({ name }) => name);
    expect(check(exported.yaml)).toEqual({ code: 0, services: running.sort(), error: "" });
  });

  it.each([
    ["on the platform's networks", {}, { lanesOf: "trade2026" }],
    ["with networks of its own", { dockerHost: "ssh://ops@gpu1.example.com" }, {}],
  ])("of the GPU stack is read too, %s", (_how, settings, lanes) => {
    const gpu = gpuServing(settings);
    const { yaml, files } = composeExport(gpu, {
      folder: "./files",
      inHouse: String,
      value: (ref) => madeUp(ref),
      ...lanes,
    });
    for (const { path, content } of files) {
      const file = join(folder, "files", path);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, content);
    }
    const running = gpu.containers.filter(({ role }) => role !== "writer").map(({ name }) => name);
    expect(check(yaml)).toEqual({ code: 0, services: running.sort(), error: "" });
  });

  it.each([
    ["an unknown key", /^ {4}hostname: nats$/m, "    hostnam: nats"],
    ["a dependency on nobody", /^ {6}nats-data-owner:$/m, "      nobody:"],
    ["a network that is not", /^ {6}lowlatency:$/m, "      nowhere:"],
  ])("%s would be refused", (_what, line, broken) => {
    expect(exported.yaml).toMatch(line);
    expect(check(exported.yaml.replace(line, broken)).code).toBe(1);
  });
});
