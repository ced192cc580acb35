import fc from "fast-check";
import { startLevels, type Ordered } from "../../../model/order";

const item = (name: string, ...dependsOn: string[]): Ordered => ({ name, dependsOn });
const names = (levels: readonly (readonly Ordered[])[]): string[][] =>
  levels.map((level) => level.map(({ name }) => name));

it("puts each thing one level above the highest that it depends on", () => {
  expect(
    names(
      startLevels([
        item("api", "db", "bus"),
        item("db"),
        item("seed", "db"),
        item("bus"),
        item("ui", "api", "db"),
      ]),
    ),
  ).toEqual([["bus", "db"], ["api", "seed"], ["ui"]]);
});

it("has no levels without things", () => {
  expect(startLevels([])).toEqual([]);
});

it("names the circle, and what is not there", () => {
  expect(() => startLevels([item("a", "b"), item("b", "a")])).toThrow("no start order: a → b → a");
  expect(() => startLevels([item("a", "b")])).toThrow("no start order: a → b");
});

it("always starts what something depends on in an earlier level, and everything once", () => {
  // An edge only ever points to an earlier thing, so that there is no circle; the given order is then shuffled.
  const graph = fc
    .array(fc.array(fc.nat(30), { maxLength: 4 }), { maxLength: 30 })
    .map((edges) =>
      edges.map((targets, index) =>
        item(
          `n${index}`,
          ...new Set(targets.filter((target) => target < index).map((target) => `n${target}`)),
        ),
      ),
    );
  fc.assert(
    fc.property(
      graph.chain((items) =>
        fc.tuple(fc.constant(items), fc.shuffledSubarray(items, { minLength: items.length })),
      ),
      ([items, shuffled]) => {
        const levels = startLevels(shuffled);
        const level = new Map(levels.flatMap((row, index) => row.map(({ name }) => [name, index] as const)));
        expect([...level.keys()].sort()).toEqual(items.map(({ name }) => name).sort());
        for (const { name, dependsOn } of items) {
          for (const other of dependsOn) expect(level.get(other)).toBeLessThan(level.get(name) ?? -1);
        }
        // The order that they were given in does not matter.
        expect(names(levels)).toEqual(names(startLevels(items)));
      },
    ),
  );
});
