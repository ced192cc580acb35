import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chooseEngine } from "../../../engine/choose";
import { EngineUnavailableError } from "../../../engine/errors";
import { atLeast } from "../../../engine/hermetic/cli/build";
import { isReachable, proxyFor } from "../../../engine/reachable";
import { CLI_VERSION, PLUGIN_VERSIONS } from "../../../engine/versions";
import packageFile from "../../../package.json";

let root: string;
let bin: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "choose-"));
  bin = join(root, "bin");
  mkdirSync(bin);
});
afterEach(() => rmSync(root, { recursive: true }));

const PROXY = { HTTPS_PROXY: "http://127.0.0.1:9" };
/** No installed Pulumi, and a proxy that nobody is behind. */
const bare = (): NodeJS.ProcessEnv => ({ PATH: bin, PULUMI_HOME: join(root, "home"), ...PROXY });

/** Plugins in Pulumi's own folder, and a program on PATH that says it is the CLI. */
function installOfficial(version: string): NodeJS.ProcessEnv {
  for (const [name, plugin] of Object.entries(PLUGIN_VERSIONS)) {
    const folder = join(root, "home", "plugins", `resource-${name}-v${plugin}`);
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, `pulumi-resource-${name}`), "");
  }
  writeFileSync(join(bin, "pulumi"), `#!/bin/sh\necho v${version}\n`, { mode: 0o755 });
  return bare();
}

describe("choosing an engine", () => {
  it("takes the official one where it is installed", async () => {
    const plugins = Object.entries(PLUGIN_VERSIONS).map(([name, version]) => ({
      name,
      version,
      from: "installed",
    }));
    expect(await chooseEngine({ root, env: installOfficial("3.259.0") })).toEqual({
      kind: "official",
      reason: "Pulumi CLI 3.259.0 and its plugins are installed",
      cli: { version: "3.259.0", path: join(bin, "pulumi") },
      plugins,
      requested: false,
    });
  });
  it("does not take one that is too old for this SDK, nor the launcher of the npm package", async () => {
    const env = installOfficial("3.99.0");
    const chosen = () => chooseEngine({ root, env, requested: "official" });
    await expect(chosen()).rejects.toThrow(/the Pulumi CLI 3.259.0: not installed/);
    rmSync(join(bin, "pulumi"));
    writeFileSync(join(root, "run.js"), "#!/bin/sh\necho v3.259.0\n", { mode: 0o755 });
    symlinkSync(join(root, "run.js"), join(bin, "pulumi"));
    await expect(chosen()).rejects.toThrow(/the Pulumi CLI 3.259.0: not installed/);
  });
  it("says what is missing when the official engine was asked for", async () => {
    const error = await chooseEngine({ root, requested: "official", env: bare() }).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(EngineUnavailableError);
    expect((error as Error).message).toMatch(/^The official engine cannot be had on this machine:\n {2}- /);
    expect((error as EngineUnavailableError).missing.map((line) => line.split(":")[0])).toEqual([
      `the Pulumi CLI ${CLI_VERSION}`,
      `plugin docker ${PLUGIN_VERSIONS.docker}`,
      `plugin random ${PLUGIN_VERSIONS.random}`,
    ]);
  });
  it("reads the wish from the environment, and refuses a wrong one", async () => {
    await expect(chooseEngine({ root, env: { ...bare(), TRADE2026_ENGINE: "official" } })).rejects.toThrow(
      EngineUnavailableError,
    );
    await expect(chooseEngine({ root, env: { ...bare(), TRADE2026_ENGINE: "best" } })).rejects.toThrow(
      'it must be "official" or "hermetic"',
    );
  });
});

describe("versions", () => {
  it("are those of the SDKs in package.json", () =>
    expect([CLI_VERSION, PLUGIN_VERSIONS]).toEqual([
      packageFile.dependencies["@pulumi/pulumi"],
      {
        docker: packageFile.dependencies["@pulumi/docker"],
        random: packageFile.dependencies["@pulumi/random"],
      },
    ]));
  it.each([
    ["1.25.11", "1.25.11", true],
    ["1.26", "1.25.11", true],
    ["1.25.9", "1.25.11", false],
    ["3.259.0-alpha.1", "3.206.0", true],
    ["3.99.0", "3.206.0", false],
  ])("%s is at least %s: %s", (version, minimum, yes) => expect(atLeast(version, minimum)).toBe(yes));
});

describe("reaching the download site", () => {
  const url = new URL("https://a.example.org/x");
  it.each([
    [{}, undefined],
    [{ HTTPS_PROXY: "proxy:3128" }, "http://proxy:3128/"],
    [{ https_proxy: "http://u:p@proxy" }, "http://u:p@proxy/"],
    [{ HTTPS_PROXY: "proxy:3128", NO_PROXY: ".example.org" }, undefined],
    [{ HTTPS_PROXY: "proxy:3128", NO_PROXY: "other.org, *" }, undefined],
  ])("with %j goes through %s", (env, proxy) => expect(proxyFor(url, env)?.href).toBe(proxy));
  it("does not throw and does not hang", async () =>
    expect(await isReachable("https://a.example.org/x", PROXY, 500)).toBe(false));
});
