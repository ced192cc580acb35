import { resolveContent } from "../../model/secrets";
import type { Workload } from "../../model/service";
import { wire, type Wired } from "../../model/wiring";
import { registry, settings } from "./model";

/** A workload among others, as its `configure` sees them. */
export function wiredAmong(
  workload: Workload,
  others: readonly Workload[],
  raw: Readonly<Record<string, unknown>> = {},
): Wired {
  const found = wire([workload, ...others], settings(raw), registry.wellKnown).workloads.find(
    ({ spec }) => spec === workload,
  );
  if (!found) throw new Error(`${workload.name} is not wired`);
  return found;
}

/** A rendered file with `<credential:form>` in place of each secret. */
export function rendered({ config, secrets }: Wired, path: string): string {
  const file = [...config, ...secrets].find((one) => one.path === path);
  if (!file) throw new Error(`no file ${path}: ${[...config, ...secrets].map((one) => one.path).join(", ")}`);
  return resolveContent(file.content, ({ credential, form }) => `<${credential}:${form}>`);
}
