import { reachability } from "../../model/reachability";
import { REACH } from "../e2e/expected/reachability";
import { SERVICES } from "../e2e/expected/services";
import { realPlan } from "../support/platform";

/**
 * What the model derives from the lanes, against the tables that were written by hand for the end-to-end tests,
 * which probe the same from inside of every container.
 */
const plan = realPlan({ images: "packages" });
const services = plan.containers.filter(({ role }) => role === "service");

it("has the services, lanes and ports of the table", () => {
  const sorted = (ports: Readonly<Record<string, number>>): readonly number[] =>
    Object.values(ports).sort((a, b) => a - b);
  const derived = services.map(({ name, lanes, listens, loopback }) => [
    name,
    { lanes, ports: sorted(listens), loopback: sorted(loopback) },
  ]);
  expect(Object.fromEntries(derived)).toEqual(Object.fromEntries(SERVICES));
});

it.each(services.map(({ name }) => name))("reaches from %s what the table says, and nothing else", (from) => {
  const rows = reachability(plan, { outside: {} }).filter(
    (row) => row.from === from && !row.target.startsWith("host-"),
  );
  const loopback = new Set(
    [...SERVICES].flatMap(([name, { loopback: ports }]) => ports.map((port) => `${name}:${port}`)),
  );
  const derived = rows
    .filter(({ target }) => !loopback.has(target))
    .map(({ target, expected }) => [target, expected === "open"]);
  expect(derived.length).toBeGreaterThan(services.length);
  expect(derived).toEqual(
    derived.map(([target]) => [target, REACH.get(from)?.get(String(target).split(":")[0] ?? "")]),
  );
});
