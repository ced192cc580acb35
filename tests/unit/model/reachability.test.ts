import fc from "fast-check";
import { LANES, lanesOf, type LaneName } from "../../../model/lanes";
import type { Plan } from "../../../model/plan";
import { reachability, reached, reachInput, shareLane, type ReachRow } from "../../../model/reachability";
import { job, plan, registry, service } from "../../support/model";

const gateway = service({
  name: "gateway",
  lanes: ["frontend", "lowlatency", "backend"],
  ports: { https: 8443 },
  localPorts: { ping: 8082 },
  probe: {
    kind: "tcp",
    port: "ping",
    timing: { interval: "5s", timeout: "3s", retries: 3, startPeriod: "1s" },
  },
  publish: () => [{ name: "https", container: 8443 }],
});
const bus = service({ name: "bus", lanes: ["lowlatency"], ports: { http: 4222 } });
const db = service({ name: "db", ports: { http: 5432, admin: 5433 } });
const small = plan([gateway, bus, db, job({ name: "seed" })]);

const short = (rows: readonly ReachRow[]): string[] =>
  rows.map(({ from, target, expected }) => `${from} → ${target} ${expected}`);

it("has every ordered pair of service and port; jobs neither ask nor answer", () => {
  expect(
    short(reachability(small, { outside: {} }).filter(({ target }) => !target.startsWith("host-"))),
  ).toEqual([
    "bus → db:5432 closed",
    "bus → db:5433 closed",
    "bus → gateway:8443 open",
    "bus → gateway:8082 closed",
    "db → bus:4222 closed",
    "db → gateway:8443 open",
    "db → gateway:8082 closed",
    "gateway → bus:4222 open",
    "gateway → db:5432 open",
    "gateway → db:5433 open",
  ]);
});

it("knows that a gateway listens on its lanes to what it publishes, a tool's port say", () => {
  const tools = service({
    name: "tools",
    ports: {},
    probe: gateway.probe,
    localPorts: { ping: 8082 },
    publish: () => [{ name: "store", container: 5432 }],
  });
  expect(
    short(
      reachability(plan([tools, db]), { outside: {} }).filter(({ target }) => target.startsWith("tools:")),
    ),
  ).toEqual(["db → tools:5432 open", "db → tools:8082 closed"]);
});

it("asks for the published ports at every address of the host, where nobody may find them", () => {
  expect(
    reachability(small).filter(({ from, target }) => from === "bus" && target.startsWith("host-")),
  ).toEqual([
    { from: "bus", target: "host-frontend:443", kind: "tcp", address: "172.23.0.1:443", expected: "closed" },
    {
      from: "bus",
      target: "host-lowlatency:443",
      kind: "tcp",
      address: "172.22.0.1:443",
      expected: "closed",
    },
    { from: "bus", target: "host-backend:443", kind: "tcp", address: "172.21.0.1:443", expected: "closed" },
  ]);
});

it("says nothing about ports that are published on purpose to everybody", () => {
  const open: Plan = {
    ...small,
    hostPorts: small.hostPorts.map((port) => ({ ...port, address: "0.0.0.0" })),
  };
  expect(reachability(open).filter(({ target }) => target.startsWith("host-"))).toEqual([]);
});

it("knows that the host is a neighbour on each of a container's lanes", () => {
  const rows = reachability(small, { hostListeners: [2375] }).filter(({ target }) =>
    target.endsWith(":2375"),
  );
  expect(short(rows)).toEqual([
    "bus → host-lowlatency:2375 open",
    "db → host-backend:2375 open",
    "gateway → host-frontend:2375 open",
    "gateway → host-lowlatency:2375 open",
    "gateway → host-backend:2375 open",
  ]);
});

it("lets only frontend out, for names and for connections", () => {
  const rows = reachability(small).filter(({ target }) => target.startsWith("outside"));
  expect(rows.slice(0, 2)).toEqual([
    { from: "bus", target: "outside-dns", kind: "dns", address: "example.com", expected: "closed" },
    { from: "bus", target: "outside-tcp", kind: "tcp", address: "1.1.1.1:443", expected: "closed" },
  ]);
  expect(short(rows).slice(2)).toEqual([
    "db → outside-dns closed",
    "db → outside-tcp closed",
    "gateway → outside-dns open",
    "gateway → outside-tcp open",
  ]);
});

it("asks only for what the host itself can reach outside", () => {
  const rows = reachability(small, { outside: { tcp: "192.0.2.1:80" } }).filter(({ target }) =>
    target.startsWith("outside"),
  );
  expect(rows.map(({ from, address }) => `${from} ${address}`)).toEqual([
    "bus 192.0.2.1:80",
    "db 192.0.2.1:80",
    "gateway 192.0.2.1:80",
  ]);
});

it("is asked and answered in the toolbox's words", () => {
  expect(reachInput(reachability(small).filter(({ from }) => from === "gateway"))).toBe(
    `bus:4222 tcp bus:4222
db:5432 tcp db:5432
db:5433 tcp db:5433
host-frontend:443 tcp 172.23.0.1:443
host-lowlatency:443 tcp 172.22.0.1:443
host-backend:443 tcp 172.21.0.1:443
outside-dns dns example.com
outside-tcp tcp 1.1.1.1:443
`,
  );
  expect(["open", "resolved", "refused", "timeout", "unresolved", "unreachable"].map(reached)).toEqual([
    "open",
    "open",
    "closed",
    "closed",
    "closed",
    "closed",
  ]);
});

describe("for any lanes", () => {
  const lanes = fc.subarray([...LANES], { minLength: 1 });
  const base = plan([service({ name: "x" })]).containers.find(({ name }) => name === "x");
  const planOf = (members: readonly (readonly LaneName[])[]): Plan => ({
    ...small,
    lanes: lanesOf(registry, "trade2026", {}),
    hostPorts: [],
    containers: base
      ? members.map((own, index) => ({
          ...base,
          name: `s${index}`,
          lanes: own,
          listens: { a: 1000 + index },
        }))
      : [],
  });

  it("reaching is mutual, and means a common lane", () => {
    fc.assert(
      fc.property(fc.array(lanes, { minLength: 2, maxLength: 5 }), (members) => {
        const rows = reachability(planOf(members), { outside: {} });
        expect(rows).toHaveLength(members.length * (members.length - 1));
        const open = new Set(
          rows
            .filter(({ expected }) => expected === "open")
            .map(({ from, target }) => `${from} ${target.split(":")[0]}`),
        );
        members.forEach((a, i) =>
          members.forEach((b, j) => {
            if (i === j) return;
            expect(open.has(`s${i} s${j}`)).toBe(open.has(`s${j} s${i}`));
            expect(open.has(`s${i} s${j}`)).toBe(a.some((lane) => b.includes(lane)));
            expect(shareLane({ lanes: a }, { lanes: b })).toBe(shareLane({ lanes: b }, { lanes: a }));
          }),
        );
      }),
    );
  });

  it("questions are unique for each container, and names have no spaces", () => {
    fc.assert(
      fc.property(fc.array(lanes, { minLength: 1, maxLength: 5 }), (members) => {
        const rows = reachability(planOf(members), { hostListeners: [22] });
        expect(new Set(rows.map(({ from, target }) => `${from} ${target}`)).size).toBe(rows.length);
        expect(rows.filter(({ target }) => /\s/.test(target))).toEqual([]);
      }),
    );
  });
});
