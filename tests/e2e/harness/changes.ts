import { cpSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { BuildContext } from "../../../components/core/images";
import type { Workload } from "../../../model/service";
import { bundleService } from "../../../services/build";
import { ROOT } from "../../../stacks/inputs";

/** A change that somebody makes to the platform's source, as a function of its declarations. */
export type ChangeName = "environment" | "probe" | "route" | "tool" | "source" | "release";

type Change = (workload: Workload) => Workload;
type Which = (workload: Workload) => boolean;

const named =
  (name: string): Which =>
  (workload) =>
    workload.name === name;
const isOurs: Which = (workload) => workload.kind === "service" && workload.image.kind === "inHouse";

const CHANGES: Readonly<Record<ChangeName, { readonly of: Which; readonly change: Change }>> = {
  environment: {
    of: named("welcome"),
    change: (welcome) => ({ ...welcome, env: { ...welcome.env, TITLE: "Changed by a test" } }),
  },
  probe: {
    of: named("opa"),
    change: (opa) =>
      opa.kind === "service"
        ? { ...opa, probe: { ...opa.probe, timing: { ...opa.probe.timing, interval: "7s" } } }
        : opa,
  },
  route: { of: named("opa"), change: (opa) => ({ ...opa, route: { path: "/api/decisions" } }) as Workload },
  tool: {
    of: named("welcome"),
    change: (welcome) =>
      ({
        ...welcome,
        tools: [
          { hostPort: 8431, port: "http", protocol: "http", login: "gateway", data: false, title: "A tool" },
        ],
      }) as Workload,
  },
  // Not a declaration: see changedBundle.
  source: { of: named("welcome"), change: (welcome) => welcome },
  // As a release of ours does it: every in-house service is replaced.
  release: {
    of: isOurs,
    change: (service) => ({ ...service, env: { ...service.env, E2E_RELEASE: "next" } }),
  },
};

export const isChange = (name: string): name is ChangeName => name in CHANGES;

/** The declarations with these changes made; needs of a changed workload point to the changed one. */
export function changedWorkloads(
  workloads: readonly Workload[],
  names: readonly ChangeName[],
): readonly Workload[] {
  const made = new Map<string, Workload>();
  const make = (workload: Workload): Workload => {
    const known = made.get(workload.name);
    if (known) return known;
    const rewired = {
      ...workload,
      needs: workload.needs.map((need) => ({ ...need, target: make(need.target) })),
    };
    const changed = names
      .map((name) => CHANGES[name])
      .reduce((one, { of, change }) => (of(one) ? change(one) : one), rewired as Workload);
    made.set(workload.name, changed);
    return changed;
  };
  return workloads.map(make);
}

const COPY = ".trade2026/e2e-source";

/** The landing page's bundle with one line of its source changed; the source itself stays as it is. */
export function changedBundle(unchanged: BuildContext): BuildContext {
  const copy = join(ROOT, COPY);
  rmSync(copy, { recursive: true, force: true });
  cpSync(join(ROOT, "services"), join(copy, "services"), { recursive: true });
  const file = join(copy, "services/welcome/src/pages.ts");
  const before = readFileSync(file, "utf8");
  const after = before.replace("This is what runs here.", "This is what a changed line says.");
  if (after === before) throw new Error(`${file} has no such line any more: choose another one to change`);
  writeFileSync(file, after);
  bundleService(copy, "welcome", join(ROOT, unchanged.context));
  rmSync(copy, { recursive: true, force: true });
  return unchanged;
}
