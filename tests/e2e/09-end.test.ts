import { existsSync } from "node:fs";
import { join } from "node:path";
import { engine } from "../harness/docker";
import { noteState, platformUp } from "./harness/chapters";
import { verb } from "./harness/command";
import { changed, ids, inventory } from "./harness/inventory";
import { HOME, LABEL, PREFIX } from "./harness/platform";

describe("down --volumes", () => {
  beforeAll(platformUp);

  it.each([
    ["without the stack's name", []],
    ["with another name", ["--confirm", "prod"]],
  ])("%s removes nothing", async (_how, confirm) => {
    const before = await ids();
    const { code, text } = await verb("down", ["--volumes", ...confirm]);
    expect({ code, text }).toEqual({ code: 1, text: expect.stringContaining("--confirm dev") as string });
    expect(changed(before, await ids())).toEqual([]);
  });

  it("with it leaves nothing at all", async () => {
    const docker = await engine();
    noteState("unknown");
    // as an `up` that was killed leaves it: it holds a volume and a lane, and no state knows it
    const welcome = (await inventory(docker)).get("welcome");
    await docker.createContainer({
      name: `${PREFIX}-left-behind`,
      Image: welcome?.Image ?? "",
      Labels: welcome?.Config.Labels ?? {},
      HostConfig: {
        NetworkMode: Object.keys(welcome?.NetworkSettings.Networks ?? {})[0],
        Binds: (welcome?.Mounts ?? []).map(({ Name, Destination }) => `${Name}:${Destination}:ro`),
      },
    });
    const { code, text } = await verb("down", ["--volumes", "--confirm", "dev"]);
    expect({ code, text: code === 0 ? "" : text }).toEqual({ code: 0, text: "" });
    const filters = { label: [LABEL] };
    expect([...(await inventory(docker)).keys()]).toEqual([]);
    expect(await docker.listNetworks({ filters })).toEqual([]);
    expect((await docker.listVolumes({ filters })).Volumes).toEqual([]);
    const named = (await docker.listContainers({ all: true }))
      .flatMap(({ Names }) => Names)
      .filter((name) => name.startsWith(`/${PREFIX}-`) && !name.includes("-test-"));
    expect(named).toEqual([]);
    expect(existsSync(join(HOME, "state/.pulumi/stacks/trade2026/dev.json"))).toBe(false);
  });

  it("and status says that there is none", async () => {
    const { code, text } = await verb("status");
    expect({ code, text }).toEqual({ code: 1, text: expect.any(String) as string });
  });
});
