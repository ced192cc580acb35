import { PassThrough } from "node:stream";
import { halt, operatorName, resume, trading, type Reach } from "../../../cli/commands/trading";
import type { Execution } from "../../../cli/docker/exec";
import { LEVELS, type Trading } from "../../../cli/docker/live-gateway";
import { Output } from "../../../cli/ui/output";
import { killLevel } from "../../../services/contracts/control";
import { readArguments } from "../../../services/live-gateway/src/control";
import { identifier } from "../../../services/contracts/values";

const context = { root: "/nowhere", home: "/nowhere", stack: "dev", debug: false };
const at = Date.UTC(2026, 10, 25, 4, 0, 0);
const standing = (change: Partial<Trading["kill_switch"]> = {}): Trading => ({
  mode: "paper",
  kill_switch: {
    state: "ACTIVE",
    level: null,
    by: "live-gateway",
    reason: "never halted",
    since: 0,
    announced: true,
    ...change,
  },
});
const halted = standing({
  state: "HALTED",
  level: "no-new-orders",
  by: "host:ann",
  reason: "odd prices",
  since: at,
});
const ran = (answer: unknown): Execution => ({
  kind: "ran",
  code: 0,
  stdout: JSON.stringify(answer),
  stderr: "(node:7) ExperimentalWarning",
});

/** A live gateway that gives these answers, one after the other, and a person who says this. */
function desk(answers: readonly Execution[], says?: boolean) {
  const commands: (readonly string[])[] = [];
  const questions: string[] = [];
  const stream = new PassThrough();
  let text = "";
  stream.on("data", (chunk: Buffer) => (text += chunk.toString()));
  const reach: Reach = {
    container: "t26-live-gateway",
    by: "host:ann",
    now: () => at,
    run: (command) => {
      commands.push(command);
      const answer = answers[commands.length - 1];
      return answer ? Promise.resolve(answer) : Promise.reject(new Error("asked once too often"));
    },
    confirm: (question) => {
      questions.push(question);
      return says === undefined ? Promise.reject(new Error("asked a person")) : Promise.resolve(says);
    },
  };
  const out = new Output(stream as unknown as NodeJS.WriteStream);
  return { reach, out, commands, questions, text: () => text };
}
const why = { reason: "odd prices", yes: false };

describe("halt", () => {
  test.each(["no-new-orders", "reduce-only"] as const)("%s asks nobody", async (level) => {
    const { reach, out, commands, text } = desk([
      ran(standing({ ...halted.kill_switch, level, state: level === "reduce-only" ? "REDUCING" : "HALTED" })),
    ]);
    expect(await halt(context, { ...why, level }, out, reach)).toBe(0);
    expect(commands).toHaveLength(1);
    // what the command line sends is what the gateway's own program reads
    expect(readArguments((commands[0] ?? []).slice(3))).toEqual({
      command: "halt",
      level,
      reason: "odd prices",
      by: "host:ann",
    });
    expect(text()).toContain(level === "reduce-only" ? "REDUCING" : "HALTED");
    expect(text()).toContain("2026-11-25T04:00:00.000Z");
  });

  test("flatten is done when a person says yes, or with --yes; else not", async () => {
    const answer = ran(standing({ ...halted.kill_switch, level: "flatten" }));
    const said = desk([answer], true);
    expect(await halt(context, { ...why, level: "flatten" }, said.out, said.reach)).toBe(0);
    expect(said.questions[0]).toMatch(/close every position.*t26-live-gateway/);
    const unasked = desk([answer]);
    expect(await halt(context, { ...why, level: "flatten", yes: true }, unasked.out, unasked.reach)).toBe(0);
    const refused = desk([], false);
    expect(await halt(context, { ...why, level: "flatten" }, refused.out, refused.reach)).toBe(3);
    expect(refused.text()).toMatch(/Nothing was done.*--yes/);
  });

  test("says so when a farther level stands", async () => {
    const { reach, out, text } = desk([ran(standing({ ...halted.kill_switch, level: "flatten" }))]);
    expect(await halt(context, { ...why, level: "no-new-orders" }, out, reach)).toBe(0);
    expect(text()).toMatch(/level flatten was in force already and stays/);
  });

  test("says so when trading was halted already, for another reason or by somebody else", async () => {
    const words = /halted at this level already: who did it, why and since when stay/;
    const told = async (change: object): Promise<string> => {
      const { reach, out, text } = desk([ran(standing({ ...halted.kill_switch, ...change }))]);
      expect(await halt(context, { ...why, level: "no-new-orders" }, out, reach)).toBe(0);
      return text();
    };
    expect(await told({ reason: "feed is late" })).toMatch(words);
    expect(await told({ by: "host:bob" })).toMatch(words);
    expect(await told({})).not.toMatch(words);
  });

  test("an answer that says trading goes on is no success", async () => {
    const { reach, out } = desk([ran(standing())]);
    await expect(halt(context, { ...why, level: "no-new-orders" }, out, reach)).rejects.toThrow(
      /not halted: run the command again/,
    );
  });

  test("a reason that looks like options or a shell's words stays one argument", async () => {
    const { reach, out, commands } = desk([ran(halted)]);
    const reason = '--level flatten; "$(reboot)"';
    await halt(context, { reason, yes: false, level: "no-new-orders" }, out, reach);
    expect(readArguments((commands[0] ?? []).slice(3))).toMatchObject({ level: "no-new-orders", reason });
  });
});

