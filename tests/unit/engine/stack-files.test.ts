import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { parse } from "yaml";
import { StackLockedError, StackProblemError, WrongPassphraseError } from "../../../engine/errors";
import { backendUrl, configFile, homeOf, makeFolders, stateFile } from "../../../engine/home";
import type { Home } from "../../../engine/home";
import { releaseStaleLocks } from "../../../engine/locks";
import { passphraseFor } from "../../../engine/passphrase";
import { writeProjectFile, writeStackConfig } from "../../../engine/stack-config";
import { readState } from "../../../engine/state";

let root: string;
let home: Home;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "stack-files-"));
  home = homeOf(root);
  makeFolders(home);
});
afterEach(() => rmSync(root, { recursive: true }));

const config = (): unknown => parse(readFileSync(configFile(home, "dev"), "utf8"));

describe("the copy of a stack's configuration", () => {
  it("keeps the salt, and leaves the file in the checkout alone", () => {
    const file = join(root, "Pulumi.dev.yaml");
    writeFileSync(file, "# mine\nconfig:\n  trade2026:prefix: a\n");
    writeStackConfig(home, "dev", file);
    writeFileSync(
      configFile(home, "dev"),
      `encryptionsalt: v1:x\n${readFileSync(configFile(home, "dev"), "utf8")}`,
    );
    writeStackConfig(home, "dev", file, { "trade2026:prefix": "b", "docker:host": "unix:///x" });
    expect(config()).toEqual({
      encryptionsalt: "v1:x",
      config: { "trade2026:prefix": "b", "docker:host": "unix:///x" },
    });
    expect(readFileSync(file, "utf8")).toBe("# mine\nconfig:\n  trade2026:prefix: a\n");
  });
  it("keeps what the user encrypted", () => {
    const file = join(root, "Pulumi.dev.yaml");
    writeFileSync(file, "encryptionsalt: v1:mine\nconfig:\n  trade2026:key:\n    secure: v1:abc\n");
    writeStackConfig(home, "dev", file);
    expect(config()).toEqual({
      encryptionsalt: "v1:mine",
      config: { "trade2026:key": { secure: "v1:abc" } },
    });
  });
  it("keeps its salt when plain pulumi, on a backend of its own, has written another into the checkout's file", () => {
    const file = join(root, "Pulumi.dev.yaml");
    writeFileSync(file, "encryptionsalt: v1:other\n");
    writeFileSync(configFile(home, "dev"), "encryptionsalt: v1:own\n");
    writeStackConfig(home, "dev", file);
    expect(config()).toEqual({ encryptionsalt: "v1:own", config: {} });
  });
  it("can be plain values", () => {
    writeStackConfig(home, "dev", { "a:b": "1", "a:c": { value: "2" } });
    expect(config()).toEqual({ config: { "a:b": "1", "a:c": "2" } });
  });
  it.each([
    ["nowhere.yaml", undefined, /no stack configuration/],
    ["bad.yaml", "config: [", /cannot be read as YAML/],
    ["odd.yaml", "config: text", /must have a map/],
  ])("complains of %s", (name, content, message) => {
    const file = join(root, name);
    if (content !== undefined) writeFileSync(file, content);
    expect(() => writeStackConfig(home, "dev", file)).toThrow(message);
    expect(() => writeStackConfig(home, "dev", file)).toThrow(StackProblemError);
  });
  it("refuses a secret in plain", () =>
    expect(() => writeStackConfig(home, "dev", { "a:b": { value: "x", secret: true } })).toThrow(
      "pulumi config set --secret",
    ));
});

describe("the project file", () => {
  it("is the checkout's own, pointed at the checkout, without its backend", () => {
    writeFileSync(
      join(root, "Pulumi.yaml"),
      "name: p\nruntime: {name: nodejs}\nbackend: {url: x}\nconfig: {p:a: {type: string}}\n",
    );
    writeProjectFile(home, root, "p");
    expect(parse(readFileSync(join(home.config, "Pulumi.yaml"), "utf8"))).toEqual({
      name: "p",
      runtime: "nodejs",
      main: root,
      config: { "p:a": { type: "string" } },
    });
  });
  it("must be the project that is asked for", () => {
    writeFileSync(join(root, "Pulumi.yaml"), "name: other\nruntime: nodejs\n");
    expect(() => writeProjectFile(home, root, "p")).toThrow('is the project "other", not "p"');
  });
});

