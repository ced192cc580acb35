import { CONTAINER, NETWORK, shortName, VOLUME, type Recording } from "../../support/mocks";
import { realPlan, recordStack } from "../../support/platform";

const LANES = Object.fromEntries(
  ["frontend", "lowlatency", "backend"].map((lane) => [lane, { network: `platform-${lane}`, subnet: "" }]),
);
const platformOutputs = { outputs: { "organization/trade2026/dev": { outputs: { lanes: LANES } } } };

describe("the platform's stack", () => {
  const plan = realPlan({ images: "packages" });
  let up: Recording<unknown>;
  beforeAll(async () => {
    up = await recordStack(plan);
  });

  it("makes every planned container, volume and lane, once", () => {
    const names = (type: string): string[] =>
      up
        .ofType(type)
        .map(({ name }) => name)
        .sort();
    expect(names(CONTAINER)).toEqual(plan.containers.map(({ name }) => name).sort());
    expect(names(VOLUME)).toEqual(plan.volumes.map(({ name }) => name).sort());
    expect(names(NETWORK)).toEqual(plan.lanes.map(({ name }) => name).sort());
    expect(new Set(up.resources.map(({ urn }) => urn)).size).toBe(up.resources.length);
  });

  it("puts each of them under a component of its own type", () => {
    for (const { custom, parent, urn } of up.resources.filter((one) => one.custom)) {
      expect([custom, parent === "" ? `no parent: ${urn}` : ""]).toEqual([true, ""]);
      expect(parent.split("::")[2]).toMatch(/^(trade2026:[a-z]+:[A-Za-z]+\$)?trade2026:[a-z]+:[A-Za-z]+$/);
    }
  });

  it("lets containers wait as planned, in a chain of waits at most four deep", () => {
    const depth = (name: string): number => {
      const gates = plan.containers.find((one) => one.name === name)?.dependsOn ?? [];
      const waits = plan.containers.filter((one) => gates.includes(one.name) && one.role !== "writer");
      return 1 + Math.max(0, ...waits.map((one) => depth(one.name)));
    };
    for (const { name, dependsOn } of plan.containers) {
      const registered = up.one(CONTAINER, name).dependsOn;
      for (const gate of dependsOn) expect(registered).toContain(`Container ${gate}`);
      expect([name, depth(name) <= 4]).toEqual([name, true]);
    }
  });

  it("tells what other stacks and people need: addresses, lanes, what is left out", () => {
    expect(up.result).toMatchObject({
      prefix: "trade2026",
      urls: expect.arrayContaining(["https://localhost/"]) as unknown,
      lanes: { backend: { network: "trade2026-backend", subnet: "172.21.0.0/16" } },
      leftOut: plan.leftOut,
    });
  });
});

describe("the GPU stack on the platform's host", () => {
  const settings = { kind: "gpu", prefix: "trade2026-gpu" };

  it("stands on the platform's lanes and makes none of its own", async () => {
    const up = await recordStack(realPlan(settings), platformOutputs);
    expect(up.ofType(NETWORK)).toEqual([]);
    expect(up.one(CONTAINER, "triton").inputs.networksAdvanced).toEqual([
      { name: "platform-backend", aliases: ["triton"] },
    ]);
    expect(
      new Set(
        (up.one(CONTAINER, "gpu-gateway").inputs.networksAdvanced as { name: string }[]).map(
          ({ name }) => name,
        ),
      ),
    ).toEqual(new Set(["platform-frontend", "platform-lowlatency", "platform-backend"]));
  });

  it.each([
    [
      { kind: "count", count: 1 },
      { driver: "nvidia", count: 1, capabilities: ["gpu"] },
    ],
    [
      { kind: "deviceIds", deviceIds: ["0", "1"] },
      { driver: "nvidia", deviceIds: ["0", "1"], capabilities: ["gpu"] },
    ],
    [
      { kind: "cdi", deviceIds: ["nvidia.com/gpu=0"] },
      { driver: "cdi", deviceIds: ["nvidia.com/gpu=0"] },
    ],
  ])("asks for %j as one device request, and never by the shorthand", async (gpu, request) => {
    const up = await recordStack(realPlan({ ...settings, gpu }), platformOutputs);
    expect(up.one(CONTAINER, "triton").inputs.deviceRequests).toEqual([request]);
    expect(up.ofType(CONTAINER).filter(({ inputs }) => "gpus" in inputs)).toEqual([]);
    expect(
      up
        .ofType(CONTAINER)
        .filter(({ inputs }) => "deviceRequests" in inputs)
        .map(({ name }) => name),
    ).toEqual(["triton"]);
  });
});

describe("the GPU stack on another host", () => {
  it("has lanes of its own there, and a provider with the host in its name", async () => {
    const up = await recordStack(
      realPlan({ kind: "gpu", prefix: "trade2026-gpu", dockerHost: "ssh://ops@gpu1.example.com" }),
    );
    expect(up.ofType(NETWORK).map(({ name }) => name)).toEqual(["frontend", "lowlatency", "backend"]);
    expect(up.ofType("pulumi:providers:docker").map(({ name, inputs }) => [name, inputs.host])).toEqual([
      ["docker-ssh-ops-gpu1-example-com", "ssh://ops@gpu1.example.com"],
    ]);
    const docker = up.resources.filter(({ type }) => type.startsWith("docker:"));
    expect(
      new Set(docker.map(({ provider }) => shortName(provider.split("::").slice(0, -1).join("::")))),
    ).toEqual(new Set(["docker docker-ssh-ops-gpu1-example-com"]));
    expect(docker.length).toBeGreaterThan(5);
  });
});