describe("without an answer", () => {
  test.each<[Execution, RegExp]>([
    [{ kind: "absent" }, /no container t26-live-gateway.*Nothing can send orders.*not remembered/],
    [{ kind: "idle", state: "exited" }, /does not run \(exited\).*Nothing can send.*docker stop/],
    [{ kind: "idle", state: "paused" }, /paused.*docker unpause t26-live-gateway/],
  ])("%j is told, with exit code 2", async (execution, words) => {
    const { reach, out, text } = desk([execution, execution]);
    expect(await halt(context, { ...why, level: "no-new-orders" }, out, reach)).toBe(2);
    expect(await resume(context, why, out, reach)).toBe(2);
    expect(text()).toMatch(words);
    const asked = desk([execution]);
    expect(await trading(context, { json: false }, asked.out, asked.reach)).toBe(2);
    expect(asked.text()).toContain("t26-live-gateway");
    expect(asked.text()).not.toContain("not carried out");
  });

  test.each<[string, Execution, RegExp]>([
    ["no answer in time", { kind: "timeout" }, /no answer within 20 s.*docker stop t26-live-gateway/],
    [
      "a refusal",
      { kind: "ran", code: 1, stdout: "", stderr: "no live-gateway listens on /tmp/x" },
      /exit code 1\): no live-gateway listens[^]*not known/,
    ],
    ["half an answer", { kind: "ran", code: 0, stdout: '{"mode"', stderr: "" }, /cannot be read/],
    ["another answer", ran({ mode: "paper" }), /no state of trading in/],
  ])("%s is an error with the last resort", async (_, execution, words) => {
    const { reach, out } = desk([execution]);
    await expect(halt(context, { ...why, level: "no-new-orders" }, out, reach)).rejects.toThrow(words);
  });
});

describe("resume", () => {
  test("shows what stands, asks, and resumes", async () => {
    const after = ran(standing({ by: "host:ann", reason: "prices are well", since: at + 1 }));
    const { reach, out, commands, text } = desk([ran(halted), after], true);
    expect(await resume(context, { ...why, reason: "prices are well" }, out, reach)).toBe(0);
    expect(commands.map((command) => command[3])).toEqual(["state", "resume"]);
    expect(text()).toMatch(/odd prices[^]*ACTIVE[^]*resumed by/);
  });

  test("without a yes nothing is sent", async () => {
    const { reach, out, commands } = desk([ran(halted)], false);
    expect(await resume(context, why, out, reach)).toBe(3);
    expect(commands.map((command) => command[3])).toEqual(["state"]);
  });

  test("with --yes it is one command; a halt that came between is an error", async () => {
    const { reach, out } = desk([ran(halted)]);
    await expect(resume(context, { ...why, yes: true }, out, reach)).rejects.toThrow(/still halted/);
  });

  test("there may be nothing to resume", async () => {
    const { reach, out, text } = desk([ran(standing())]);
    expect(await resume(context, why, out, reach)).toBe(0);
    expect(text()).toContain("nothing to resume");
  });
});

test("the state, for people and as JSON", async () => {
  const people = desk([ran(standing({ announced: false }))]);
  expect(await trading(context, { json: false }, people.out, people.reach)).toBe(0);
  expect(people.text()).toMatch(/ACTIVE[^]*paper[^]*never halted[^]*are being told/);
  const program = desk([ran(halted)]);
  await trading(context, { json: true }, program.out, program.reach);
  expect(JSON.parse(program.text())).toEqual(halted);
});

test("the levels are the contract's, and a host's user is a name of the contracts", () => {
  expect(LEVELS).toEqual(killLevel.options);
  expect(identifier.parse(operatorName(() => "DOMAIN\\ann maría"))).toBe("host:DOMAIN_ann_mar_a");
  expect(identifier.parse(operatorName(() => "x".repeat(99)))).toHaveLength(64);
  expect(
    operatorName(() => {
      throw new Error("no entry for user 4711");
    }),
  ).toBe("operator");
});
