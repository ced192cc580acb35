import type Docker from "dockerode";
import { execIn, logs, until } from "../harness/docker";
import { defaultPlatform } from "./platforms";
import { passwordOf, Sandbox } from "./sandbox";

const plan = defaultPlatform();

describe.each(["valkey-state", "valkey-cache"])("%s", (name) => {
  let sandbox: Sandbox;
  let server: Docker.Container;
  const cli = async (user: string, password: string, ...command: readonly string[]): Promise<string> => {
    const env = [`REDISCLI_AUTH=${password}`];
    const { stdout, stderr } = await execIn(
      server,
      ["valkey-cli", "--no-auth-warning", "--user", user, ...command],
      { env },
    );
    return `${stdout}${stderr}`.trim();
  };
  const operator = (...command: readonly string[]): Promise<string> =>
    cli("operator", passwordOf(`${name}-operator`), ...command);

  beforeAll(async () => {
    sandbox = await Sandbox.open(name, plan);
    server = await sandbox.start(name);
  });
  afterAll(() => sandbox.close());

  it("has exactly the users of its file, and the default one is off", async () => {
    const listed = (await operator("ACL", "LIST")).split("\n");
    const written = (sandbox.files(name)["/run/secrets/users.acl"] ?? "").trim().split("\n");
    expect(listed.map(nameOf).sort()).toEqual(written.map(nameOf).sort());
    expect(listed.find((line) => nameOf(line) === "default")).toMatch(
      // what is in the append-only file is done again as this user
      name === "valkey-state"
        ? /^user default off (?!.*nopass)(?!.*#).*\+@all$/
        : /^user default off .*-@all$/,
    );
    expect(listed.find((line) => nameOf(line) === "probe")).toMatch(/-@all \+ping$/);
  });

  it("lets the operator in, and nobody without the password", async () => {
    expect(await operator("SET", "config-test", "1")).toBe("OK");
    expect(await cli("operator", "wrong", "GET", "config-test")).toMatch(/WRONGPASS|NOAUTH/);
    expect((await execIn(server, ["valkey-cli", "GET", "config-test"])).stdout).toMatch(/NOAUTH/);
  });

  it("lets nobody be the default user, whatever the password", async () => {
    for (const password of ["", "default", passwordOf(`${name}-operator`)])
      expect(await cli("default", password, "PING")).toMatch(/WRONGPASS|NOAUTH/);
  });

  it("evicts nothing from the state and the least used from the cache", async () => {
    const policy = name === "valkey-state" ? "noeviction" : "allkeys-lru";
    const durable = name === "valkey-state" ? "yes" : "no";
    expect((await operator("CONFIG", "GET", "maxmemory-policy")).split("\n")).toEqual([
      "maxmemory-policy",
      policy,
    ]);
    expect((await operator("CONFIG", "GET", "appendonly")).split("\n")).toEqual(["appendonly", durable]);
    expect((await operator("CONFIG", "GET", "save")).split("\n")[0]).toBe("save");
  });

  if (name === "valkey-state")
    it("has everything again after a restart, also what was written in a transaction", async () => {
      // the file keeps a transaction as one only when it changes more than one key
      const written = ["MULTI", "SET one 1", "SET two 2", "EXEC", "SET three 3"];
      const done = await execIn(
        server,
        [
          "sh",
          "-c",
          `printf '%b' '${written.join("\\n")}\\n' | valkey-cli --no-auth-warning --user operator`,
        ],
        { env: [`REDISCLI_AUTH=${passwordOf(`${name}-operator`)}`] },
      );
      expect(done.stdout.split("\n").filter((line) => line === "OK")).toHaveLength(4);
      await server.kill();
      await server.start();
      await until(
        "the state to be there again",
        30,
        () => operator("PING"),
        (answer) => answer === "PONG",
      );
      expect(await operator("MGET", "one", "two", "three")).toBe("1\n2\n3");
      expect((await logs(server)).stdout).not.toMatch(/CRITICAL/);
    });

  it("does not start with a user list that is no user list", async () => {
    const broken = { "/run/secrets/users.acl": "user operator on #nohash ~* +@all\n" };
    expect((await sandbox.run(name, { files: broken })).code).not.toBe(0);
  });
});

const nameOf = (line: string): string => line.split(" ")[1] ?? "";
