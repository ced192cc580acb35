import { buildPlan } from "../../../model/build-plan";
import { UNKNOWN_HOST, type HostFacts } from "../../../model/host";
import { container, job, plan, planInput, problemsOf, service, settings } from "../../support/model";

const store = service({ name: "store" });
const seed = job({ name: "seed", needs: [store] });
const app = service({ name: "app", needs: [store, seed] });

describe("what an image mode cannot have", () => {
  const image = (name: string): ReturnType<Parameters<typeof buildPlan>[0]["image"]> =>
    name === "store"
      ? { missing: "store cannot be built: no recipe" }
      : { reference: `docker.io/test/${name}:1.0`, origin: "upstream" };

  it("is left out by name, with everything that needs it, whatever the order of declaration", () => {
    const user = service({ name: "user", needs: [app] });
    const leftOut = [
      { name: "user", reason: "needs app" },
      { name: "app", reason: "needs store" },
      { name: "seed", reason: "needs store" },
      { name: "store", reason: "store cannot be built: no recipe" },
    ];
    const rest = service({ name: "rest" });
    const first = plan([user, app, seed, rest, store], { image });
    expect(first.leftOut).toEqual(leftOut);
    expect(first.containers.map(({ name }) => name)).toEqual(["toolbox", "rest"]);
    expect(plan([store, seed, app, user, rest], { image }).leftOut).toEqual([...leftOut].reverse());
  });

  it("is there when the operator brings an image", () => {
    const own = plan([store], {
      image,
      settings: settings({ imageOverrides: { store: "example.com/store:2" } }),
    });
    expect(own.leftOut).toEqual([]);
    expect(container(own, "store").reference).toBe("example.com/store:2");
  });
});

describe("a job that ran before", () => {
  const attempt = (facts: Partial<HostFacts>): string | undefined =>
    container(plan([store, seed], { host: { ...UNKNOWN_HOST, ...facts } }), "seed").labels[
      "com.trade2026.attempt"
    ];

  it.each<[string, HostFacts["jobs"], string]>([
    ["is unknown", "unknown", "0"],
    ["was never there", [], "0"],
    ["is another platform's", [{ name: "other-seed", attempt: 7, exitCode: 1 }], "0"],
    ["went well", [{ name: "trade2026-seed", attempt: 2, exitCode: 0 }], "2"],
    [
      "failed, and is tried again as a new container",
      [{ name: "trade2026-seed", attempt: 2, exitCode: 1 }],
      "3",
    ],
  ])("%s", (_, jobs, expected) => {
    expect(attempt({ jobs })).toBe(expected);
  });
});

describe("a host that is in the way", () => {
  const gateway = service({ name: "gateway", publish: () => [{ name: "https", container: 8000 }] });
  const host: HostFacts = {
    ...UNKNOWN_HOST,
    subnets: [
      { subnet: "172.21.0.0/20", owner: "network other_default" },
      // The platform's own lanes, from an earlier `up`.
      { subnet: "172.22.0.0/16", owner: "trade2026" },
    ],
    listeners: [{ port: 443, owner: "another program" }],
  };

  it("is a problem for each thing that it has already, and its own lanes are none", () => {
    expect(problemsOf(() => plan([gateway], { host })).map(({ path, what }) => [path, what])).toEqual([
      ["trade2026:subnets.backend", "overlaps 172.21.0.0/20 of network other_default"],
      ["trade2026:hostPorts.https", "is in use on this host by another program"],
    ]);
  });

  it("does not matter to a stack that uses the lanes of another", () => {
    expect(problemsOf(() => plan([gateway], { host, lanes: "referenced" })).map(({ path }) => path)).toEqual([
      "trade2026:hostPorts.https",
    ]);
  });

  it("is not guessed at when it is unknown", () => {
    expect(plan([gateway], { host: UNKNOWN_HOST }).hostPorts).toHaveLength(1);
  });
});

it("refuses names that would mean two things, because they are made from others", () => {
  const config = (name: string): ReturnType<typeof service> =>
    service({ name, configure: () => ({ config: [{ path: "a", content: "b" }] }) });
  const secretive = service({
    name: "x",
    data: [{ name: "app-config", path: "/d", backup: { none: "a test" } }],
  });
  expect(
    problemsOf(() => plan([config("app"), service({ name: "app-config" }), secretive])).map(
      ({ path, what }) => `${path} ${what}`,
    ),
  ).toEqual([
    "container app-config belongs to app and to app-config",
    "volume app-config belongs to app and to x",
  ]);
});

it("reports every mistake in the services before anything is planned", () => {
  const input = planInput([
    service({ name: "Bad" }),
    service({ name: "a", needs: [service({ name: "ghost" })], route: { path: "/x", port: "none" } }),
    service({ name: "b", egress: "exchange" }),
  ]);
  expect(problemsOf(() => buildPlan(input)).map(({ path, what }) => `${path} ${what}`)).toEqual([
    "service Bad is not a DNS label",
    "service a: needs ghost is not part of the platform",
    "service a: route names a port that the service does not have",
    "service b: egress needs the frontend lane: nothing else has a route out",
  ]);
});
