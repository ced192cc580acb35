import { questionOf, searchStored } from "../../../../cli/logs/search";
import type { LogQuery } from "../../../../cli/logs/query";
import type { Execution } from "../../../../cli/docker/exec";
import { searchBody, searchQuestion } from "../../../../services/log-shipper/src/search";

const QUERY: LogQuery = { services: [], lanes: [], capabilities: [], tail: 200 };
const record = (message: string, fields = {}) => ({
  ...{ time: "2026-11-30T05:00:00.000000000Z", service: "oms", capability: "trading", lanes: [] },
  ...{ stream: "stdout", level: "info", message, fields },
});
const answering =
  (done: Execution, asked: (readonly string[])[] = []) =>
  (command: readonly string[]): Promise<Execution> => {
    asked.push(command);
    return Promise.resolve(done);
  };
const ran = (stdout: string, code = 0, stderr = ""): Execution => ({ kind: "ran", code, stdout, stderr });

test.each<[Partial<LogQuery>, object]>([
  [{}, { services: [], lanes: [], capabilities: [], levels: [], size: 200 }],
  [
    {
      services: ["oms"],
      lanes: ["backend"],
      capabilities: ["trading"],
      level: "error",
      since: 5,
      until: 9,
      tail: Infinity,
    },
    {
      ...{ services: ["oms"], lanes: ["backend"], capabilities: ["trading"], levels: ["error", "fatal"] },
      ...{ since: 5, until: 9, size: 2000 },
    },
  ],
  [
    { grep: /x/u, tail: 0 },
    { services: [], lanes: [], capabilities: [], levels: [], size: 2000 },
  ],
])("%j is a question that the shipper takes", (query, question) => {
  const asked = questionOf("lost order", { ...QUERY, ...query });
  expect(asked).toEqual({ text: "lost order", ...question });
  expect(searchQuestion.parse(asked)).toEqual(asked);
});

it("is asked in the words of OpenSearch", () => {
  const question = searchQuestion.parse(
    questionOf("lost", { ...QUERY, services: ["oms"], level: "error", since: 0 }),
  );
  expect(searchBody(question)).toEqual({
    size: 200,
    sort: [{ "@timestamp": "desc" }],
    query: {
      bool: {
        should: [
          { simple_query_string: { query: "lost", fields: ["message"], default_operator: "and" } },
          { term: { fields: "lost" } },
        ],
        minimum_should_match: 1,
        filter: [
          { terms: { service: ["oms"] } },
          { terms: { level: ["error", "fatal"] } },
          { range: { "@timestamp": { gte: "1970-01-01T00:00:00.000Z" } } },
        ],
      },
    },
  });
});

it("finds records, and tries the pattern on messages and fields", async () => {
  const lines = [record("one"), record("two", { order_id: "o-1" }), record("three")];
  const out = ran(lines.map((line) => `${JSON.stringify(line)}\n`).join(""));
  const asked: (readonly string[])[] = [];
  expect(await searchStored(answering(out, asked), "x", QUERY)).toEqual(lines);
  expect([asked[0]?.[0], asked[0]?.slice(3, 5)]).toEqual(["node", ["/app/main.js", "search"]]);
  const matching = await searchStored(answering(out), "x", { ...QUERY, grep: /o-1|three/u, tail: 1 });
  expect(matching).toEqual(lines.slice(2));
});

test.each<[Execution, RegExp]>([
  [{ kind: "absent" }, /is not there .*--grep/],
  [{ kind: "idle", state: "exited" }, /does not run \(exited\).*--grep/],
  [{ kind: "timeout" }, /no answer within 45 s.*--grep/],
  [
    ran("", 1, "OpenSearch does not answer: connect ECONNREFUSED\n"),
    /failed: OpenSearch does not answer.*--grep/,
  ],
])("%j is said in one message, with the other way", async (done, message) => {
  await expect(searchStored(answering(done), "x", QUERY)).rejects.toThrow(message);
});
