import { describeAnswers, interpret, registryOf, upstreamReferences } from "../../../cli/up/image-mode";
import { buildLine, neededRecipes } from "../../../cli/up/images";
import { container, plan, settings } from "../model/small-plan";

const answer = (statusCode: number, message: string): Error =>
  Object.assign(new Error(message), { statusCode });

test.each([
  ["docker.io/library/nats:2.10", "docker.io"],
  ["ghcr.io/a/b@sha256:0", "ghcr.io"],
  ["localhost:5000/nats:1", "localhost:5000"],
  ["localhost/nats:1", "localhost"],
  ["library/nats", "docker.io"],
  ["nats:2.10", "docker.io"],
])("registry of %s is %s", (reference, registry) => {
  expect(registryOf(reference)).toBe(registry);
});

test.each([
  [401, "unauthorized: authentication required", true],
  [404, "manifest unknown", true],
  [429, "toomanyrequests: You have reached your pull rate limit", true],
  [403, "denied: requested access to the resource is denied", true],
  [500, "Get https://registry-1.docker.io/v2/: dial tcp: lookup registry-1.docker.io: no such host", false],
  [403, 'Get "https://ghcr.io/v2/": net/http: TLS handshake timeout', false],
  [500, "Get https://quay.io/v2/: x509: certificate signed by unknown authority", false],
  [500, "anything else", false],
  [500, "(HTTP code 500) server error - Get: no such host ", false],
])("an engine that answers %i %s: reachable %s", (status, message, reachable) => {
  const found = interpret("r", answer(status, message));
  expect(found).toEqual({
    registry: "r",
    reachable,
    reason: reachable ? "" : message.replace("(HTTP code 500) server error - ", "").trim(),
  });
});

test("only what would be pulled counts: not what is built, nor the operator's own", () => {
  const some = plan({
    settings: settings({ imageOverrides: { b: "host/b:1" } }),
    containers: [
      container({ name: "a" }),
      container({ name: "a2", reference: "docker.io/library/a:1.0" }),
      container({ name: "b", reference: "host/b:1" }),
      container({ name: "c", reference: "trade2026/c:0123456789ab" }),
    ],
  });
  expect(upstreamReferences(some)).toEqual(["docker.io/library/a:1.0"]);
});

test("what is unreachable is said with the engine's words", () => {
  const ok = { registry: "a", reachable: true, reason: "" };
  expect(describeAnswers([ok, { ...ok, registry: "b" }])).toBe("2 registries answered: a, b");
  expect(describeAnswers([ok, { registry: "c", reachable: false, reason: "no such host" }])).toBe(
    "c: no such host",
  );
});

describe("recipes to build", () => {
  const { reference: _, ...inHouse } = container({
    name: "welcome",
    image: { kind: "inHouse", name: "welcome" },
  });
  const nats = container({ name: "nats", reference: "trade2026/nats:0123456789ab" });

  test("those that the plan runs, and the base of its own services", () => {
    expect(
      neededRecipes(plan({ containers: [nats, inHouse] }), "trade2026/node:ba9876543210", [
        "nats",
        "node",
        "opa",
      ]),
    ).toEqual(["nats", "node"]);
    expect(
      neededRecipes(plan({ containers: [nats] }), "trade2026/node:ba9876543210", ["nats", "node"]),
    ).toEqual(["nats"]);
  });

  test("an upstream base, another tag and an unknown recipe are none", () => {
    const own = container({ name: "welcome", reference: "trade2026/welcome:current" });
    expect(
      neededRecipes(plan({ containers: [inHouse, own] }), "docker.io/library/node:24", ["node", "welcome"]),
    ).toEqual([]);
    expect(neededRecipes(plan({ containers: [nats] }), undefined, ["opa"])).toEqual([]);
  });
});

test("a build's lines: ends, not starts, nor what was there", () => {
  const step = { recipe: "nats", step: "build image" } as const;
  expect(buildLine({ ...step, state: "started" })).toBeUndefined();
  expect(buildLine({ ...step, state: "done", seconds: 3.21 })).toBe("  ✓ nats: build image (3.2 s)");
  expect(buildLine({ ...step, state: "done", seconds: 0.1, fromCache: true })).toBeUndefined();
  expect(buildLine({ ...step, state: "failed" })).toBe("  ✗ nats: build image");
});
