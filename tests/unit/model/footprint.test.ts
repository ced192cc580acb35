import { footprint, preflight } from "../../../model/footprint";
import { UNKNOWN_HOST, type HostFacts } from "../../../model/host";
import { container, plan, storePlan } from "./small-plan";

const host = (facts: Partial<HostFacts>): HostFacts => ({ ...UNKNOWN_HOST, ...facts });

describe("footprint", () => {
  test("counts services' limits, and everything by kind", () => {
    const two = plan({
      ...storePlan,
      containers: [...storePlan.containers, container({ name: "bus", memoryMiB: 512, cpus: 0.1 })],
    });
    expect(footprint(two)).toEqual({
      services: 2,
      jobs: 2,
      containers: 6,
      memoryMiB: 768,
      cpus: 0.6,
      largest: { name: "bus", memoryMiB: 512 },
      volumes: { data: 1, config: 1, secret: 1, shared: 0 },
      hostPorts: [5000],
      subnets: ["172.21.0.0/16"],
      gpu: [],
    });
  });

  test("adds hundredths of a CPU as people do", () => {
    const three = [0.1, 0.2, 0.3].map((cpus, index) => container({ name: `s${index}`, cpus }));
    expect(footprint(plan({ containers: three })).cpus).toBe(0.6);
  });

  test("an empty plan has no largest service", () => {
    expect(footprint(plan()).largest).toBeUndefined();
  });
});

describe("preflight", () => {
  test("an unknown host is no problem", () => {
    expect(preflight(storePlan, UNKNOWN_HOST)).toEqual({ problems: [], warnings: [] });
  });

  test("a host that has just enough passes; one MiB less is a warning", () => {
    expect(preflight(storePlan, host({ memoryMiB: 256 + 1024, cpus: 1 }))).toEqual({
      problems: [],
      warnings: [],
    });
    const { problems, warnings } = preflight(storePlan, host({ memoryMiB: 256 + 1023 }));
    expect(problems).toEqual([]);
    expect(warnings).toEqual([
      expect.objectContaining({
        path: "memory",
        value: "256 MiB",
        allowed: "255 MiB (1.2 GiB less 1 GiB for the host itself)",
      }),
    ]);
  });

  test("a container with more CPUs or memory than the host is refused, jobs too", () => {
    const big = plan({
      containers: [container({ name: "a", cpus: 3 }), container({ name: "b", role: "job", memoryMiB: 4096 })],
    });
    const { problems } = preflight(big, host({ cpus: 2, memoryMiB: 2048 }));
    expect(problems.map(({ path, value }) => [path, value])).toEqual([
      ["service a: resources.cpus", 3],
      ["service b: resources.memory", "4 GiB"],
    ]);
  });
});
