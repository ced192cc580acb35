import { compare, foreignProblem, type Inventory } from "../../../cli/up/leftovers";

const CONTAINER = "docker:index/container:Container";
const inventory: Inventory = {
  items: [
    { kind: "container", id: "c1", name: "t26-nats", state: "running" },
    { kind: "container", id: "c2", name: "t26-postgres", state: "running" },
    { kind: "network", id: "n1", name: "t26-backend" },
  ],
  dataVolumes: ["t26-nats-data"],
};
const state = [
  { type: CONTAINER, id: "c1", name: "nats" },
  { type: CONTAINER, id: "c2", name: "postgres" },
  { type: "docker:index/network:Network", id: "n1", name: "backend" },
  { type: "docker:index/volume:Volume", id: "t26-nats-data", name: "nats-data" },
];
const services = new Set(["nats", "postgres"]);

test("a platform that is as its state says has nothing left over", () => {
  expect(compare(inventory, state, services)).toEqual({ leftovers: [], unknownData: [], drifted: [] });
});

test("what no state knows is left over; its data is told apart", () => {
  expect(compare(inventory, [], services)).toEqual({
    leftovers: [
      { kind: "container", id: "c1", name: "t26-nats" },
      { kind: "container", id: "c2", name: "t26-postgres" },
      { kind: "network", id: "n1", name: "t26-backend" },
    ],
    unknownData: ["t26-nats-data"],
    drifted: [],
  });
});

test("a container that was made again under its name is a leftover, and its resource has drifted", () => {
  const again = {
    ...inventory,
    items: inventory.items.map((item) => (item.id === "c1" ? { ...item, id: "c9" } : item)),
  };
  const { leftovers, drifted } = compare(again, state, services);
  expect(leftovers.map(({ id }) => id)).toEqual(["c9"]);
  expect(drifted).toEqual(["nats"]);
});

test("a service that somebody stopped has drifted; a job that has ended has not", () => {
  const stopped = { ...inventory, items: inventory.items.map((item) => ({ ...item, state: "exited" })) };
  expect(compare(stopped, state, new Set(["nats"])).drifted).toEqual(["nats"]);
});

test("a lost network has drifted", () => {
  const lost = { ...inventory, items: inventory.items.filter(({ kind }) => kind !== "network") };
  expect(compare(lost, state, services).drifted).toEqual(["backend"]);
});

test("a load test that runs is left alone, one that has ended is left over", () => {
  const [nats, postgres, network] = inventory.items;
  const load = { kind: "container", id: "c7", name: "t26-load", role: "load" } as const;
  const beside = (state: string): Inventory => ({
    ...inventory,
    items: [nats, postgres, network, { ...load, state }].flatMap((item) => item ?? []),
  });
  expect(compare(beside("running"), state, services).leftovers).toEqual([]);
  expect(compare(beside("exited"), state, services).leftovers).toEqual([
    { kind: "container", id: "c7", name: "t26-load" },
  ]);
});

test("another checkout's platform is a problem with two ways out", () => {
  const problem = foreignProblem("t26", "dev", ["a", "b", "c", "d", "e", "f"]);
  expect(problem.allowed).toBe("a prefix that nothing here has (found a, b, c, d and 2 more)");
  expect(problem.fix).toContain("--set prefix=");
  expect(problem.fix).toContain("down --volumes --confirm dev");
});
