import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from "node:fs";
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

const goneProcess = (): number => spawnSync(process.execPath, ["-e", ""]).pid;

test("one at a time; let go, it can be taken again", () => {
  const release = lockStack(context);
  expect(JSON.parse(readFileSync(file, "utf8"))).toMatchObject({ pid: process.pid, host: hostname() });
  expect(() => lockStack(context)).toThrow(StackLockedError);
  release();
  expect(existsSync(file)).toBe(false);
  lockStack(context)();
});

test("other stacks are free", () => {
  const release = lockStack(context);
  lockStack({ ...context, stack: "gpu" })();
  release();
});

test("a process that is gone holds nothing", () => {
  held({ pid: goneProcess() });
  lockStack(context)();
});

test("nor does one whose number another process has now", () => {
  held({ pid: process.pid, started: "1" });
  if (process.platform === "linux") lockStack(context)();
  else expect(() => lockStack(context)).toThrow(StackLockedError);
});

test("another machine's cannot be looked at, and holds", () => {
  held({ pid: 1, host: "elsewhere" });
  expect(() => lockStack(context)).toThrow(/on elsewhere/);
});

test("an empty file holds while it may just be being written", () => {
  held("");
  expect(() => lockStack(context)).toThrow(StackLockedError);
  const old = new Date(Date.now() - 10_000);
  utimesSync(file, old, old);
  lockStack(context)();
});

test("Pulumi that is still at work after its command was killed holds too", () => {
  const folder = join(home, "state/.pulumi/locks/organization/trade2026/dev");
  mkdirSync(folder, { recursive: true });
  writeFileSync(
    join(folder, "a.json"),
    JSON.stringify({ pid: 1, hostname: "elsewhere", username: "u", timestamp: "t" }),
  );
  expect(() => lockStack(context)).toThrow(StackLockedError);
  expect(existsSync(file)).toBe(false);
  unlockStack(context);
  lockStack(context)();
});
