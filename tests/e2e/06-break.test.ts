import { readFileSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { join } from "node:path";
import type Docker from "dockerode";
import { archiveOf, engine } from "../harness/docker";
import { TEST_LABELS } from "./harness/client";
import { noteState, platformUp } from "./harness/chapters";
import { engineKind, tsx, up, verb, type Said } from "./harness/command";
import { changed, ids, inventory } from "./harness/inventory";
import { canRunOwnEngine, OwnEngine } from "./harness/own-engine";
import { HOME, physical } from "./harness/platform";
import { plannedPlatform } from "./harness/planned";

describe("a mistake is refused before anything is touched, and says what to do", () => {
  let before: ReadonlyMap<string, string>;
  let docker: Docker;
  let taken: Server;
  const TAKEN = 29499;
  const OTHER = "10.233.7.0/24";

  beforeAll(async () => {
    await platformUp();
    before = await ids();
    docker = await engine();
    taken = createServer().listen(TAKEN, "127.0.0.1");
    await docker.createNetwork({
      Name: physical("test-other"),
      Labels: { ...TEST_LABELS },
      IPAM: { Driver: "default", Config: [{ Subnet: OTHER }] },
    });
  });
  afterAll(async () => {
    taken.close();
    await docker.getNetwork(physical("test-other")).remove();
  });

  const mistakes: readonly (readonly [string, readonly string[], readonly (string | RegExp)[]])[] = [
    [
      "a lane over another lane",
      ["subnets.backend=10.231.0.0/16"],
      ["subnets.backend", "10.231.0.0/16", "overlaps", "lowlatency", "--set subnets.backend="],
    ],
    [
      "a lane over another network of the engine",
      ["subnets.backend=10.233.0.0/16"],
      ["subnets.backend", "overlaps", OTHER, physical("test-other")],
    ],
    [
      "a port that is taken",
      [`hostPorts.https=${TAKEN}`],
      ["hostPorts.https", String(TAKEN), /in use/, "free port"],
    ],
    ["a wrong type", ["exposeData=maybe"], ["exposeData", '"maybe"', "true or false", "--set exposeData="]],
    [
      "an unknown key",
      ["exposeDate=true"],
      ["exposeDate", "no such key", "exposeData", "without --set exposeDate"],
    ],
    [
      "a port name that is nobody's",
      ["hostPorts.htps=1"],
      ["hostPorts.htps", "http, https, gateway-dashboard"],
    ],
    ["an image for a service that is not", ["imageOverrides.natz=x:1"], ["imageOverrides.natz", "nats"]],
    [
      "several at once",
      [
        "prefix=Not A Name",
        "subnets.backend=nonsense",
        "hostPorts.https=99999",
        "tradingMode=yolo",
        "nonsense=1",
      ],
      [
        "prefix",
        '"Not A Name"',
        "subnets.backend",
        '"nonsense"',
        "hostPorts.https",
        "99999",
        "tradingMode",
        "paper, shadow, canary, live",
        "nonsense",
        "5 problems",
      ],
    ],
  ];

  it.each(mistakes)("%s", async (_what, settings, words) => {
    const { code, text, seconds } = await up(settings.flatMap((setting) => ["--set", setting]));
    expect(code).toBe(1);
    for (const word of words)
      expect(text).toMatch(
        typeof word === "string" ? new RegExp(word.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")) : word,
      );
    expect(text).not.toMatch(/^\s+at /m);
    expect(seconds).toBeLessThan(30);
  });

  it("nothing was touched, and no mistake was remembered", async () => {
    expect(changed(before, await ids())).toEqual([]);
    const { code, text } = await verb("preview");
    expect({ code, text }).toEqual({ code: 0, text: expect.stringMatching(/no change/i) as string });
  });
});

describe("Ctrl-C", () => {
  it("ends a preview at once, which says that nothing was changed", async () => {
    let interrupted = false;
    const { code, text, seconds } = await verb("preview", [], {
      watch: (child, textSoFar) =>
        child.stdout?.on("data", () => {
          if (interrupted || !textSoFar().includes("Engine: ")) return;
          interrupted = true;
          child.kill("SIGINT");
        }),
    });
    expect({ code, interrupted }).toEqual({ code: 130, interrupted: true });
    expect(text).toMatch(/Stopping\.[^\n]*\n(?:[^\n]*\n)*Stopped\. Nothing was changed\.\n$/);
    expect(seconds).toBeLessThan(60);
  });
});

describe("a wrong passphrase", () => {
  it("from the environment is said, with where it came from", async () => {
    await platformUp();
    const { code, text } = await verb("preview", [], {
      env: { PULUMI_CONFIG_PASSPHRASE: "certainly-not-it" },
    });
    expect({ code, text }).toEqual({ code: 1, text: expect.stringMatching(/passphrase/i) as string });
    expect(text).toContain("PULUMI_CONFIG_PASSPHRASE");
    expect(text).not.toContain("certainly-not-it");
  });
  it("in its file as well, and nothing is lost by it", async () => {
    const file = join(HOME, "passphrase");
    const right = readFileSync(file);
    writeFileSync(file, "certainly-not-it\n");
    const { code, text } = await verb("preview");
    writeFileSync(file, right);
    expect({ code, text }).toEqual({ code: 1, text: expect.stringMatching(/passphrase/i) as string });
    expect(text).toContain(file);
    expect((await verb("preview")).text).toMatch(/no change/i);
  });
});

describe("an image that cannot be had", () => {
  it("is named, with its service, and what ran goes on running", async () => {
    await platformUp();
    const before = await ids();
    noteState("unknown");
    const { code, text } = await up(["--set", "imageOverrides.opa=registry.invalid/nobody/opa:1.0"]);
    expect(code).toBe(1);
    expect(text).toContain("registry.invalid/nobody/opa:1.0");
    expect(text).not.toMatch(/^\s+at /m);
    expect(changed(before, await ids())).toEqual([]);
    expect((await inventory()).get("opa")?.State.Health?.Status).toBe("healthy");
  });
  it("taking it back is all that it takes", async () => {
    const before = await ids();
    const { code, text } = await up(["--unset", "imageOverrides.opa"]);
    expect({ code, text }).toEqual({ code: 0, text: expect.stringContaining("no change") as string });
    expect(changed(before, await ids())).toEqual([]);
    noteState("up");
  });
});

/** Both at once: one waits most of the time. */
describe("a container that never gets healthy, while another engine is in trouble", () => {
  let docker: Docker;
  let sick: Promise<Said>;

  beforeAll(async () => {
    await platformUp();
    docker = await engine();
    noteState("unknown");
    const image = await impostor(docker, (await inventory()).get("welcome")?.Image ?? "");
    sick = up(["--set", `imageOverrides.opa=${image}`]);
  });
  afterAll(async () => {
    await sick.catch(() => undefined);
    await docker
      .getImage(IMPOSTOR)
      .remove({ force: true })
      .catch(() => undefined);
  });

  (canRunOwnEngine() ? describe : describe.skip)("an engine with a small disk (needs root on Linux)", () => {
    const HEALTHY = "/t26e2e-small-opa";
    let own: OwnEngine;
    const small = (limitSeconds = 120): Promise<Said> =>
      tsx("tests/e2e/harness/small-up.ts", [join(own.folder, "home")], {
        env: { DOCKER_HOST: own.host, E2E_ENGINE: engineKind() },
        limitSeconds,
      });
    const running = async (): Promise<readonly string[]> =>
      (await own.docker.listContainers({ filters: { health: ["healthy"] } })).flatMap(({ Names }) => Names);

    beforeAll(async () => {
      own = new OwnEngine(400);
      await own.start();
      const wanted = plannedPlatform().containers.flatMap(({ name, reference }) =>
        ["toolbox", "opa"].includes(name) ? (reference ?? []) : [],
      );
      await own.load(docker, wanted);
    });
    afterAll(() => own?.close());

    it("full: the reason is said", async () => {
      own.fill(0);
      const { code, text } = await small();
      own.empty();
      expect({ code, text }).toEqual({
        code: 1,
        text: expect.stringContaining("no space left on device") as string,
      });
      expect(await running()).toEqual([]);
    });

    it("with room again: up goes on, or says that Docker has to be restarted, which helps", async () => {
      const { code, text } = await small();
      if (code !== 0) expect(text).toContain("fix: the Docker engine holds on to a network");
      await own.stop();
      await own.start();
      expect(await small()).toMatchObject({ code: 0 });
      expect(await running()).toEqual([HEALTHY]);
      await own.clear();
    });

    it("stopped half-way: that is said, and at once", async () => {
      let stopped: Promise<void> | undefined;
      const { code, text, seconds } = await tsx("tests/e2e/harness/small-up.ts", [join(own.folder, "home")], {
        env: { DOCKER_HOST: own.host, E2E_ENGINE: engineKind() },
        limitSeconds: 120,
        watch: (child) => {
          const look = setInterval(() => {
            void own.docker.listContainers({ all: true }).then(
              (found) => {
                if (found.length > 0) stopped ??= own.stop();
              },
              () => undefined,
            );
          }, 100);
          child.on("close", () => clearInterval(look));
        },
      });
      expect(stopped).toBeDefined();
      await stopped;
      expect(code).toBe(1);
      // the way out, or, when it went before anything was begun, that there is none
      expect(text).toMatch(/the Docker engine went away half-way|does not answer|No Docker engine answers/);
      expect(seconds).toBeLessThan(90);
    });

    it("and once it is back, the next up brings everything up", async () => {
      await own.start();
      const { code, text } = await small();
      expect({ code, text: code === 0 ? "" : text }).toEqual({ code: 0, text: "" });
      expect(await running()).toEqual([HEALTHY]);
    });
  });

  it("up fails, naming it, with the last words of its probe and its log", async () => {
    const { code, text } = await sick;
    expect(code).toBe(1);
    expect(text).toMatch(/✗ opa /);
    expect(text).toMatch(/last probe, exit code 1/);
    expect(text).toMatch(/connection refused/);
    expect(text).toContain("I am not OPA");
    expect(text).not.toMatch(/^\s+at /m);
  });
  it("everything else is as it was", async () => {
    const all = await inventory();
    const unwell = [...all]
      .filter(([, { State }]) => State.Health !== undefined && State.Health.Status !== "healthy")
      .map(([name]) => name);
    expect(unwell).toEqual(["opa"]);
  });
  it("the next up, with its own image again, recovers", async () => {
    const { code, text } = await up(["--unset", "imageOverrides.opa"]);
    noteState(code === 0 ? "up" : "lost");
    expect({ code, text: code === 0 ? "" : text }).toEqual({ code: 0, text: "" });
    expect((await inventory()).get("opa")?.State.Health?.Status).toBe("healthy");
  });
});

const IMPOSTOR = "t26e2e/impostor:test";

/** An image that looks like OPA's, runs, says something, and answers nobody. */
async function impostor(docker: Docker, base: string): Promise<string> {
  const program =
    '#!/usr/bin/env node\nconsole.log("I am not OPA, and never will be"); setInterval(() => 0, 1000);\n';
  const container = await docker.createContainer({
    Image: base,
    name: physical("test-impostor"),
    Labels: { ...TEST_LABELS },
    User: "0:0",
  });
  await container.putArchive(archiveOf({ opa: program }, 0o555), { path: "/" });
  await container.commit({ repo: "t26e2e/impostor", tag: "test", changes: ["ENTRYPOINT []"] } as object);
  await container.remove({ force: true });
  return IMPOSTOR;
}
