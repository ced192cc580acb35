import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import type { Context } from "../../../cli/context";
import { lockStack, unlockStack } from "../../../cli/lock";
import { StackLockedError } from "../../../engine/errors";

let home: string;
let context: Context;
let file: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "t26-lock-"));
  context = { root: home, home, stack: "dev", debug: false };
  file = join(home, "stacks/dev/command.lock");
});
afterEach(() => rmSync(home, { recursive: true }));

function held(holder: Readonly<Record<string, unknown>> | string): void {
  mkdirSync(join(home, "stacks/dev"), { recursive: true });
  writeFileSync(
    file,
    typeof holder === "string"
      ? holder
      : JSON.stringify({ host: hostname(), since: "then", started: "", ...holder }),
  );
}

let said: string[];
beforeEach(() => {
  said = [];
});
const lock = (stack = "dev", limitMs = 0): Promise<() => void> =>
  lockStack({ ...context, stack }, (line) => said.push(line), limitMs);

const goneProcess = (): number => spawnSync(process.execPath, ["-e", ""]).pid;

test("one at a time; let go, it can be taken again", async () => {
  const release = await lock();
  expect(JSON.parse(readFileSync(file, "utf8"))).toMatchObject({ pid: process.pid, host: hostname() });
  await expect(lock()).rejects.toThrow(StackLockedError);
  release();
  expect(existsSync(file)).toBe(false);
  (await lock())();
});

test("other stacks are free", async () => {
  const release = await lock();
  (await lock("gpu"))();
  release();
});

test("a process that is gone holds nothing", async () => {
  held({ pid: goneProcess() });
  (await lock())();
});

test("nor does one whose number another process has now", async () => {
  held({ pid: process.pid, started: "1" });
  if (process.platform === "linux") (await lock())();
  else await expect(lock()).rejects.toThrow(StackLockedError);
});

test("another machine's cannot be looked at, and holds", async () => {
  held({ pid: 1, host: "elsewhere" });
  await expect(lock()).rejects.toThrow(/on elsewhere/);
});

test("an empty file holds while it may just be being written", async () => {
  held("");
  await expect(lock()).rejects.toThrow(StackLockedError);
  const old = new Date(Date.now() - 10_000);
  utimesSync(file, old, old);
  (await lock())();
});

/** The lock of a Pulumi. */
function lockedByPulumi(holder: { readonly pid: number | undefined; readonly hostname: string }): void {
  const folder = join(home, "state/.pulumi/locks/organization/trade2026/dev");
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "a.json"), JSON.stringify({ ...holder, username: "u", timestamp: "t" }));
}

test("Pulumi at work on another machine holds too", async () => {
  lockedByPulumi({ pid: 1, hostname: "elsewhere" });
  await expect(lock()).rejects.toThrow(StackLockedError);
  expect(existsSync(file)).toBe(false);
  expect(unlockStack(context)).toBe(true);
  expect(unlockStack(context)).toBe(false);
  const release = await lock();
  expect(unlockStack(context)).toBe(true);
  release();
});

(process.platform === "linux" ? describe : describe.skip)("Pulumi that a killed command left behind", () => {
  let pulumi: ChildProcess;
  /** A process of that name; a copy of the system's sleep is as good as any. */
  const atWork = (seconds: number): void => {
    const program = join(home, "pulumi");
    copyFileSync("/bin/sleep", program);
    pulumi = spawn(program, [String(seconds)]);
    lockedByPulumi({ pid: pulumi.pid, hostname: hostname() });
  };
  afterEach(() => void pulumi.kill());

  it("is waited for, and that is said once", async () => {
    atWork(1);
    (await lock("dev", 20_000))();
    expect(pulumi.exitCode).toBe(0);
    expect(said).toEqual([expect.stringMatching(`process ${pulumi.pid}\\) is still at work`)]);
  });
  it("holds when that takes too long", async () => {
    atWork(30);
    await expect(lock("dev", 100)).rejects.toThrow(StackLockedError);
    expect(existsSync(file)).toBe(false);
  });
});
