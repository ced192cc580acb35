import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync, existsSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type Docker from "dockerode";
import { ROOT } from "../../stacks/inputs";
import { engine, removeLabelled } from "../harness/docker";
import { shownSecrets } from "./harness/access";
import { platformUp } from "./harness/chapters";
import { TEST_LABELS } from "./harness/client";
import { verb } from "./harness/command";
import { inventory, named, type Inventory } from "./harness/inventory";
import { inFolder, inHistory, inInspect, inLogs, inTree } from "./harness/places";
import { HOME, LABEL, NOTES, physical, TEST_LABEL } from "./harness/platform";
import { watchProcesses, type SeenProcess } from "./harness/processes";
import { needleOf, search, type Needle } from "./harness/search";

/** As long and as random as a credential, and with what a URL has to encode. Put together here: the file is searched too. */
const CANARY = ["t26", "canary", Date.now().toString(36), "xY7/+&=", Math.random().toString(36).slice(2)]
  .join("-")
  .padEnd(44, "Q9z");

describe("no credential is where it could be read", () => {
  let docker: Docker;
  let all: Inventory;
  let needles: readonly Needle[];
  let processes: readonly SeenProcess[];
  const canary = [needleOf("canary", CANARY)];
  const scratch = mkdtempSync(join(tmpdir(), "t26e2e-"));

  beforeAll(async () => {
    await platformUp();
    docker = await engine();
    all = await inventory();
    const secrets = await shownSecrets();
    needles = [
      ...secrets.map(({ id, password }) => needleOf(id, password)),
      needleOf("passphrase", passphrase()),
    ];
    await removeLabelled(docker, TEST_LABEL);
    await plant(docker, all.get("welcome")?.Image ?? "");
    // Twelve intervals of most probes, each of which lives for milliseconds: of one in a few the look comes too late.
    const watch = watchProcesses(docker, all.get("welcome")?.Image ?? "", 60);
    await verb("status");
    await verb("logs", ["nats", "--tail", "50"]);
    processes = await watch;
  });
  afterAll(async () => {
    rmSync(scratch, { recursive: true, force: true });
    await removeLabelled(docker, TEST_LABEL);
  });

  it("there are credentials to look for", () => {
    expect(needles.length).toBeGreaterThanOrEqual(12);
    expect(new Set(needles.map(({ name }) => name)).size).toBe(needles.length);
    for (const { forms } of needles)
      expect(Math.min(...forms.map(({ length }) => length))).toBeGreaterThanOrEqual(30);
  });

  it.each([
    ["as it is", CANARY],
    ["in a URL", `https://operator:${encodeURIComponent(CANARY)}@host/`],
    ["in base64", Buffer.from(CANARY).toString("base64")],
    ["in base64 after a user name", Buffer.from(`operator:${CANARY}`).toString("base64")],
    ["in base64url after two letters", Buffer.from(`ab${CANARY}\n`).toString("base64url")],
    ["in hex", Buffer.from(CANARY).toString("hex")],
    ["in JSON", JSON.stringify({ password: CANARY })],
  ])("the search finds a canary %s", (_form, text) => {
    expect(search(canary, "here", `before ${text} after`)).toEqual([{ needle: "canary", place: "here" }]);
    const middle = Math.floor(text.length / 2);
    const other = text[middle] === "A" ? "B" : "A";
    expect(search(canary, "here", `${text.slice(0, middle)}${other}${text.slice(middle + 1)}`)).toEqual([]);
  });

  describe("the repository", () => {
    it("holds none", async () => expect(await inTree(needles, ROOT)).toEqual([]));
    it("nor does its history", async () => expect(await inHistory(needles, ROOT)).toEqual([]));
    it("a canary in either is found", async () => {
      const repository = join(scratch, "repository");
      const git = (...args: readonly string[]): void =>
        void execFileSync("git", ["-c", "user.name=t", "-c", "user.email=t@t", ...args], {
          cwd: repository,
          stdio: "ignore",
        });
      execFileSync("git", ["init", "-q", repository]);
      writeFileSync(join(repository, "notes.txt"), `one\n${CANARY}\n`);
      expect(await inTree(canary, repository)).toEqual([
        { needle: "canary", place: join(repository, "notes.txt") },
      ]);
      git("add", ".");
      git("commit", "-qm", "one");
      git("rm", "-q", "notes.txt");
      git("commit", "-qm", "two");
      expect(await inTree(canary, repository)).toEqual([]);
      expect(await inHistory(canary, repository)).toHaveLength(1);
    });
  });

  describe("state and its backups", () => {
    /** The file that opens the state; everything else must be of no use without it. */
    const key = (path: string): boolean => /passphrase[^/\\]*$/.test(path);
    it("hold none", () => expect(inFolder(needles, HOME, key)).toEqual([]));
    it("have states in them, and backups", () => {
      const state = inFolder([needleOf("a resource", "random:index/randomPassword:RandomPassword")], HOME);
      expect(state.length).toBeGreaterThan(1);
    });
    it("a canary in them is found", () => {
      const file = join(HOME, "canary.json.bak");
      writeFileSync(file, JSON.stringify({ value: CANARY }));
      const found = inFolder(canary, HOME);
      rmSync(file);
      expect(found).toEqual([{ needle: "canary", place: file }]);
    });
  });

  describe("what the engine tells", () => {
    it("holds none: inspect of everything, image history", async () =>
      expect(await inInspect(needles, docker, [LABEL])).toEqual([]));
    it("nor do the logs of the containers", async () =>
      expect(await inLogs(needles, docker, LABEL)).toEqual([]));
    it("canaries there are found", async () => {
      const found = await inInspect(canary, docker, [TEST_LABEL]);
      expect(found.map(({ place }) => place.replace(/sha256:\w+/, "…"))).toEqual(
        expect.arrayContaining([`inspect of container /${physical("test-canary")}`, "history of image …"]),
      );
      expect(await inLogs(canary, docker, TEST_LABEL)).toEqual([
        { needle: "canary", place: `log of /${physical("test-canary")}` },
      ]);
    });
  });

  describe("the processes", () => {
    it("every running container was seen, and the probes in them", () => {
      const seen = new Set(processes.map(({ container }) => container));
      const running = named(all, "service");
      expect(running.filter((name) => !seen.has(all.get(name)?.Id))).toEqual([]);
      const probed = running.filter((name) => {
        const words = all.get(name)?.Config.Healthcheck?.Test?.slice(1) ?? [];
        return processes.some(
          ({ container, cmdline }) => container === all.get(name)?.Id && cmdline.startsWith(words.join("\0")),
        );
      });
      expect(probed).toEqual(running);
    });
    it("have none in their command lines", () =>
      expect(processes.flatMap(({ cmdline }) => search(needles, cmdline.slice(0, 200), cmdline))).toEqual(
        [],
      ));
    it("nor in their environments", () =>
      expect(
        processes.flatMap(({ cmdline, environ }) => search(needles, cmdline.slice(0, 200), environ)),
      ).toEqual([]));
    it("environments could be read at all", () => {
      const services = processes.filter(({ container }) =>
        [...all.values()].some(({ Id }) => Id === container),
      );
      expect(services.filter(({ environ }) => environ.includes("PATH=")).length).toBeGreaterThan(
        named(all, "service").length,
      );
    });
    it("canaries there are found", () => {
      expect(processes.filter(({ cmdline }) => search(canary, "", cmdline).length > 0)).not.toEqual([]);
      expect(processes.filter(({ environ }) => search(canary, "", environ).length > 0)).not.toEqual([]);
    });
  });

  describe("the output of every command of this run", () => {
    it("holds none", () => expect(inFolder(needles, NOTES)).toEqual([]));
    it("is there to be searched", () =>
      expect(inFolder([needleOf("an up", "trade2026")], NOTES).length).toBeGreaterThan(3));
    it("a canary in it is found", () => {
      const file = join(NOTES, "canary.log");
      writeFileSync(file, `some output\n${CANARY}\n`);
      const found = inFolder(canary, NOTES);
      rmSync(file);
      expect(found).toEqual([{ needle: "canary", place: file }]);
    });
  });
});

/** What the state is encrypted with. It lies in one file, which is not searched for itself. */
function passphrase(): string {
  const file = ["passphrase", "dev.passphrase", "state/passphrase"]
    .map((name) => join(HOME, name))
    .find(existsSync);
  if (file === undefined) throw new Error(`no passphrase file in ${HOME}`);
  return readFileSync(file, "utf8").trim();
}

/** A container with the canary wherever one could be: environment, label, command line, log; and in its image's history. */
async function plant(docker: Docker, image: string): Promise<void> {
  const source = await docker.createContainer({
    Image: image,
    name: physical("test-canary-image"),
    Labels: { ...TEST_LABELS },
  });
  const committed = (await source.commit({ repo: "t26e2e/canary", tag: "test", comment: CANARY })) as {
    Id: string;
  };
  await source.remove({ force: true });
  const container = await docker.createContainer({
    Image: committed.Id,
    name: physical("test-canary"),
    Labels: { ...TEST_LABELS, canary: CANARY },
    Env: [`CANARY=${CANARY}`],
    Entrypoint: ["node", "-e", "console.log(process.env.CANARY); setInterval(() => 0, 1000)", CANARY],
    HostConfig: { NetworkMode: "none" },
  });
  await container.start();
}
