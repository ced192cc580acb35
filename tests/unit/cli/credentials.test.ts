import { select } from "../../../cli/commands/secrets";
import { credentialsInState } from "../../../cli/credentials";
import type { Credential } from "../../../model/secrets";

const SECRET = { "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270" };
const TYPE = "random:index/randomPassword:RandomPassword";
const urn = (name: string): string =>
  `urn:pulumi:dev::trade2026::trade2026:core:Credentials$${TYPE}::${name}`;

test("credentials out of a state, by their names", () => {
  const values = credentialsInState({
    resources: [
      { type: "docker:index/container:Container", urn: urn("nats"), outputs: {} },
      {
        type: TYPE,
        urn: urn("nats-operator"),
        outputs: {
          result: { ...SECRET, plaintext: '"abc"' },
          bcryptHash: { ...SECRET, plaintext: '"$2a$"' },
        },
      },
      { type: TYPE, urn: urn("open"), outputs: { result: "abc", bcryptHash: "h" } },
    ],
  });
  expect([...values]).toEqual([
    ["nats-operator", { plain: "abc", bcrypt: "$2a$" }],
    ["open", { plain: "abc", bcrypt: "h" }],
  ]);
  expect(credentialsInState({}).size).toBe(0);
});

test("a value that is still encrypted is no value", () => {
  const outputs = { result: { ...SECRET, ciphertext: "v1:x" }, bcryptHash: "h" };
  expect(() =>
    credentialsInState({ resources: [{ type: TYPE, urn: urn("nats-operator"), outputs }] }),
  ).toThrow("nats-operator");
});

describe("which credentials", () => {
  const credential = (id: string): Credential => ({ id, username: "u", purpose: "p", protectsData: false });
  const all = ["nats-operator", "nats-oms", "nats", "postgres-operator"].map(credential);
  const ids = (name?: string): readonly string[] => select(all, name).map(({ id }) => id);

  test("one by its full name, a service's by the service's, all without", () => {
    expect(ids("nats-oms")).toEqual(["nats-oms"]);
    expect(ids("nats")).toEqual(["nats"]);
    expect(ids("postgres")).toEqual(["postgres-operator"]);
    expect(ids()).toHaveLength(4);
  });

  test("an unknown name lists what there is", () => {
    expect(() => ids("redis")).toThrow(/allowed: nats-operator, nats-oms/);
  });
});
