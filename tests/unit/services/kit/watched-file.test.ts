import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createLog } from "../../../../services/kit";
import { WatchedFile } from "../../../../services/kit/watched-file";
import { eventually } from "../../../support/eventually";

let dir: string;
let path: string;
const lines: string[] = [];
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "t26-watched-"));
  path = join(dir, "list.json");
  lines.length = 0;
});
afterEach(() => rmSync(dir, { recursive: true }));

function watched(): WatchedFile<readonly string[]> {
  return new WatchedFile<readonly string[]>({
    path,
    what: "list",
    parse: (content) => {
      const value = JSON.parse(content) as unknown;
      if (!Array.isArray(value)) throw new Error("wants a list");
      return value as string[];
    },
    initial: [],
    log: createLog("kit", "1", "error", { write: (line: string) => lines.push(line) }),
    everyMs: 10,
  });
}

const isBad = (file: WatchedFile<unknown>): boolean => {
  try {
    file.assertGood();
    return false;
  } catch {
    return true;
  }
};

test("is read at once, and again when it changes", async () => {
  writeFileSync(path, '["a"]');
  const file = watched();
  expect([file.value, isBad(file)]).toEqual([[], true]);
  await file.start();
  expect([file.value, isBad(file)]).toEqual([["a"], false]);
  writeFileSync(path, '["a", "b"]');
  await eventually(() => file.value.length === 2);
  file.stop();
});

test("a bad file, or none, keeps what was read, and says so once", async () => {
  writeFileSync(path, '["a"]');
  const file = watched();
  await file.start();
  writeFileSync(path, "{}");
  await eventually(() => isBad(file));
  expect(() => file.assertGood()).toThrow(`${path}: wants a list`);
  await new Promise((wake) => setTimeout(wake, 60));
  expect([file.value, lines.length]).toEqual([["a"], 1]);
  rmSync(path);
  await eventually(() => lines.length === 2);
  expect([file.value, isBad(file)]).toEqual([["a"], true]);
  // the same again is good again
  writeFileSync(path, '["a"]');
  await eventually(() => !isBad(file));
  file.stop();
});

test("without a file it begins with what it was given", async () => {
  const file = watched();
  await file.start();
  expect([file.value, isBad(file)]).toEqual([[], true]);
  file.stop();
});
