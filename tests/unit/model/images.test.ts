import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseImageLock, resolveImage, upstreamReference } from "../../../model/images";
import type { ImageLock } from "../../../model/images";
import { ProblemsError } from "../../../model/problems";

const ROOT = join(__dirname, "../../..");
const DIGEST = `sha256:${"0123456789abcdef".repeat(4)}`;

const CONTRACT = `
    contract:
      uid: 10
      gid: 10
      binary: /bin/x
      dataPath: /data
      configPath: null
      writablePaths: [{ path: /tmp, why: scratch }]
      probe: http /health
      secrets: { how: none, detail: it has none }`;

const LOCK = `programs:
  both:
    upstream: { image: docker.io/library/both, tag: "1.2", digest: null }
    recipe: both${CONTRACT}
  resolved:
    upstream: { image: docker.io/library/resolved, tag: v3.4-slim, digest: ${DIGEST} }
    recipe: null
    missing: nobody packages it${CONTRACT}
  own:
    upstream: null
    recipe: own
    missing: it is built here${CONTRACT}
  neither:
    upstream: null
    recipe: null
    missing: it is not made any more
    contract: null
`;

function problemsOf(text: string): readonly string[] {
  try {
    parseImageLock(text);
  } catch (error) {
    if (error instanceof ProblemsError) return error.problems.map(({ path }) => path);
    throw error;
  }
  return [];
}

describe("resolveImage", () => {
  const lock: ImageLock = parseImageLock(LOCK);
  const tag = (recipe: string): string => `trade2026/${recipe}:abc`;
  const overrides = { both: "registry.example.com/mine:1", "both-cache": "registry.example.com/cache:2" };

  it.each([
    ["both", "upstream", {}, { reference: "docker.io/library/both:1.2", origin: "upstream" }],
    ["both", "packages", {}, { reference: "trade2026/both:abc", origin: "packages" }],
    ["both", "upstream", overrides, { reference: "registry.example.com/mine:1", origin: "override" }],
    ["both", "packages", overrides, { reference: "registry.example.com/mine:1", origin: "override" }],
    [
      "resolved",
      "upstream",
      {},
      { reference: `docker.io/library/resolved:v3.4-slim@${DIGEST}`, origin: "upstream" },
    ],
    [
      "resolved",
      "packages",
      {},
      { missing: "resolved cannot be built from package registries: nobody packages it" },
    ],
    ["own", "upstream", {}, { missing: "own has no image in a container registry: it is built here" }],
    ["own", "packages", {}, { reference: "trade2026/own:abc", origin: "packages" }],
    [
      "neither",
      "upstream",
      {},
      { missing: "neither has no image in a container registry: it is not made any more" },
    ],
    ["neither", "packages", { neither: "mine/x:1" }, { reference: "mine/x:1", origin: "override" }],
  ] as const)("%s, images: %s, overrides %j", (name, mode, given, expected) => {
    expect(resolveImage(lock, name, mode, given, tag)).toEqual(expected);
  });

  it("takes the override of the service that asks, not of another one that runs the same program", () => {
    expect(resolveImage(lock, "both", "upstream", overrides, tag, "both-cache")).toEqual({
      reference: "registry.example.com/cache:2",
      origin: "override",
    });
    expect(resolveImage(lock, "both", "upstream", overrides, tag, "both-state")).toEqual({
      reference: "docker.io/library/both:1.2",
      origin: "upstream",
    });
  });

  it.each(["nats", "constructor", "__proto__"])(
    "refuses the unknown program %s and lists the known ones",
    (name) => {
      const resolve = (): unknown => resolveImage(lock, name, "upstream", {}, tag);
      expect(resolve).toThrow(ProblemsError);
      expect(resolve).toThrow("both, resolved, own, neither");
    },
  );
});

describe("parseImageLock", () => {
  it("accepts a lock without problems", () => expect(problemsOf(LOCK)).toEqual([]));

  it("lists every problem with its path", () => {
    const broken = LOCK.replace("docker.io/library/both,", "nats,")
      .replace("v3.4-slim", "latest")
      .replace(DIGEST, "sha256:12")
      .replace("    missing: it is built here\n", "")
      .replace("uid: 10\n", "uid: 0\n")
      .replace("how: none", "how: env");
    expect(problemsOf(broken)).toEqual([
      "programs.both.upstream.image",
      "programs.both.contract.uid",
      "programs.both.contract.secrets.how",
      "programs.resolved.upstream.tag",
      "programs.resolved.upstream.digest",
      "programs.own.missing",
    ]);
  });

  it.each([
    [
      "a reason although both modes have it",
      "    recipe: both\n",
      "    recipe: both\n    missing: no\n",
      "programs.both.missing",
    ],
    [
      "a substitute without a recipe",
      "    missing: nobody",
      "    substitute: x\n    missing: nobody",
      "programs.resolved.substitute",
    ],
    ["an unknown key", "programs:\n", "extra: 1\nprograms:\n", "extra"],
    ["a short image name", "docker.io/library/both", "library/both", "programs.both.upstream.image"],
    ["a moving tag", 'tag: "1.2"', "tag: alpine", "programs.both.upstream.tag"],
    ["a tag that YAML reads as a number", 'tag: "1.2"', "tag: 1.2", "programs.both.upstream.tag"],
    ["broken YAML", "programs:\n", "programs: [\n", "configs/images.yaml"],
  ])("refuses %s", (_, from, to, path) => {
    expect(LOCK).toContain(from);
    expect(problemsOf(LOCK.replace(from, to))).toEqual([path]);
  });

  it.each([
    "localhost:5000/x",
    "127.0.0.1:39500/a/b",
    "registry.example.com:8443/team/x",
    "nvcr.io/nvidia/tritonserver",
  ])("takes the registry %s", (image) =>
    expect(
      problemsOf(LOCK.replace("docker.io/library/both", `"${image}"`).replace("{ image", "{ image")),
    ).toEqual([]),
  );
});

describe("configs/images.yaml", () => {
  const lock = parseImageLock(readFileSync(join(ROOT, "configs/images.yaml"), "utf8"));
  const programs = Object.entries(lock.programs);

  it("has every program that the foundation names", () => {
    expect(programs.map(([name]) => name).sort()).toEqual(
      [
        ...[
          "clickhouse",
          "debian",
          "grafana",
          "k6",
          "nats",
          "node",
          "opa",
          "opensearch",
          "postgres",
          "questdb",
          "seaweedfs",
          "toolbox",
        ],
        ...["traefik", "triton", "valkey"],
        ...["prometheus", "alertmanager", "node-exporter", "blackbox-exporter"],
        ...["redis-exporter", "postgres-exporter", "elasticsearch-exporter"],
      ].sort(),
    );
  });

  it.each(programs.filter(([name]) => name !== "debian"))("%s has a contract", (_, { contract }) => {
    expect(contract).not.toBeNull();
  });

  it.each(programs)("%s can be had in at least one mode", (_, { upstream, recipe }) => {
    expect(upstream !== null || recipe !== null).toBe(true);
  });

  it.each(programs.flatMap(([name, { upstream }]) => (upstream ? [[name, upstream] as const] : [])))(
    "%s names an image by registry and exact tag",
    (_, upstream) =>
      expect(upstreamReference(upstream)).toMatch(
        /^[a-z0-9.]+\.[a-z]+\/[^:]+:[^:@]*\d[^:@]*(@sha256:[0-9a-f]{64})?$/,
      ),
  );
});
