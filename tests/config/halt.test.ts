import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import type Docker from "dockerode";
import { execInContainer } from "../../cli/docker/exec";
import {
  askGateway,
  GatewayIdleError,
  LIMIT_MS,
  type ControlCommand,
  type Trading,
} from "../../cli/docker/live-gateway";
import { parseSettings } from "../../model/settings";
import { bundleService } from "../../services/build";
import { imageResolver } from "../../stacks/inputs";
import { archiveOf, engine, logs, removeLabelled, until } from "../harness/docker";

const LABEL = "com.trade2026.test=halt";
const NAME = "t26config-halt-live-gateway";
const TMPFS = "rw,noexec,nosuid,nodev,size=16m,uid=65532,gid=65532,mode=0700";

/** The gateway's own program without any network: no bus, no login, no policy, no venue, no order service. */
describe("the command line's way to the live gateway when it is all that runs", () => {
  let docker: Docker;
  let container: Docker.Container;
  const ask = (request: ControlCommand): Promise<Trading> =>
    askGateway((command) => execInContainer(docker, NAME, command, LIMIT_MS), NAME, request);

  beforeAll(async () => {
    docker = await engine();
    await removeLabelled(docker, LABEL);
  });
  afterAll(() => removeLabelled(docker, LABEL));

  it("says that there is no container", async () => {
    await expect(ask({ command: "state" })).rejects.toThrow(`There is no container ${NAME}`);
  });

  it("says that it does not run", async () => {
    container = await createGateway(docker);
    await expect(ask({ command: "state" })).rejects.toThrow(/does not run \(created\)/);
  });

  it("halts, keeps the strictest state, and resumes", async () => {
    await container.start();
    const begun = await until(
      "the control socket to answer",
      60,
      () => ask({ command: "state" }).catch((error: unknown) => error as Error),
      (answer) => !(answer instanceof Error),
    ).catch(async (error: unknown) => {
      const { stdout, stderr } = await logs(container);
      throw new Error(`${String(error)}\n${stdout}${stderr}`);
    });
    expect(begun).toMatchObject({ mode: "paper", kill_switch: { state: "ACTIVE", level: null } });
    const reason = '--level flatten; "$(id)" ü';
    const halted = await ask({ command: "halt", level: "reduce-only", reason, by: "host:ann" });
    expect(halted.kill_switch).toMatchObject({
      state: "REDUCING",
      level: "reduce-only",
      reason,
      by: "host:ann",
    });
    const stricter = await ask({ command: "halt", level: "no-new-orders", reason: "stop", by: "host:bob" });
    expect(stricter.kill_switch).toMatchObject({ state: "HALTED", level: "reduce-only" });
    expect(await ask({ command: "state" })).toEqual(stricter);
    const resumed = await ask({ command: "resume", reason: "well again", by: "host:ann" });
    expect(resumed.kill_switch).toMatchObject({ state: "ACTIVE", level: null, reason: "well again" });
  });

  it("tells what the gateway refuses", async () => {
    const refused = ask({ command: "halt", level: "flatten", reason: " ", by: "host:ann" });
    await expect(refused).rejects.toThrow(/exit code 1[^]*reason/);
    expect((await ask({ command: "state" })).kill_switch.level).toBeNull();
  });

  it("says that it is paused, or has ended", async () => {
    await container.pause();
    await expect(ask({ command: "state" })).rejects.toThrow(`docker unpause ${NAME}`);
    await container.unpause();
    await container.kill();
    await container.wait();
    const ended = ask({ command: "halt", level: "flatten", reason: "stop", by: "host:ann" });
    await expect(ended).rejects.toThrow(GatewayIdleError);
    await expect(ended).rejects.toThrow(/does not run \(exited\).*Nothing can send orders/);
  });
});

async function createGateway(docker: Docker): Promise<Docker.Container> {
  const image = imageResolver(parseSettings({ images: "packages" }))("node");
  if ("missing" in image) throw new Error(`node: ${image.missing}`);
  const container = await docker.createContainer({
    Image: image.reference,
    name: NAME,
    Labels: { "com.trade2026.test": "halt" },
    User: "65532:65532",
    Entrypoint: ["node", "/app/main.js"],
    Env: [
      "HTTP_PORT=8108",
      "NATS_URL=nats://nats:4222",
      "NATS_USERNAME=live-gateway",
      "NATS_PASSWORD_FILE=/app/made-up",
      "AUTHN_URL=http://authn:8114",
      "OPA_URL=http://opa:8181",
      "PRISM_URL=http://prism:8360",
      "PRISM_PASSWORD_FILE=/app/made-up",
      "OPA_PASSWORD_FILE=/app/made-up",
    ],
    HostConfig: { NetworkMode: "none", Tmpfs: { "/tmp": TMPFS, "/data": TMPFS } },
  });
  const dir = mkdtempSync(join(tmpdir(), "t26-halt-"));
  try {
    const bundle = bundleService(resolve(__dirname, "../.."), "live-gateway", join(dir, "bundle"));
    await container.putArchive(
      archiveOf(
        { "/app/main.js": readFileSync(join(bundle.dir, "main.js")), "/app/made-up": "made-up" },
        0o444,
      ),
      { path: "/" },
    );
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
  return container;
}
