import { join } from "node:path";
import { parseSettings, type Settings } from "../../model/settings";
import { ROOT } from "../../stacks/inputs";

/** What the benchmarks make stands beside any other platform on this host: names, networks and ports of its own. */
export const PREFIX = "bench";
const SUBNETS = { frontend: "10.243.0.0/16", lowlatency: "10.244.0.0/16", backend: "10.245.0.0/16" };
export const PORTS = { http: 28080, https: 28443, "gateway-dashboard": 28081 };

/** State, passphrase and remembered settings of the measured stacks. */
export const HOME = join(ROOT, ".trade2026/bench");
/** What is kept from one run to the next: a Compose that was fetched. */
export const CACHE = join(ROOT, ".trade2026/cache");
/** Raw results, one file an engine: a run of one leaves the other's alone. */
export const RESULTS = join(ROOT, "tests/bench/results");
export const DOCUMENT = join(ROOT, "docs/benchmarks.md");

export const LABEL = `com.trade2026.stack=${PREFIX}`;
/** Names of ours on the engine, whoever made them: `bench-nats` of Pulumi, `bench-nats-1` and `bench_backend` of Compose. */
export const OURS = new RegExp(`^${PREFIX}[-_]`);

/** For a stack that publishes nothing. */
export function portlessSettings(): Settings {
  return parseSettings({ prefix: PREFIX, images: "packages", subnets: SUBNETS });
}

/** The same settings as a user types them. */
export const SETTINGS: readonly string[] = [
  `prefix=${PREFIX}`,
  "images=packages",
  ...Object.entries(SUBNETS).map(([lane, subnet]) => `subnets.${lane}=${subnet}`),
  "portOffset=21000",
  ...Object.entries(PORTS).map(([name, port]) => `hostPorts.${name}=${port}`),
].flatMap((setting) => ["--set", setting]);
