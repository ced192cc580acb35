import fc from "fast-check";
import {
  isAtLeast,
  levelsFrom,
  LIMITS,
  logLevels,
  parseLine,
} from "../../../../services/contracts/log-record";

const credential = "cfgCFG0123456789abcdefghijKLMNOPQRSTuvwx";

describe("a line of", () => {
  test.each([
    [
      "the kit",
      '{"level":"warn","time":"2026-11-30T05:00:00.000Z","service":"oms","version":"0.1.0","order_id":"o-1","err":{"type":"Error","message":"no"},"msg":"not sent"}',
      {
        level: "warn",
        message: "not sent",
        fields: { version: "0.1.0", order_id: "o-1", "err.type": "Error", "err.message": "no" },
      },
    ],
    [
      "pino with numbers",
      '{"level":50,"msg":"bad","pid":1}',
      { level: "error", message: "bad", fields: { pid: 1 } },
    ],
    [
      "Traefik's access log",
      '{"DownstreamStatus":404,"RequestPath":"/api","level":"info","msg":"","time":"2026-11-30T05:00:00Z"}',
      {
        level: "info",
        message:
          '{"DownstreamStatus":404,"RequestPath":"/api","level":"info","msg":"","time":"2026-11-30T05:00:00Z"}',
        fields: { DownstreamStatus: 404, RequestPath: "/api" },
      },
    ],
    [
      "Prometheus",
      'ts=2026-11-30T05:00:00.000Z caller=main.go:12 level=error msg="Failed to \\"read\\"" n=3',
      { level: "error", message: 'Failed to "read"', fields: { caller: "main.go:12", n: "3" } },
    ],
    [
      "a list in a field",
      '{"msg":"m","ids":["a",1],"none":null}',
      { level: "info", message: "m", fields: { ids: '["a",1]' } },
    ],
  ])("%s", (_, text, said) => {
    expect(parseLine(text)).toEqual(said);
  });

  test.each([
    ["NATS", "[1] 2026/11/30 05:00:00.000000 [WRN] slow consumer", "warn"],
    ["PostgreSQL", "2026-11-30 05:00:00.000 UTC [1] FATAL:  password authentication failed", "fatal"],
    ["PostgreSQL at peace", "2026-11-30 05:00:00.000 UTC [1] LOG:  checkpoint complete", "info"],
    ["OpenSearch", "[2026-11-30T05:00:00,000][ERROR][o.o.b.Bootstrap] no", "error"],
    ["QuestDB", "2026-11-30T05:00:00.000000Z C i.q.c.TableWriter cannot write", "fatal"],
    ["QuestDB in colours", "\u001b[32m2026-11-30T05:00:00.000000Z E i.q.c\u001b[0m no", "error"],
    ["SeaweedFS", "W1130 05:00:00.000000 volume.go:1 full", "warn"],
    ["Valkey", "1:M 30 Nov 2026 05:00:00.000 # WARNING Memory overcommit", "warn"],
    ["Valkey at peace", "1:M 30 Nov 2026 05:00:00.000 * Ready", "info"],
    ["nobody", "INFORMATION desk, errors: none, an ERRORLESS day", "info"],
    ["a stack", "    at Object.<anonymous> (/app/main.js:1)", "info"],
    ["a level far behind", `${"x ".repeat(60)}ERROR`, "info"],
  ])("%s has its level", (_, text, level) => {
    expect(parseLine(text).level).toBe(level);
  });
});

it("hides credentials in messages, in fields and in text, wherever they are", () => {
  const texts = [
    JSON.stringify({
      msg: `with ${credential}`,
      a: { b: [credential], password: "hunter2" },
      c: [{ token: "hunter2" }],
    }),
    `level=info msg="${credential}" password=hunter2`,
    `at postgres://risk:hunter2@postgres`,
    // an escape before it belongs to the line, not to the credential
    JSON.stringify({ msg: `x\n${credential}` }),
  ];
  for (const text of texts) expect(JSON.stringify(parseLine(text))).not.toMatch(/hunter2|cfgCFG/);
});

it("keeps little of what is endless", () => {
  const wide = Object.fromEntries(Array.from({ length: 200 }, (_, index) => [`f${index}`, "v".repeat(5000)]));
  const { fields, message } = parseLine(JSON.stringify({ msg: "m ".repeat(20_000), ...wide }));
  expect(Object.keys(fields)).toHaveLength(LIMITS.fields);
  expect(Object.values(fields).every((value) => String(value).length <= LIMITS.value)).toBe(true);
  expect(message).toHaveLength(LIMITS.message);
  const deep = `${'{"a":'.repeat(20_000)}1${"}".repeat(20_000)}`;
  expect(Object.values(parseLine(deep).fields)).toEqual(["[too deep]"]);
});

it("takes any text, and any object, for a line within its limits", () => {
  const within = (text: string): void => {
    const { level, message, fields } = parseLine(text);
    expect(logLevels).toContain(level);
    expect(message.length).toBeLessThanOrEqual(LIMITS.message);
    expect(Object.keys(fields).length).toBeLessThanOrEqual(LIMITS.fields);
    for (const name of Object.keys(fields)) {
      expect(name).toMatch(/^[\w@-]+(\.[\w@-]+)*…?$/);
      expect(name.length).toBeLessThanOrEqual(LIMITS.name);
    }
  };
  fc.assert(fc.property(fc.string(), within));
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (value) => within(JSON.stringify(value))),
  );
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.string(), fc.string())), (pairs) =>
      within(["level=warn", ...pairs.map(([name, value]) => `${name}=${JSON.stringify(value)}`)].join(" ")),
    ),
  );
});

it("orders levels", () => {
  expect(levelsFrom("error")).toEqual(["error", "fatal"]);
  fc.assert(
    fc.property(fc.constantFrom(...logLevels), fc.constantFrom(...logLevels), (level, floor) =>
      expect(isAtLeast(level, floor)).toBe(levelsFrom(floor).includes(level)),
    ),
  );
});
