import fc from "fast-check";
import { LineReader, type LogLine, type LogPiece } from "../../../../cli/docker/log-stream";
import {
  found,
  isWanted,
  jsonLine,
  lastOf,
  merged,
  prefixed,
  recordOf,
  Window,
  type Spoken,
} from "../../../../cli/logs/lines";
import { styleFor } from "../../../../cli/ui/style";

const plain = styleFor({}, {});
const AT = "2026-11-30T05:00:00";
const line = (text: string, time = `${AT}.000000001Z`, stderr = false): LogLine => ({ time, stderr, text });
const by = { name: "oms", role: "service", capability: "trading", lanes: ["backend", "lowlatency"] };
const spoken = (text: string, time?: string, stderr?: boolean): Spoken => ({
  by,
  line: line(text, time, stderr),
});
const credential = "cfgCFG0123456789abcdefghijKLMNOPQRSTuvwx";

describe("the engine's pieces", () => {
  const read = (...pieces: readonly LogPiece[]): readonly LogLine[] => {
    const reader = new LineReader();
    return [...pieces.flatMap((piece) => reader.push(piece)), ...reader.rest()];
  };
  const out = (text: string): LogPiece => ({ stderr: false, text });
  const err = (text: string): LogPiece => ({ stderr: true, text });

  it("become lines, each with the time that it began at", () => {
    expect(
      read(
        out(`${AT}.5Z one `),
        err(`${AT}.6Z bad\n`),
        out(`${AT}.7Z line\n`),
        out(`${AT}.8Z \n`),
        out(`${AT}Z unfinished`),
      ),
    ).toEqual([
      line("bad", `${AT}.600000000Z`, true),
      line("one line", `${AT}.500000000Z`),
      line("", `${AT}.800000000Z`),
      line("unfinished", `${AT}.000000000Z`),
    ]);
  });

  it("may be many lines at once, as from a terminal, or have no time", () => {
    expect(read(out(`${AT}.1Z a\n${AT}.2Z b\nno time\n`))).toEqual([
      line("a", `${AT}.100000000Z`),
      line("b", `${AT}.200000000Z`),
      line("no time", `${AT}.200000000Z`),
    ]);
  });
});

describe("a filter", () => {
  test.each([
    [{ level: "warn" as const }, '{"level":"error","msg":"x"}', true],
    [{ level: "warn" as const }, '{"level":"info","msg":"x"}', false],
    [{ level: "warn" as const }, "plain", false],
    [{ level: "info" as const }, "plain", true],
    [{ grep: /o-\d+/u }, "order o-17", true],
    [{ grep: /o-\d+/u, level: "warn" as const }, "order o-17", false],
    [{}, "anything", true],
  ])("%j of %s: %s", (query, text, wanted) => {
    expect(isWanted(query, line(text))).toBe(wanted);
  });

  it("on standard error alone makes nothing an error", () => {
    expect(isWanted({ level: "warn" }, line("plain", undefined, true))).toBe(false);
  });

  it("does not find what is hidden", () => {
    expect(isWanted({ grep: /cfgCFG/u }, line(`with ${credential}`))).toBe(false);
  });
});

const times = fc
  .nat({ max: 30 })
  .map((second) => `${AT.slice(0, -2)}${String(second).padStart(2, "0")}.000000000Z`);
const lists = fc.array(fc.array(fc.tuple(fc.string(), times).map(([text, time]) => spoken(text, time))));

it("merges by time, loses and adds nothing, and keeps the order of what is of the same moment", () => {
  fc.assert(
    fc.property(lists, (given) => {
      const result = merged(given);
      expect([...result].sort((a, b) => given.flat().indexOf(a) - given.flat().indexOf(b))).toEqual(
        given.flat(),
      );
      result.slice(1).forEach((one, index) => {
        const before = result[index];
        expect(before && before.line.time <= one.line.time).toBe(true);
        if (before?.line.time === one.line.time)
          expect(given.flat().indexOf(before)).toBeLessThan(given.flat().indexOf(one));
      });
    }),
  );
});

it("holds what follows back, and loses nothing", () => {
  fc.assert(
    fc.property(fc.array(times), (given) => {
      const shown: string[] = [];
      const window = new Window(500, ({ line: { time } }) => shown.push(time));
      given.forEach((time, index) => {
        window.add(spoken("x", time), index * 100);
        window.flush(index * 100);
      });
      window.flush(Infinity);
      expect([...shown].sort()).toEqual([...given].sort());
    }),
  );
  const shown: string[] = [];
  const window = new Window(500, ({ line: { text } }) => shown.push(text));
  window.add(spoken("second", `${AT}.2Z`), 0);
  window.add(spoken("first", `${AT}.1Z`), 100);
  window.flush(499);
  expect(shown).toEqual([]);
  window.flush(500);
  expect(shown).toEqual(["first", "second"]);
  const at = new Window(0, ({ line: { text } }) => shown.push(text));
  at.add(spoken("at once"), 0);
  expect(shown).toContain("at once");
});

test("the last ones", () => {
  expect(lastOf([1, 2, 3], 2)).toEqual([2, 3]);
  expect(lastOf([1, 2, 3], Infinity)).toEqual([1, 2, 3]);
  expect(lastOf([1], 0)).toEqual([]);
});

test("a line as people and as programs read it", () => {
  const one = spoken(`{"level":"error","msg":"no ${credential}","order_id":"o-1"}`, `${AT}.000000000Z`, true);
  expect(prefixed(one, 6, plain)).toBe('oms    | {"level":"error","msg":"no [hidden]","order_id":"o-1"}');
  expect(JSON.parse(jsonLine(recordOf(one)))).toEqual({
    ...{ time: `${AT}.000000000Z`, service: "oms", capability: "trading", lanes: ["backend", "lowlatency"] },
    ...{ stream: "stderr", level: "error", message: "no [hidden]", fields: { order_id: "o-1" } },
  });
  expect(found({ ...recordOf(one), message: "two\nlines" }, 4, plain)).toBe(
    `${AT}.000000000Z oms  | ERROR two\\nlines order_id="o-1"`,
  );
});
