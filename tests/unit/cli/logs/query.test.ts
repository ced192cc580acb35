import { isAsked, parseQuery, type LogsOptions, type Speaker } from "../../../../cli/logs/query";
import { ProblemsError } from "../../../../model/problems";

const speaker = (name: string, capability: string, ...lanes: readonly string[]): Speaker => ({
  name,
  role: "service",
  capability,
  lanes,
});
const SPEAKERS = [
  speaker("nats", "data", "lowlatency"),
  speaker("oms", "trading", "backend", "lowlatency"),
  speaker("ca", "gateway"),
];
const DEFAULTS: LogsOptions = { follow: false, tail: "200", lane: [], capability: [], json: false };
const NOW = 1_000_500;
const query = (options: Partial<LogsOptions> = {}, services: readonly string[] = []) =>
  parseQuery(services, { ...DEFAULTS, ...options }, SPEAKERS, NOW);
const problems = (options: Partial<LogsOptions>, services: readonly string[] = []): readonly string[] => {
  try {
    query(options, services);
    return [];
  } catch (error) {
    if (!(error instanceof ProblemsError)) throw error;
    return error.problems.map(({ path, what }) => `${path} ${what}`);
  }
};

test.each([
  ["30s", 970],
  ["10m", 400],
  ["1970-01-01T00:05:00Z", 300],
])("--since %s", (since, seconds) => {
  expect(query({ since }).since).toBe(seconds);
});

it("is what was written", () => {
  expect(query()).toEqual({ services: [], lanes: [], capabilities: [], tail: 200 });
  expect(
    query({ tail: "all", since: "1m", until: "30s", level: "warn", grep: "a|b", lane: ["backend"] }, ["oms"]),
  ).toEqual({
    ...{ services: ["oms"], lanes: ["backend"], capabilities: [], tail: Infinity },
    ...{ since: 940, until: 970, level: "warn", grep: /a|b/u },
  });
});

test.each<[Partial<LogsOptions>, readonly string[], readonly string[]]>([
  [{ since: "soon" }, [], ["--since is no time"]],
  [{ until: "5x" }, [], ["--until is no time"]],
  [{ since: "1m", until: "2m" }, [], ["--until is before --since"]],
  [{ level: "loud" }, [], ["--level is no level"]],
  [{ grep: "(" }, [], ["--grep is no regular expression"]],
  [{ lane: ["fast"] }, [], ["--lane has no containers"]],
  [{ capability: ["gpu"] }, [], ["--capability has no containers"]],
  [{}, ["redis"], ["service has no container"]],
  [{ follow: true, until: "1m" }, [], ["--follow does not go with --until"]],
  [{ follow: true, search: "x" }, [], ["--follow does not go with --search"]],
  [{ search: " " }, [], ["--search is empty"]],
  [
    { level: "loud", grep: "(", since: "soon" },
    ["redis"],
    [
      ...[
        "service has no container",
        "--since is no time",
        "--level is no level",
        "--grep is no regular expression",
      ],
    ],
  ],
])("%j of %j: %j", (options, services, said) => {
  expect(problems(options, services)).toEqual(said);
});

it("says that nothing is up, and what there is", () => {
  expect(() => parseQuery([], DEFAULTS, [], NOW)).toThrow(/the platform is not up[^]*fix: +\.\/trade2026 up/);
  expect(() => query({}, ["redis"])).toThrow(/value: +"redis"\n +allowed: nats, oms, ca/);
  expect(() => query({ lane: ["fast"] })).toThrow(/allowed: backend, lowlatency/);
});

test.each<[Partial<LogsOptions>, readonly string[], readonly string[]]>([
  [{}, [], ["nats", "oms", "ca"]],
  [{}, ["oms", "ca"], ["oms", "ca"]],
  [{ lane: ["lowlatency"] }, [], ["nats", "oms"]],
  [{ lane: ["backend", "lowlatency"], capability: ["trading", "gateway"] }, [], ["oms"]],
  [{ lane: ["backend"] }, ["nats"], []],
])("%j of %j asks for %j", (options, services, names) => {
  const asked = query(options, services);
  expect(SPEAKERS.filter((one) => isAsked(asked, one)).map(({ name }) => name)).toEqual(names);
});
