import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { appearsWith, knownMetrics } from "../../../../../components/sre/dashboards";
import { metrics } from "../../../../../components/sre/dashboards/metrics";
import { createMetrics } from "../../../../../services/kit/metrics";
import { ROOT } from "../../../../../stacks/inputs";

/** In-house producers, and the folder whose code says the names. */
const FOLDERS = {
  authn: "authn",
  marketDataGateway: "market-data-gateway",
  normalizer: "normalizer",
  hotCache: "hot-cache",
  questdbWriter: "questdb-writer",
  logShipper: "log-shipper",
  oms: "oms",
  risk: "risk",
  exeq: "exeq",
  liveGateway: "live-gateway",
  prism: "prism",
  pnl: "pnl",
  liveUpdates: "live-updates",
} as const;

/** The metrics that the code of a folder declares, with the kind of each. */
function declaredIn(folder: string): ReadonlyMap<string, boolean> {
  const text = readdirSync(join(ROOT, "services", folder), { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith(".ts"))
    .map((path) => readFileSync(join(ROOT, "services", folder, path), "utf8"))
    .join("\n");
  const found = new Map<string, boolean>();
  for (const [, kind, name = ""] of text.matchAll(
    /new (Counter|Gauge|Histogram)\(\{\s*name: "([a-z0-9_]+)"/g,
  ))
    found.set(name, kind === "Histogram");
  // where a helper makes them
  for (const [, name = ""] of text.matchAll(/\b(?:counter|gauge)\(\s*"([a-z0-9_]+)"/g))
    found.set(name, false);
  return found;
}

it.each(Object.entries(FOLDERS))("%s measures what the dashboards ask it for", (producer, folder) => {
  const declared = declaredIn(`${folder}/src`);
  for (const entry of Object.values<string | { readonly bucket: string }>(
    metrics[producer as keyof typeof FOLDERS],
  )) {
    const name = typeof entry === "string" ? entry : entry.bucket.replace(/_bucket$/, "");
    expect([name, declared.get(name)]).toEqual([name, typeof entry !== "string"]);
  }
});

it("the kit measures what the dashboards ask every in-house service for", () => {
  const declared = declaredIn("kit");
  const process = createMetrics("a", "1")
    .getMetricsAsArray()
    .map(({ name }) => name);
  const families = Object.values<string | { readonly bucket: string }>(metrics.kit).map((entry) =>
    typeof entry === "string" ? entry : entry.bucket.replace(/_bucket$/, ""),
  );
  expect(families.filter((name) => !declared.has(name) && !process.includes(name))).toEqual([]);
});

it("names each metric once, but for the one that OPA and the kit share", () => {
  const all = Object.values(knownMetrics).flat();
  const twice = all.filter((name, index) => all.indexOf(name) !== index);
  expect(twice).toEqual(["_bucket", "_sum", "_count"].map((end) => `http_request_duration_seconds${end}`));
  expect(Object.keys(appearsWith).filter((name) => !all.includes(name))).toEqual([]);
});
