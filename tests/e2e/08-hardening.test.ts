import { inspectScore, type StackScore } from "../../model/hardening";
import { platformUp } from "./harness/chapters";
import { inventory, roleOf, type Inventory } from "./harness/inventory";
import { plannedPlatform } from "./harness/planned";
import { say } from "./harness/progress";
import { physical } from "./harness/platform";

describe("every real container, as the engine has it", () => {
  let all: Inventory;
  let score: StackScore;
  const plan = plannedPlatform();
  beforeAll(async () => {
    await platformUp();
    all = await inventory();
    score = inspectScore(plan, [...all.values()], { today: new Date().toISOString().slice(0, 10) });
  });

  it("is one of the plan, and each of the plan is there", () => {
    expect([...all.keys()]).toEqual(plan.containers.map(({ name }) => name).sort());
  });

  it("passes the checklist, or has a waiver with a reason and an end", () => {
    for (const { name, passes, applicable, findings } of score.containers) {
      const failed = findings
        .filter(({ outcome }) => outcome === "fail")
        .map(({ control, waiver }) => (waiver ? `${control} (waived)` : control));
      say(
        `${name.padEnd(24)} ${passes}/${applicable}${failed.length > 0 ? `  fails ${failed.join(", ")}` : ""}`,
      );
    }
    say(
      `hardening: ${score.passes} of ${score.applicable} applicable controls, ${((100 * score.passes) / score.applicable).toFixed(1)} %`,
    );
    expect(score.problems).toEqual([]);
    expect(score.containers).toHaveLength(plan.containers.length);
  });

  it("is what was planned: user, capabilities, limits, mounts, networks", () => {
    for (const planned of plan.containers) {
      const info = all.get(planned.name);
      if (!info) continue;
      const { HostConfig, Config, Mounts, NetworkSettings } = info;
      expect({
        name: planned.name,
        role: roleOf(info),
        user: Config.User,
        dropped: HostConfig.CapDrop,
        added: [...(HostConfig.CapAdd ?? [])].sort(),
        security: HostConfig.SecurityOpt,
        readOnly: HostConfig.ReadonlyRootfs,
        memory: HostConfig.Memory,
        swap: HostConfig.MemorySwap,
        cpus: HostConfig.NanoCpus,
        mounts: Mounts.map(
          ({ Name, Source, Destination, RW }) => `${Name ?? Source}:${Destination}:${RW ? "rw" : "ro"}`,
        ).sort(),
        lanes: Object.keys(NetworkSettings.Networks)
          .filter((name) => name !== "none")
          .sort(),
        tmpfs: Object.keys(HostConfig.Tmpfs ?? {}).sort(),
      }).toEqual({
        name: planned.name,
        role: planned.role,
        user: planned.user,
        dropped: ["ALL"],
        added: planned.capabilities.map(({ name }) => name).sort(),
        security: ["no-new-privileges:true"],
        readOnly: planned.role !== "writer",
        memory: planned.memoryMiB * 1024 ** 2,
        swap: planned.memoryMiB * 1024 ** 2,
        cpus: planned.cpus * 1e9,
        mounts: [
          ...planned.mounts.map(({ volume, ...mount }) => ({ source: physical(volume), ...mount })),
          ...(planned.hostMounts ?? []),
        ]
          .map(({ source, path, readOnly }) => `${source}:${path}:${readOnly ? "ro" : "rw"}`)
          .sort(),
        lanes: planned.lanes.map(physical).sort(),
        tmpfs: Object.keys(planned.tmpfs).sort(),
      });
    }
  });

  it("none shares a namespace with the host, or mounts anything of it beyond its plan", () => {
    const planned = new Map(plan.containers.map(({ name, hostMounts }) => [name, hostMounts]));
    for (const [name, { HostConfig, Mounts }] of all) {
      const { NetworkMode = "", PidMode = "", IpcMode = "", UTSMode = "", Privileged, Devices } = HostConfig;
      const host = [NetworkMode, PidMode, IpcMode, UTSMode].filter((mode) => mode === "host");
      const binds = Mounts.filter(({ Type }) => Type !== "volume" && Type !== "tmpfs").map(
        ({ Source }) => Source,
      );
      expect({ name, host, binds, Privileged, devices: Devices ?? [] }).toEqual({
        name,
        host: [],
        binds: (planned.get(name) ?? []).map(({ source }) => source),
        Privileged: false,
        devices: [],
      });
    }
  });

  it("the checklist finds a container that is not hardened", () => {
    const [first] = [...all.values()];
    if (!first) throw new Error("no container");
    const soft = {
      ...first,
      HostConfig: {
        ...first.HostConfig,
        Privileged: true,
        ReadonlyRootfs: false,
        CapDrop: [],
        SecurityOpt: [],
      },
    };
    const found = inspectScore(plan, [soft], { today: "2026-01-01" });
    const failed = found.containers[0]?.findings
      .filter(({ outcome }) => outcome === "fail")
      .map(({ control }) => control);
    expect(failed).toEqual(expect.arrayContaining(["D1", "D2", "D3"]));
    expect(found.passes).toBeLessThan(
      score.containers.find(({ name }) => name === found.containers[0]?.name)?.passes ?? 0,
    );
  });
});
