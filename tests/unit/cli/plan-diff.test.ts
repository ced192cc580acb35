import { diffMarkdown, diffText } from "../../../cli/ui/plan-diff";
import { styleFor } from "../../../cli/ui/style";
import { diffPlans } from "../../../model/diff";
import type { Plan } from "../../../model/plan";
import { settings, storePlan, withContainer } from "../model/small-plan";

const plain = styleFor({}, {});
const diff = (head: Plan): ReturnType<typeof diffPlans> =>
  diffPlans({ format: 1, plan: storePlan, builds: {} }, { format: 1, plan: head, builds: {} });

test("no change is one line", () => {
  expect(diffText(diff(storePlan), plain)).toEqual(["No change of the platform."]);
  expect(diffMarkdown(diff(storePlan)).at(-1)).toBe("No change of the platform.");
});

test("a restart, for a terminal", () => {
  const head = withContainer(storePlan, "store", { env: { MODE: "secret-looking", SIZE: "1" } });
  expect(diffText(diff(head), plain)).toEqual([
    "",
    "Replaced containers (they stop and start)",
    "  store: environment MODE",
    "",
    "1 service would restart; no data is touched.",
  ]);
});

test("a stateful change and a trading mode stand first in a comment, and names are not read as Markdown", () => {
  const head = { ...storePlan, volumes: [], settings: settings({ tradingMode: "live" }) };
  const text = diffMarkdown(diff(withContainer(head, "store", { env: { A_B: "1" } }))).join("\n");
  expect(text.indexOf("Something with state")).toBeLessThan(text.indexOf("Trading mode: paper → live"));
  expect(text).toContain("> - The data volume store-data of store leaves the program");
  expect(text).toContain("environment A\\_B, MODE, SIZE");
});

test("a lane says what of it changes", () => {
  const head = { ...storePlan, lanes: storePlan.lanes.map((lane) => ({ ...lane, bridge: "t26-1" })) };
  expect(diffText(diff(head), plain)).toContain("  backend: bridge trade2026-back → t26-1");
});
