import { describeError, Exit, UserError } from "../../../cli/ui/errors";
import { forThisStack, inTermsOfTheCommand } from "../../../cli/ui/invocation";
import { count, formatBytes, formatSeconds, indent } from "../../../cli/ui/format";
import { redact } from "../../../services/contracts/redact";
import { styleFor, visibleLength, wantsColour } from "../../../cli/ui/style";
import { table } from "../../../cli/ui/table";
import { DockerUnavailableError } from "../../../engine/errors";
import { ProblemsError } from "../../../model/problems";

describe("colours", () => {
  test.each([
    [true, {}, true],
    [false, {}, false],
    [true, { NO_COLOR: "1" }, false],
    [true, { NO_COLOR: "" }, true],
    [true, { TERM: "dumb" }, false],
    [false, { FORCE_COLOR: "1" }, true],
    [true, { FORCE_COLOR: "0" }, false],
    [false, { FORCE_COLOR: "1", NO_COLOR: "1" }, false],
  ])("terminal %s, %j: %s", (isTTY, env, colour) => {
    expect(wantsColour({ isTTY }, env)).toBe(colour);
  });

  test("take no width", () => {
    const { bad } = styleFor({ isTTY: true }, {});
    expect(bad("häß")).not.toBe("häß");
    expect(visibleLength(bad("häß"))).toBe(3);
  });
});

test("a table's columns are as wide as their widest cell, whatever its colour", () => {
  const { good } = styleFor({ isTTY: true }, {});
  const lines = table(
    [{ title: "A" }, { title: "N", align: "right" }, { title: "Z" }],
    [
      ["aaa", "1", good("x")],
      ["b", "22", ""],
    ],
  );
  expect(lines).toEqual(["A     N  Z", `aaa   1  ${good("x")}`, "b    22"]);
});

test.each([
  [0.04, "0.0 s"],
  [9.94, "9.9 s"],
  [59.4, "59 s"],
  [60, "1 min"],
  [75, "1 min 15 s"],
  [3600, "1 h"],
  [5400, "1 h 30 min"],
  [90_000, "1 d 1 h"],
])("%d seconds are %s", (seconds, text) => {
  expect(formatSeconds(seconds)).toBe(text);
});

test.each([
  [0, "0 B"],
  [1023, "1023 B"],
  [1536, "1.5 KiB"],
  [256 * 1024 ** 2, "256 MiB"],
  [1.5 * 1024 ** 3, "1.5 GiB"],
])("%d bytes are %s", (bytes, text) => {
  expect(formatBytes(bytes)).toBe(text);
});

test("counts and indents", () => {
  expect([count(1, "service"), count(2, "service"), count(0, "registry", "registries")]).toEqual([
    "1 service",
    "2 services",
    "0 registries",
  ]);
  expect(indent("a\n\nb\n", 2)).toBe("  a\n\n  b");
});

describe("redact", () => {
  const password = "aB3dE6gH9jK2mN5pQ8sT1vW4yZ7bC0eF3hJ6kL9n";

  test("hides a generated credential, in plain and in base64, wherever it stands", () => {
    const basic = Buffer.from(`operator:${password}`).toString("base64");
    for (const text of [
      password,
      `nats://u:${password}@nats`,
      `password=${password};`,
      `x_${password}`,
      `Basic ${basic}`,
    ]) {
      expect(redact(text)).toContain("[hidden]");
      expect(redact(text)).not.toContain(password);
      expect(redact(text)).not.toContain(basic);
    }
  });

  test("hides password hashes", () => {
    const hash = `$2a$10$${"abcdefghijklmnopqrstuv"}${"ABCDEFGHIJKLMNOPQRSTUVWXYZ01234"}`;
    expect(redact(`user: ${hash}`)).toBe("user: [hidden]");
  });

  test("leaves digests, paths and ordinary words alone", () => {
    const fine = [
      "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
      "/var/lib/docker/overlay2/Some/Long/Path/With/Capitals/And/Numbers/12345",
      "docker.io/library/postgres:17.2",
      "THEQUICKBROWNFOXJUMPSOVERTHELAZYDOGANDRUNSAWAY",
    ];
    for (const text of fine) expect(redact(text)).toBe(text);
  });
});

