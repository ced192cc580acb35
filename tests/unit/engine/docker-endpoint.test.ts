import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { candidateEndpoints, clientOptions } from "../../../engine/docker-endpoint";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "docker-config-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

const context = (name: string, host: string): void => {
  const id = createHash("sha256").update(name).digest("hex");
  mkdirSync(join(folder, "contexts", "meta", id), { recursive: true });
  writeFileSync(
    join(folder, "contexts", "meta", id, "meta.json"),
    JSON.stringify({ Name: name, Endpoints: { docker: { Host: host } } }),
  );
};

describe("where a Docker engine may be", () => {
  it("is where DOCKER_HOST says, and nowhere else", () => {
    context("c", "unix:///c.sock");
    writeFileSync(join(folder, "config.json"), '{"currentContext":"c"}');
    expect(candidateEndpoints({ DOCKER_HOST: "example:2375", DOCKER_CONFIG: folder })).toEqual([
      { host: "tcp://example:2375", from: "DOCKER_HOST" },
    ]);
  });
  it("is where the current context says", () => {
    context("c", "unix:///c.sock");
    writeFileSync(join(folder, "config.json"), '{"currentContext":"c"}');
    expect(candidateEndpoints({ DOCKER_CONFIG: folder })).toEqual([
      { host: "unix:///c.sock", from: "context c" },
    ]);
  });
  it("is where DOCKER_CONTEXT says before that, with its certificates", () => {
    context("d", "tcp://d:2376");
    const id = createHash("sha256").update("d").digest("hex");
    mkdirSync(join(folder, "contexts", "tls", id, "docker"), { recursive: true });
    writeFileSync(join(folder, "contexts", "tls", id, "docker", "ca.pem"), "CA");
    expect(candidateEndpoints({ DOCKER_CONFIG: folder, DOCKER_CONTEXT: "d" })).toEqual([
      { host: "tcp://d:2376", from: "context d", tls: { ca: "CA" } },
    ]);
  });
  it("is one of the usual sockets otherwise", () => {
    const env = { DOCKER_CONFIG: folder, XDG_RUNTIME_DIR: "/run/user/1" };
    expect(candidateEndpoints(env, "linux", "/home/me").map(({ host }) => host)).toEqual([
      "unix:///var/run/docker.sock",
      "unix:///home/me/.docker/run/docker.sock",
      "unix:///home/me/.docker/desktop/docker.sock",
      "unix:///run/user/1/docker.sock",
    ]);
    expect(candidateEndpoints({ DOCKER_CONFIG: folder }, "win32", "C:\\me").map(({ host }) => host)).toEqual([
      "npipe:////./pipe/docker_engine",
      "npipe:////./pipe/dockerDesktopLinuxEngine",
    ]);
  });
  it("ignores the context called default and broken files", () => {
    writeFileSync(join(folder, "config.json"), "{");
    expect(candidateEndpoints({ DOCKER_CONFIG: folder, DOCKER_CONTEXT: "default" }, "linux")[0]?.from).toBe(
      "default socket",
    );
  });
});

describe("a client's connection", () => {
  const open = { host: undefined, port: undefined, socketPath: undefined };
  it.each([
    ["unix:///x.sock", { ...open, protocol: "http", socketPath: "/x.sock" }],
    ["npipe:////./pipe/docker_engine", { ...open, protocol: "http", socketPath: "//./pipe/docker_engine" }],
    ["tcp://h", { ...open, protocol: "http", host: "h", port: 2375 }],
    ["tcp://h:2376", { ...open, protocol: "https", host: "h", port: 2376 }],
  ])("to %s", (host, options) => expect(clientOptions({ host, from: "test" })).toEqual(options));
  it("over ssh has the user", () =>
    expect(clientOptions({ host: "ssh://me@h:2222", from: "test" })).toMatchObject({
      protocol: "ssh",
      host: "h",
      port: 2222,
      username: "me",
    }));
});
