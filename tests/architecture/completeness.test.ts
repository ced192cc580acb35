import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Workload } from "../../model/service";
import { memoryMiB } from "../../model/units";
import { platformWorkloads } from "../../stacks/catalogue";
import { ROOT } from "../../stacks/inputs";
import { imageLock, realPlan } from "../support/platform";
import { catalogue, declaredSpecs, gpuWorkloads, services } from "./catalogue";

const named = catalogue.map((workload) => [workload.name, workload] as const);
const lock = imageLock();

const mayBeRoot = ({ waivers }: Workload): boolean => waivers.some(({ control }) => control === "D6");

describe.each(named)("%s", (_, workload) => {
  it("has a title, an image that there is, and a user other than root unless that is waived", () => {
    expect(workload.title.trim()).not.toBe("");
    if (!mayBeRoot(workload)) expect(workload.user).toMatch(/^[1-9]\d*:[1-9]\d*$/);
    if (workload.image.kind === "thirdParty")
      expect(Object.keys(lock.programs)).toContain(workload.image.name);
    else
      expect([
        workload.image.name,
        existsSync(join(ROOT, "services", workload.image.name, "src/main.ts")),
      ]).toEqual([workload.image.name, true]);
  });

  it("has limits", () => {
    expect(memoryMiB(workload.resources.memory)).toBeGreaterThan(0);
    expect(workload.resources.cpus).toBeGreaterThan(0);
  });

  it("keeps what its image promises in both modes: user, entry point, places to write", () => {
    const contract =
      workload.image.kind === "thirdParty" ? lock.programs[workload.image.name]?.contract : undefined;
    // A set-up job only borrows a store's image for its client.
    if (!contract || workload.kind === "job") return;
    if (!mayBeRoot(workload)) expect(workload.user).toBe(`${contract.uid}:${contract.gid}`);
    // `t26 follow … -- program` runs the image's own program.
    const own = workload.entrypoint?.slice(workload.entrypoint.indexOf("--") + 1);
    if (own && contract.entrypoint) expect(own).toEqual(contract.entrypoint);
    const mounts = new Set([...workload.data.map(({ path }) => path), ...Object.keys(workload.tmpfs)]);
    const needed = [
      ...contract.writablePaths.map(({ path }) => path),
      ...(contract.dataPath === null ? [] : [contract.dataPath]),
    ];
    expect(needed.filter((path) => !mounts.has(path))).toEqual([]);
    const noExec = contract.writablePaths.filter(
      ({ path, exec }) => exec && workload.tmpfs[path]?.exec !== true,
    );
    expect(noExec).toEqual([]);
  });

  it("says how its data is saved", () => {
    for (const { name, backup } of workload.data) {
      expect([name, ("method" in backup ? backup.method : backup.none).trim()]).not.toEqual([name, ""]);
    }
  });

  it("needs what it can use: an endpoint, or a job that has to be done before", () => {
    for (const { target } of workload.needs) {
      expect([target.name, target.endpoint !== undefined || target.kind === "job"]).toEqual([
        target.name,
        true,
      ]);
    }
  });

  it("listens on each of its ports once", () => {
    const ports = [...Object.values(workload.ports), ...Object.values(workload.localPorts)];
    expect(new Set(ports).size).toBe(ports.length);
    expect(ports.filter((port) => port < 1024)).toEqual([]);
  });
});

describe.each(services.map((service) => [service.name, service] as const))("service %s", (_, service) => {
  it("says where its metrics are, or why there are none", () => {
    const { metrics } = service;
    const said =
      metrics.kind === "endpoint"
        ? metrics.path
        : metrics.kind === "exporter"
          ? metrics.exporter
          : metrics.reason;
    expect(said.trim()).not.toBe("");
  });

  it("has a tier, a goal for its availability, and time to stop", () => {
    expect(["P0", "P1", "P2", "P3"]).toContain(service.tier);
    expect(service.slo?.availability).toBeGreaterThan(90);
    expect(service.slo?.availability).toBeLessThan(100);
    expect(service.stopGrace).not.toBe("0s");
  });

  it("is on frontend only if it faces users or says why it goes out", () => {
    if (service.lanes.includes("frontend"))
      expect([service.name, service.capability === "gateway" || service.egress !== undefined]).toEqual([
        service.name,
        true,
      ]);
  });

  it("publishes host ports only as a gateway", () => {
    if (service.publish) expect(service.capability).toBe("gateway");
  });
});

describe("the catalogue", () => {
  it("has every spec that a capability's folder declares, under its folder's name", () => {
    const known = new Set(catalogue.map(({ name }) => name));
    const declared = declaredSpecs();
    expect(
      declared
        .filter(({ spec }) => !known.has(spec.name))
        .map(({ folder, spec }) => `${folder}: ${spec.name}`),
    ).toEqual([]);
    expect(
      declared
        .filter(({ folder, spec }) => spec.capability !== folder)
        .map(({ folder, spec }) => `${folder}: ${spec.name} is of ${spec.capability}`),
    ).toEqual([]);
    // The other way round: what the platform runs is declared in some folder.
    const names = new Set(declared.map(({ spec }) => spec.name));
    expect(platformWorkloads.filter(({ name }) => !names.has(name)).map(({ name }) => name)).toEqual([]);
  });

  it("has one title for each", () => {
    for (const stack of [platformWorkloads, gpuWorkloads]) {
      expect(new Set(stack.map(({ title }) => title)).size).toBe(stack.length);
    }
  });

  it("publishes each host port once, and each route", () => {
    const plan = realPlan({ images: "upstream", exposeData: true });
    expect(new Set(plan.hostPorts.map(({ host }) => host)).size).toBe(plan.hostPorts.length);
    expect(new Set(plan.routes.map(({ url }) => url)).size).toBe(plan.routes.length);
    expect(plan.hostPorts.length).toBeGreaterThan(3);
  });

  it.each(["upstream", "packages"] as const)(
    "leaves out of images: %s what its lock says that it cannot have, and what needs that",
    (images) => {
      const { leftOut } = realPlan({ images });
      const gone = new Set(leftOut.map(({ name }) => name));
      for (const workload of platformWorkloads) {
        const program = workload.image.kind === "thirdParty" ? lock.programs[workload.image.name] : undefined;
        const missing =
          program !== undefined &&
          workload.image.name !== "toolbox" &&
          (images === "upstream" ? program.upstream : program.recipe) === null;
        const lost = workload.needs.some(({ target }) => gone.has(target.name));
        expect([workload.name, gone.has(workload.name)]).toEqual([workload.name, missing || lost]);
      }
      for (const { name, reason } of leftOut)
        expect([name, reason.length > 30 || reason.startsWith("needs ")]).toEqual([name, true]);
    },
  );
});
