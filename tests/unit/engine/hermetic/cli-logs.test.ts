import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setCliLogs } from "../../../../engine/hermetic/cli/logs";

let folder: string;
let logs: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "t26-logs-"));
  logs = join(folder, "home/logs");
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

it("takes the folder's place with a file that says why", () => {
  setCliLogs(join(folder, "home"), false);
  expect(statSync(logs).isFile()).toBe(true);
  expect(readFileSync(logs, "utf8")).toContain("TRADE2026_TRACES=1");
});

it("clears away what earlier runs have logged", () => {
  mkdirSync(logs, { recursive: true });
  writeFileSync(join(logs, "pulumi-1.log"), "");
  setCliLogs(join(folder, "home"), false);
  expect(statSync(logs).isFile()).toBe(true);
});

it("lets the CLI log where traces are wanted, and leaves its logs alone then", () => {
  setCliLogs(join(folder, "home"), false);
  setCliLogs(join(folder, "home"), true);
  expect(existsSync(logs)).toBe(false);
  mkdirSync(logs);
  writeFileSync(join(logs, "pulumi-1.log"), "");
  setCliLogs(join(folder, "home"), true);
  expect(existsSync(join(logs, "pulumi-1.log"))).toBe(true);
});
