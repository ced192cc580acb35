import fc from "fast-check";
import type { HostPort } from "../../../model/plan";
import { hostPort, hostPortProblems, publishedTools, toolPortName } from "../../../model/ports";
import type { ToolSpec } from "../../../model/service";
import { registry, service, settings } from "../../support/model";

const { wellKnown } = registry;
const tool = (more: Partial<ToolSpec>): ToolSpec => ({
  hostPort: 8430,
  port: "http",
  protocol: "http",
  login: "gateway",
  data: false,
  title: "Tool",
  ...more,
});
const published = (name: string, host: number): HostPort => ({
  name,
  owner: "gateway",
  address: "127.0.0.1",
  host,
  container: 1,
});

describe("hostPort", () => {
  it.each([
    ["http", 80],
    ["https", 443],
    ["gateway-dashboard", 8080],
    ["port-8430", 8430],
  ])("%s is %d", (name, port) => {
    expect(hostPort(name, settings(), wellKnown)).toBe(port);
  });

  it("is the operator's own where there is one", () => {
    const own = settings({ hostPorts: { https: 8443, store: 15432, "port-8430": 9430 } });
    expect(["https", "store", "port-8430"].map((name) => hostPort(name, own, wellKnown))).toEqual([
      8443, 15432, 9430,
    ]);
  });

  it("refuses a name that nobody knows", () => {
    expect(() => hostPort("grafana", settings(), wellKnown)).toThrow('no host port is named "grafana"');
  });
});

it("names a tool's port by its entry in the registry, or by its number", () => {
  expect([toolPortName(tool({ hostPort: "store" })), toolPortName(tool({ hostPort: 8430 }))]).toEqual([
    "store",
    "port-8430",
  ]);
});

it("publishes data stores only on request", () => {
  const store = service({ name: "store", tools: [tool({ hostPort: "store", data: true })] });
  const board = service({ name: "board", tools: [tool({ hostPort: 8430 })] });
  const names = (exposeData: boolean): string[] =>
    publishedTools([store, board], settings({ exposeData })).map(({ service: { name } }) => name);
  expect(names(false)).toEqual(["board"]);
  expect(names(true)).toEqual(["store", "board"]);
});

describe("hostPortProblems", () => {
  it("says who has a port twice", () => {
    expect(
      hostPortProblems(
        [published("https", 443), published("store", 443)],
        settings({ hostPorts: { store: 443 } }),
        [],
      ),
    ).toEqual([
      {
        path: "trade2026:hostPorts.store",
        what: "is the port of https too",
        value: 443,
        allowed: "one owner each",
        fix: "pulumi config set --path trade2026:hostPorts.store <free port>",
      },
    ]);
  });

  it("says what on the host has a port already", () => {
    expect(
      hostPortProblems([published("http", 80)], settings(), [
        { port: 80, owner: "nginx" },
        { port: 81, owner: "other" },
      ]),
    ).toEqual([
      {
        path: "trade2026:hostPorts.http",
        what: "is in use on this host by nginx",
        value: 80,
        allowed: "a free port",
        fix: "pulumi config set --path trade2026:hostPorts.http <free port>",
      },
    ]);
  });

  it("finds the setting that moves a port which is not published", () => {
    expect(
      hostPortProblems(
        [published("http", 80), published("https", 443)],
        settings({ hostPorts: { htttps: 8443 } }),
        [],
      ),
    ).toEqual([
      {
        path: "trade2026:hostPorts.htttps",
        what: "names no port that this stack publishes",
        value: 8443,
        allowed: "http, https",
        fix: "pulumi config rm --path trade2026:hostPorts.htttps",
      },
    ]);
  });

  it("finds every port that somebody else has, and nothing in distinct ones", () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 12 }), { maxLength: 8 }),
        fc.array(fc.integer({ min: 1, max: 12 }), { maxLength: 4 }),
        (hosts, used) => {
          const ports = hosts.map((host, index) => published(`p${index}`, host));
          const problems = hostPortProblems(
            ports,
            settings(),
            used.map((port) => ({ port, owner: "other" })),
          );
          const expected =
            hosts.length - new Set(hosts).size + hosts.filter((host) => used.includes(host)).length;
          expect(problems).toHaveLength(expected);
        },
      ),
    );
  });
});
