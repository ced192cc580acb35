import { containerType } from "../../../../../../engine/hermetic/providers/docker/container/container";
import { UNKNOWN } from "../../../../../../engine/hermetic/providers/protocol/values";
import type { ValueMap } from "../../../../../../engine/hermetic/providers/protocol/values";

const check = (inputs: ValueMap, oldInputs: ValueMap = {}, more: object = {}) =>
  containerType.check({ name: "web", oldInputs, inputs, seed: new Uint8Array([7]), ...more });

describe("checking a container", () => {
  it("fills in the official plugin's defaults, and says which", async () => {
    const { inputs, problems } = await check({ image: "a", name: "n", ports: [{ internal: 80 }] });
    expect(problems).toEqual([]);
    expect(inputs).toEqual({
      __defaults: [
        "containerReadRefreshTimeoutMilliseconds",
        "mustRun",
        "networkMode",
        "removeVolumes",
        "restart",
        "start",
        "waitTimeout",
      ],
      containerReadRefreshTimeoutMilliseconds: 15000,
      image: "a",
      mustRun: true,
      name: "n",
      networkMode: "bridge",
      ports: [{ __defaults: ["ip", "protocol"], internal: 80, ip: "0.0.0.0", protocol: "tcp" }],
      removeVolumes: true,
      restart: "no",
      start: true,
      waitTimeout: 60,
    });
  });

  it.each([
    [{ image: "a", restart: "sometimes" }, /"restart": 'sometimes' doesn't match/],
    [
      { image: "a", healthcheck: { tests: ["x"], interval: "soon" } },
      /"healthcheck.interval": 'soon' is not a valid duration/,
    ],
    [{ image: "a", memory: "lots" }, /"memory" must be a whole number, but is text/],
    [{ image: "a", memory: -1 }, /-1 is below 0/],
    [{ image: "a", envs: "A=1" }, /"envs" must be a list, but is text/],
    [{ image: "a", ports: [{ external: 80 }] }, /"ports\[0\].internal" is missing/],
    [{ image: "a", portz: [] }, /there is no input "portz"; allowed: .*ports/],
    [{ image: "a", networkDatas: [] }, /there is no input "networkDatas"/],
    [{ image: "a", deviceCgroupRules: ["x"] }, /not supported by the hermetic engine/],
    [{ image: "a", gpus: "all", deviceRequests: [{ driver: "nvidia" }] }, /conflicts/],
    [{}, /"image" is missing/],
  ])("refuses %j", async (inputs, reason) => {
    const { problems } = await check(inputs as ValueMap);
    expect(problems.map((problem) => problem.reason).join("\n")).toMatch(reason);
  });

  it("says all problems at once", async () => {
    const { problems } = await check({ restart: "x", memory: -1, wat: 1 });
    expect(problems).toHaveLength(4);
  });

  it("takes values that are not known yet", async () => {
    const { inputs, problems } = await check({
      image: UNKNOWN,
      envs: [UNKNOWN],
      healthcheck: { interval: UNKNOWN },
    });
    expect(problems).toEqual([]);
    expect(inputs["image"]).toBe(UNKNOWN);
  });
});

describe("a generated name", () => {
  const nameOf = async (...args: Parameters<typeof check>) => (await check(...args)).inputs["name"];

  it("is the logical name and seven hex digits, the same for the same seed", async () => {
    const name = await nameOf({ image: "a" });
    expect(name).toMatch(/^web-[0-9a-f]{7}$/);
    expect(await nameOf({ image: "a" })).toBe(name);
  });
  it("is kept", async () =>
    expect(await nameOf({ image: "a" }, { name: "web-old", __defaults: ["name"] })).toBe("web-old"));
  it("is made anew where the old one was the program's own", async () =>
    expect(await nameOf({ image: "a" }, { name: "mine", __defaults: [] })).toMatch(/^web-/));
  it("follows the user's autonaming", async () =>
    expect(await nameOf({ image: "a" }, {}, { autonaming: { proposed: "p-web", mode: "propose" } })).toBe(
      "p-web",
    ));
});
