import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { prometheus } from "../../../../components/sre/prometheus";
import { busGrant } from "../../../../components/data/nats-grants";
import { nats } from "../../../../components/data/nats";
import { httpProbe } from "../../../../model/probes";
import { access, defineService, inHouse, type ServiceSpec } from "../../../../model/service";
import { platformWorkloads } from "../../../../stacks/catalogue";
import { parseCpgs } from "../../../../model/lanes";
import { parseSettings } from "../../../../model/settings";
import { wire, type Wired } from "../../../../model/wiring";
import { ROOT } from "../../../../stacks/inputs";
import { rendered } from "../../../support/wired";

interface ScrapeConfig {
  readonly job_name: string;
  readonly metrics_path: string;
  readonly honor_labels?: boolean;
  readonly basic_auth?: { readonly username: string; readonly password_file: string };
  readonly static_configs: readonly {
    readonly targets: readonly string[];
    readonly labels: Readonly<Record<string, string>>;
  }[];
}

const services = platformWorkloads.filter((workload): workload is ServiceSpec => workload.kind === "service");
const { wellKnown } = parseCpgs(readFileSync(join(ROOT, "configs/cpgs.yaml"), "utf8"));

function wired(more: readonly ServiceSpec[] = []): Wired {
  const { workloads } = wire([...platformWorkloads, ...more], parseSettings({}), wellKnown);
  const found = workloads.find(({ spec }) => spec === prometheus);
  if (!found) throw new Error("the platform has no Prometheus");
  return found;
}
const file = (name: string, more: readonly ServiceSpec[] = []): string => rendered(wired(more), name);
const scrapes = (more: readonly ServiceSpec[] = []): readonly ScrapeConfig[] =>
  (parse(file("prometheus.yml", more)) as { readonly scrape_configs: readonly ScrapeConfig[] })
    .scrape_configs;
const labelsIn = (configs: readonly ScrapeConfig[]): readonly Readonly<Record<string, string>>[] =>
  configs.flatMap(({ static_configs }) => static_configs.map(({ labels }) => labels));

it("asks every service that has numbers, itself or by its exporter, and says whose they are", () => {
  const measured = labelsIn(scrapes().filter(({ job_name }) => job_name !== "blackbox"));
  const expected = services.filter(({ metrics }) => metrics.kind !== "none").map(({ name }) => name);
  expect(measured.map(({ service }) => service).sort()).toEqual(expected.sort());
  for (const labels of measured) {
    const spec = services.find(({ name }) => name === labels.service);
    if (spec?.metrics.kind === "endpoint" && spec.metrics.ofOthers) continue;
    expect(labels).toMatchObject({ capability: spec?.capability, tier: spec?.tier, lane: spec?.lanes[0] });
  }
});

it("asks each at its port and path; both Valkeys by one exporter", () => {
  const of = (job: string) => scrapes().find(({ job_name }) => job_name === job);
  expect(of("oms")).toEqual({
    job_name: "oms",
    metrics_path: "/metrics",
    static_configs: [
      {
        targets: ["oms:8099"],
        labels: { service: "oms", capability: "trading", tier: "P0", lane: "lowlatency" },
      },
    ],
  });
  expect(of("valkey-exporter")?.metrics_path).toBe("/scrape");
  expect(
    of("valkey-exporter")?.static_configs.map(({ labels }) => [labels.service, labels.__param_target]),
  ).toEqual([
    ["valkey-state", expect.stringContaining("@valkey-state:6379") as string],
    ["valkey-cache", expect.stringContaining("@valkey-cache:6379") as string],
  ]);
});

it("logs in where it must, by files alone", () => {
  const logins = scrapes().flatMap(({ job_name, basic_auth }) =>
    basic_auth ? [[job_name, basic_auth]] : [],
  );
  expect(Object.fromEntries(logins)).toEqual({
    prometheus: { username: "self", password_file: "/run/secrets/self-password" },
    alertmanager: { username: "prometheus", password_file: "/run/secrets/alertmanager-password" },
  });
  const paths = wired().secrets.map(({ path }) => path);
  expect(paths).toEqual(
    expect.arrayContaining(["web.yml", "probe-login", "self-password", "alertmanager-password"]),
  );
});

it("probes every route through the gateway", () => {
  const probes = scrapes().find(({ job_name }) => job_name === "blackbox")?.static_configs ?? [];
  const routed = services.filter(({ route }) => route);
  expect(probes.map(({ labels }) => labels.route).sort()).toEqual(
    routed.map(({ route }) => route?.path).sort(),
  );
  expect(probes.map(({ targets }) => targets[0])).toEqual(
    expect.arrayContaining([
      "https://gateway:8443/",
      "https://gateway:8443/ws/health",
      "https://gateway:8443/api/orders/health",
    ]),
  );
});

describe("a service that is declared with nothing but its spec", () => {
  const quotes = defineService({
    name: "quotes",
    title: "Quotes",
    capability: "trading",
    image: inHouse("quotes"),
    lanes: ["lowlatency"],
    ports: { http: 8123 },
    probe: httpProbe("/health/ready"),
    metrics: { kind: "endpoint", port: "http", path: "/metrics" },
    route: { path: "/api/quotes", role: "viewer" },
    needs: [access(nats, busGrant("quotes", { hears: ["market.tick.*"] }))],
    resources: { memory: "128MiB", cpus: 0.5 },
    user: "65532:65532",
    tier: "P1",
    slo: { availability: 99.5, latency: { p95: "50ms" } },
  });

  it("is asked, probed, recorded, promised and watched", () => {
    expect(labelsIn(scrapes([quotes])).filter(({ service }) => service === "quotes")).toEqual([
      { service: "quotes", capability: "trading", tier: "P1", lane: "lowlatency" },
      { service: "quotes", capability: "trading", tier: "P1", lane: "lowlatency", route: "/api/quotes" },
    ]);
    const recordings = file("recordings.yml", [quotes]);
    expect(recordings).toContain(
      'min(up{job="quotes",service="quotes"} or container_healthy{service="quotes"})',
    );
    expect(recordings).toContain('avg_over_time(service:available:1m{service="quotes"}[1h])');
    const alerts = parse(file("alerts.yml", [quotes])) as {
      readonly groups: readonly {
        readonly name: string;
        readonly rules: readonly { readonly alert: string }[];
      }[];
    };
    const names = alerts.groups
      .find(({ name }) => name === "service-quotes")
      ?.rules.map(({ alert }) => alert);
    expect(names).toEqual(
      expect.arrayContaining([
        "ServiceDown",
        "RouteUnreachable",
        "HighErrorRate",
        "MemoryCritical",
        "ErrorBudgetBurnsFast",
      ]),
    );
  });

  it("leaves no trace when it goes", () => {
    for (const name of ["prometheus.yml", "recordings.yml", "alerts.yml"])
      expect([name, file(name).includes('quotes"')]).toEqual([name, false]);
  });
});