describe("errors", () => {
  test("those for users are their message, without a hint", () => {
    expect(describeError(new UserError("Do this."))).toBe("Do this.");
    const docker = new DockerUnavailableError(["unix:///x"], "Start it.");
    expect(describeError(docker)).toBe("No Docker engine answers (tried unix:///x). Start it.");
  });

  test("a stack to stand on that is not there comes with a way out", () => {
    const error = new UserError('Preview failed: unknown stack "organization/trade2026/dev"');
    expect(describeError(error)).toContain("./trade2026 up --stack dev");
    expect(describeError(error)).toContain("--set platformStack=<stack>");
  });

  test("a network that Docker holds on to comes with a way out", () => {
    const said =
      "- lowlatency (docker:index/network:Network): Unable to create network: cannot create network df18 (t26-611f): conflicts with network 8ae3 (t26-611f): networks have same bridge name";
    expect(describeError(new UserError(said))).toBe(
      `${said}\n    fix: the Docker engine holds on to a network that it does not list, as it does after its disk was full: restart Docker, then ./trade2026 up`,
    );
  });

  test("a network that the engine counts a lost container in comes with a way out", () => {
    const said = "error while removing network: network t26-backend id c8da has active endpoints";
    expect(describeError(new UserError(`- backend: ${said}`))).toBe(
      `- backend: ${said}\n    fix: docker network inspect t26-backend shows what is still in it: remove or disconnect that; where it shows nothing, the engine counts a container that is gone: restart Docker; then the same command again`,
    );
  });

  test.each([
    "Unable to start container: write EPIPE",
    "unable to inspect image sha256:ad71: read ECONNRESET",
    "Unable to create volume: socket hang up",
    "error inspecting container state: connect ENOENT /var/run/docker.sock",
    "Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?",
    'error during connect: Post "http://%2Fvar%2Frun%2Fdocker.sock/v1.41/containers/create": EOF',
  ])("an engine that went away comes with a way out: %s", (said) => {
    expect(describeError(new UserError(`up failed:\n  - opa: ${said}\n  - nats: ${said}`))).toBe(
      `up failed:\n  - opa: ${said}\n    fix: the Docker engine went away half-way: start it again (docker info answers then), and ./trade2026 up goes on from here\n  - nats: ${said}`,
    );
  });

  test("a service that does not answer is no engine that went away", () => {
    const said = "connect ECONNREFUSED 127.0.0.1:443";
    expect(describeError(new UserError(said))).toBe(said);
  });

  test("settings' problems name this command", () => {
    const error = new ProblemsError("The stack's settings", [
      {
        path: "trade2026:subnets.backend",
        what: "overlaps",
        fix: "pulumi config set --path trade2026:subnets.backend 10.1.0.0/16",
      },
      { path: "trade2026:x", what: "there is no such key", fix: "pulumi config rm trade2026:x" },
    ]);
    const text = describeError(error);
    expect(text).toContain("fix:     ./trade2026 up --set subnets.backend=10.1.0.0/16");
    expect(text).toContain("fix:     ./trade2026 up --unset x, or remove it from the stack's file");
    expect(text).not.toContain("pulumi config");
    expect(inTermsOfTheCommand("pulumi config set trade2026:prefix <value>")).toBe(
      "./trade2026 up --set prefix=<value>",
    );
  });

  test("of a refused command line what was given is given again", () => {
    const given = { stack: "third", set: ["prefix=third", "hostPorts.https=x", "prefx=a"] };
    const fixOf = (text: string): string => forThisStack(inTermsOfTheCommand(text, given), given);
    expect(fixOf("pulumi config set --path trade2026:hostPorts.https <free port>")).toBe(
      "the same command with --set hostPorts.https=<free port>",
    );
    expect(fixOf("pulumi config rm trade2026:prefx")).toBe("the same command without --set prefx=…");
    expect(fixOf("pulumi config rm trade2026:other")).toBe(
      "./trade2026 up --stack third --unset other, or remove it from the stack's file",
    );
  });

  test.each([
    ["`./trade2026 up` goes on", "`./trade2026 up --stack third` goes on"],
    [
      "./trade2026 images build k6 or ./trade2026 doctor",
      "./trade2026 images build --stack third k6 or ./trade2026 doctor --stack third",
    ],
    ["./trade2026 down --stack other --volumes", "./trade2026 down --stack other --volumes"],
    ["./trade2026 --help", "./trade2026 --help"],
    ["./trade2026 upgrades", "./trade2026 upgrades"],
  ])("what to type is of the stack that it is about: %s", (text, expected) => {
    expect(forThisStack(text, { stack: "third", set: [] })).toBe(expected);
    expect(forThisStack(text, { stack: "dev", set: [] })).toBe(text);
    expect(forThisStack(forThisStack(text, { stack: "third", set: [] }), { stack: "third", set: [] })).toBe(
      expected,
    );
  });

  test("unexpected ones point to doctor, their stack is for --debug", () => {
    const error = new TypeError("x is not a function");
    expect(describeError(error)).toMatch(/unexpected.*\nx is not a function\n.*doctor.*--debug/);
    expect(describeError(error).split("\n")).toHaveLength(3);
    expect(describeError(error, true)).toContain(error.stack ?? "?");
  });

  test("an exit has nothing to say", () => {
    expect(new Exit(3).code).toBe(3);
  });
});
