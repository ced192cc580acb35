import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
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
const path = (): string => [bin, process.env["PATH"] ?? ""].join(delimiter);
/** No installed Pulumi, and a proxy that nobody is behind. */
const bare = (): NodeJS.ProcessEnv => ({ PATH: path(), PULUMI_HOME: join(root, "home"), ...PROXY });

/** A program that says it is the CLI. A script would be taken for the npm package's launcher, so a copy of node is it. */
function installOfficial(version: string): NodeJS.ProcessEnv {
  const home = join(root, "home");
  for (const [name, plugin] of Object.entries(PLUGIN_VERSIONS)) {
    const folder = join(home, "plugins", `resource-${name}-v${plugin}`);
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, `pulumi-resource-${name}`), "");
  }
  writeFileSync(join(bin, "pulumi"), `#!/bin/sh\necho v${version}\n`, { mode: 0o755 });
  return bare();
}

describe("choosing an engine", () => {
  it("takes a script on PATH for the launcher that it is, and not for the CLI", async () => {
    const chosen = await chooseEngine({ root, env: installOfficial("3.259.0") }).catch(
      (error: unknown) => error,
    );
    expect(chosen instanceof EngineUnavailableError ? "none" : (chosen as { kind: string }).kind).not.toBe(
      "official",
    );
  });
  it("says what is missing when the official engine was asked for", async () => {
    const error = await chooseEngine({ root, requested: "official", env: bare() }).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(EngineUnavailableError);
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
