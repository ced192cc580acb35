import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { load } from "../../../../cli/commands/load";
import { assertPaperRuns, assertPaperSettings, refused } from "../../../../cli/load-test/refusals";
import { REFUSALS, type Refusal } from "../../../../model/load/protocol";
import { ROOT } from "../../../../stacks/inputs";

describe("the command, before it asks an engine for anything", () => {
  const home = mkdtempSync(join(tmpdir(), "t26load-"));
  afterAll(() => rmSync(home, { recursive: true, force: true }));
  const remembered = (settings: Readonly<Record<string, unknown>>): void => {
    mkdirSync(join(home, "config"), { recursive: true });
    writeFileSync(join(home, "config", "dev.json"), JSON.stringify({ settings }));
  };
  const context = { root: ROOT, home, stack: "dev", debug: false };
  const run = (name: string): Promise<number> => load(context, name, { list: false });

  test.each(["shadow", "canary", "live"])("refuses a stack in mode %s", async (tradingMode) => {
    remembered({ tradingMode });
    await expect(run("baseline")).rejects.toThrow(
      new RegExp(`trade2026:tradingMode: the platform is not in paper mode\\n.*"${tradingMode}"[^]*fix:`),
    );
    await expect(run("smoke")).rejects.toThrow(/not in paper mode/);
  });

  test("refuses a stack that takes no orders", async () => {
    remembered({ kind: "gpu" });
    await expect(run("baseline")).rejects.toThrow(/no platform that takes orders\n.*"gpu"/);
  });

  test("says what is wrong with its arguments first", async () => {
    remembered({ tradingMode: "live" });
    await expect(run("bse")).rejects.toThrow(/there is no such scenario/);
  });
});

test("paper settings are enough for the settings, and only they", () => {
  expect(() => assertPaperSettings({ kind: "platform", tradingMode: "paper" })).not.toThrow();
});

describe("what the live gateway says", () => {
  const says = (mode: string, state: string) => ({ mode, kill_switch: { state } });

  test("paper, and taking orders", () => {
    expect(() => assertPaperRuns(says("paper", "ACTIVE"), true)).not.toThrow();
  });

  test.each(["live", "canary", "shadow", "", "PAPER"])("%j is refused, whoever only looks too", (mode) => {
    expect(() => assertPaperRuns(says(mode, "ACTIVE"), true)).toThrow(/not in paper mode/);
    expect(() => assertPaperRuns(says(mode, "ACTIVE"), false)).toThrow(/not in paper mode/);
  });

  test.each(["HALTED", "REDUCING"])("%s takes no orders, and may be looked at", (state) => {
    expect(() => assertPaperRuns(says("paper", state), true)).toThrow(/not active[^]*resume/);
    expect(() => assertPaperRuns(says("paper", state), false)).not.toThrow();
  });
});

test.each(Object.keys(REFUSALS) as readonly Refusal[])("%s names a way out", (refusal) => {
  const [problem] = refused(refusal, "found").problems;
  expect(problem).toMatchObject({ what: REFUSALS[refusal], value: "found" });
  expect(problem?.fix).toMatch(/\.\/trade2026|tradingMode/);
});
