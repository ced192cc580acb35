import { readFileSync } from "node:fs";
import { join } from "node:path";
import { namedAlerts, severityOf } from "../../../../docs/alerts";
import { parseSettings } from "../../../../model/settings";
import type { ServiceSpec } from "../../../../model/service";
import { workloadsOf } from "../../../../stacks/catalogue";
import { ROOT } from "../../../../stacks/inputs";
import { WAVES } from "../../../e2e/watching/faults/waves";

/** `docs/operations/provoked.md` says of each alert that somebody is told of whether it was seen on a platform. */
describe("what has been provoked", () => {
  const text = readFileSync(join(ROOT, "docs/operations/provoked.md"), "utf8");
  const [provoked = "", notProvoked = ""] = text.split("\n## Not provoked\n");
  const rows = (part: string): readonly string[] =>
    [...part.matchAll(/^\| `(\w+)`/gm)].map(([, name = ""]) => name);
  const services = workloadsOf(parseSettings({})).filter(
    (workload): workload is ServiceSpec => workload.kind === "service",
  );
  const told = namedAlerts(services).filter((alert) => severityOf(alert) !== "info");
  const critical = told.filter((alert) => severityOf(alert) !== "warning").map(({ name }) => name);

  it("has a row for every critical alert and every warning", () =>
    expect([...rows(provoked), ...rows(notProvoked)].sort()).toEqual(told.map(({ name }) => name).sort()));

  it("calls provoked only what there is a fault for", () => {
    const faults = Object.values(WAVES).flatMap((wave) =>
      wave.flatMap(({ tells }) => tells.map(([alert]) => alert)),
    );
    expect(rows(provoked).filter((name) => !faults.includes(name))).toEqual([]);
  });

  it("counts them as the page of the alerts does", () => {
    const done = rows(provoked);
    const page = readFileSync(join(ROOT, "docs/operations/alerts.md"), "utf8").replace(/\s+/g, " ");
    expect(page).toContain(
      `[${done.length} alerts are provoked](provoked.md), ${done.filter((name) => critical.includes(name)).length} of the ${critical.length} critical ones`,
    );
  });
});