describe("the passphrase", () => {
  it("is made once, for its owner alone", () => {
    const first = passphraseFor(home, "dev", false, {});
    const text = readFileSync(home.passphrase, "utf8");
    expect(text).toMatch(/^[\w-]{43}\n$/);
    expect(statSync(home.passphrase).mode & 0o777).toBe(0o600);
    expect(passphraseFor(home, "dev", true, {})).toEqual(first);
    expect(readFileSync(home.passphrase, "utf8")).toBe(text);
  });
  it("is the user's where there is one", () =>
    expect(passphraseFor(home, "dev", true, { PULUMI_CONFIG_PASSPHRASE: "" })).toEqual({
      source: "PULUMI_CONFIG_PASSPHRASE",
      env: { PULUMI_CONFIG_PASSPHRASE: "" },
    }));
  it("is not made anew for a state that is there already", () =>
    expect(() => passphraseFor(home, "dev", true, {})).toThrow(WrongPassphraseError));
});

describe("locks", () => {
  const folder = (): string => join(root, "locks");
  const lock = (name: string, content: string): void => {
    mkdirSync(folder(), { recursive: true });
    writeFileSync(join(folder(), name), content);
  };
  const held = (pid: number, host = hostname()): string =>
    JSON.stringify({ pid, hostname: host, username: "me", timestamp: "2026-01-01T00:00:00Z" });

  it("of a dead process are removed", () => {
    lock("a.json", held(4194300));
    lock("b.json", held(4194301));
    expect(releaseStaleLocks(folder(), "dev")).toBe(2);
    expect(readdirSync(folder())).toEqual([]);
  });
  it("of another program that has the number now are removed", () => {
    lock("a.json", held(process.pid));
    if (process.platform === "linux") expect(releaseStaleLocks(folder(), "dev")).toBe(1);
  });
  it("of another machine stay, and are an error that says whose they are", () => {
    lock("a.json", held(4194300, "elsewhere"));
    expect(() => releaseStaleLocks(folder(), "dev")).toThrow(
      /locked by me on elsewhere \(process 4194300\) since 2026/,
    );
    expect(readdirSync(folder())).toEqual(["a.json"]);
  });
  it("that cannot be read stay", () => {
    lock("a.json", "{");
    expect(() => releaseStaleLocks(folder(), "dev")).toThrow(StackLockedError);
  });
  it("are none without a folder", () => expect(releaseStaleLocks(folder(), "dev")).toBe(0));
});

describe("the state", () => {
  it("is read without its secrets", () => {
    const secret = {
      "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270",
      ciphertext: "v1:x",
    };
    const file = stateFile(home, "p", "dev");
    mkdirSync(join(file, ".."), { recursive: true });
    const web = {
      urn: "urn:pulumi:dev::p::docker:index/container:Container::web",
      type: "docker:index/container:Container",
      id: "abc",
      initErrors: ["sick"],
      outputs: { name: "web", envs: secret, gpus: null, __meta: "x" },
    };
    const pending = [{ resource: { ...web, inputs: { name: "web", envs: secret } }, type: "creating" }];
    writeFileSync(
      file,
      JSON.stringify({
        version: 3,
        checkpoint: { latest: { resources: [web], pending_operations: pending } },
      }),
    );
    expect(readState(home, "p", "dev")).toEqual({
      resources: [
        {
          urn: web.urn,
          type: web.type,
          name: "web",
          id: "abc",
          protect: false,
          pendingDelete: false,
          initErrors: ["sick"],
          outputs: { name: "web" },
        },
      ],
      pending: [{ kind: "creating", urn: web.urn, type: web.type, name: "web", inputs: { name: "web" } }],
    });
  });
  it("is empty where there is none", () =>
    expect(readState(home, "p", "new")).toEqual({ resources: [], pending: [] }));
  it("has an address that Windows understands too", () =>
    expect(backendUrl({ ...home, state: "C:\\work\\state" })).toBe("file://C:/work/state"));
});
