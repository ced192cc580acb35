import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { cliCommand, type CommandFailed, type CommandRunner } from "../../../engine/cli-command";

/** Node in the place of Pulumi's CLI. */
const node = cliCommand(process.execPath, "3.259.0") as unknown as CommandRunner;
let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), "t26-cli-command-"))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const run = (script: string, signal?: AbortSignal) =>
  node.run(["-e", script, "--"], folder, {}, undefined, undefined, signal);

test("what it says, and that it ended well", async () => {
  expect(await run("console.log('out'); console.error('err')")).toEqual({
    stdout: "out\n",
    stderr: "err\n",
    code: 0,
  });
});

test("an interrupt reaches it, and it may end in order", async () => {
  const controller = new AbortController();
  const script = `
    process.on("SIGINT", () => { require("fs").writeFileSync("ended", "in order"); process.exit(3); });
    setInterval(() => undefined, 1000);
    console.log("ready");`;
  const running = node.run(
    ["-e", script, "--"],
    folder,
    {},
    () => controller.abort(),
    undefined,
    controller.signal,
  );
  await expect(running).rejects.toMatchObject({ code: 3 } satisfies Partial<CommandFailed>);
  expect(readFileSync(join(folder, "ended"), "utf8")).toBe("in order");
});

test("an interrupt that came before is not lost: it is not started", async () => {
  const controller = new AbortController();
  controller.abort();
  await expect(run("require('fs').writeFileSync('started', '')", controller.signal)).rejects.toMatchObject({
    message: "interrupted before it began",
  });
  expect(() => readFileSync(join(folder, "started"))).toThrow("ENOENT");
});
