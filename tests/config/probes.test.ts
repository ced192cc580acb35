import { execIn } from "../harness/docker";
import type { Plan } from "../../model/plan";
import { exposedPlatform, gpuServing } from "./platforms";
import { Sandbox } from "./sandbox";

/** Programs of others; our own services have tests of their own, and run in the end-to-end test. */
const services = [exposedPlatform(), gpuServing()].flatMap((plan) =>
  plan.containers
    .filter(({ role, image }) => role === "service" && image.kind === "thirdParty")
    .map(({ name }) => [name, plan] as [string, Plan]),
);

describe.each(services)("%s", (name, plan) => {
  let sandbox: Sandbox;
  beforeAll(async () => {
    sandbox = await Sandbox.open(`probe-${name}`, plan);
    const authority = plan.containers.find(({ command }) => command?.[0] === "ca")?.name ?? "";
    if (sandbox.planned(name).dependsOn.includes(authority)) await sandbox.run(authority);
  });
  afterAll(() => sandbox.close());

  it("is not well while its program does not run", async () => {
    const idle = await sandbox.create(name, { idle: true });
    await idle.start();
    const [kind, ...probe] = sandbox.planned(name).healthcheck?.tests ?? [];
    expect(kind).toBe("CMD");
    expect((await execIn(idle, probe)).code).not.toBe(0);
  });

  it("starts on its rendered files, hardened as planned, and gets well", async () => {
    const container = await sandbox.start(name);
    const { Config, HostConfig } = await container.inspect();
    expect({ user: Config.User, root: HostConfig.ReadonlyRootfs }).toEqual({
      user: sandbox.planned(name).user,
      root: true,
    });
  });
});
