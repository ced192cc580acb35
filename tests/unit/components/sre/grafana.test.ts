import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { grafana } from "../../../../components/sre/services";
import { leftOutCheck } from "../../../../cli/doctor/images";
import { UNKNOWN_HOST } from "../../../../model/host";
import { parseCpgs } from "../../../../model/lanes";
import { parseSettings } from "../../../../model/settings";
import type { ServiceSpec } from "../../../../model/service";
import { wire, type Wired } from "../../../../model/wiring";
import { platformWorkloads } from "../../../../stacks/catalogue";
import { loadPlan, ROOT } from "../../../../stacks/inputs";
import { rendered } from "../../../support/wired";
import { services } from "./dashboards/given";

const { wellKnown } = parseCpgs(readFileSync(join(ROOT, "configs/cpgs.yaml"), "utf8"));

function wired(others: readonly ServiceSpec[], raw: Readonly<Record<string, unknown>> = {}): Wired {
  const jobs = platformWorkloads.filter(({ kind }) => kind === "job");
  const found = wire([...others, ...jobs], parseSettings(raw), wellKnown).workloads.find(
    ({ spec }) => spec === grafana,
  );
  if (!found) throw new Error("grafana is not wired");
  return found;
}

const now = wired(services);
const ini = (of: Wired) =>
  Object.fromEntries(
    rendered(of, "grafana.ini")
      .split("\n\n")
      .map((section) => {
        const [head = "", ...lines] = section.trim().split("\n");
        return [head.slice(1, -1), Object.fromEntries(lines.map((line) => line.split(" = ")))];
      }),
  ) as Record<string, Record<string, string>>;
const pathsOf = (of: Wired) =>
  of.config.map(({ path }) => path).filter((path) => path.startsWith("dashboards/"));

it("lets in one user, whose password it reads from a file, and nobody else", () => {
  expect(ini(now)).toMatchObject({
    security: {
      admin_user: "operator",
      admin_password: "$__file{/run/secrets/operator-password}",
      secret_key: "$__file{/run/secrets/secret-key}",
      disable_gravatar: "true",
      cookie_secure: "true",
    },
    users: { allow_sign_up: "false", allow_org_create: "false" },
    "auth.anonymous": { enabled: "false" },
  });
  expect(rendered(now, "operator-password")).toBe("<grafana-operator:plain>");
  expect(rendered(now, "secret-key")).toBe("<grafana-secret-key:plain>");
  expect(Object.keys(now.env).filter((name) => name.startsWith("GF_"))).toEqual([]);
});

it("keeps what its data is locked with as long as the data", () => {
  const { credentials } = wire(platformWorkloads, parseSettings({}), wellKnown);
  const own = credentials.filter(({ id }) => id.startsWith("grafana-"));
  expect(own.map(({ id, protectsData }) => [id, protectsData])).toEqual([
    ["grafana-operator", true],
    ["grafana-secret-key", true],
  ]);
});

it("tells nobody about itself and takes nothing from outside", () => {
  expect(ini(now)).toMatchObject({
    analytics: { reporting_enabled: "false", check_for_updates: "false", check_for_plugin_updates: "false" },
    news: { news_feed_enabled: "false" },
    plugins: { preinstall_disabled: "true", plugin_admin_enabled: "false" },
    snapshots: { external_enabled: "false" },
  });
  expect(grafana).toMatchObject({ lanes: ["backend"] });
  expect(grafana.egress).toBeUndefined();
});

it("knows the address that browsers know", () => {
  expect(ini(now).server?.root_url).toBe("https://localhost:3000/");
  const elsewhere = wired(services, { hostNames: ["trade.example.com"], hostPorts: { grafana: 3300 } });
  expect(ini(elsewhere).server?.root_url).toBe("https://trade.example.com:3300/");
});

it("has its data sources: Prometheus, which the dashboards take, and Alertmanager, each by a login of its own", () => {
  const sources = (of: Wired) =>
    parse(rendered(of, "provisioning/datasources/trade2026.yaml")) as {
      apiVersion: number;
      datasources: Record<string, unknown>[];
    };
  expect(sources(now)).toMatchObject({
    apiVersion: 1,
    datasources: [
      {
        uid: "prometheus",
        type: "prometheus",
        url: "http://prometheus:9090",
        basicAuthUser: "grafana",
        secureJsonData: { basicAuthPassword: "$__file{/run/secrets/prometheus-password}" },
        isDefault: true,
        editable: false,
        jsonData: { timeInterval: "15s", alertmanagerUid: "alertmanager" },
      },
      { uid: "alertmanager", type: "alertmanager", url: "http://alertmanager:9093", editable: false },
    ],
  });
  expect(rendered(now, "prometheus-password")).toBe("<prometheus-grafana:plain>");
});

it("finds each dashboard in the folder that its provider looks at, as JSON, and the first one to show", () => {
  const { providers } = parse(rendered(now, "provisioning/dashboards/trade2026.yaml")) as {
    providers: { name: string; type: string; updateIntervalSeconds: number; options: { path: string } }[];
  };
  expect(providers.map(({ name, type }) => [name, type])).toEqual([
    ["platform", "file"],
    ["service", "file"],
  ]);
  for (const path of pathsOf(now)) {
    const provider = providers.find(({ options }) => `/etc/grafana/${path}`.startsWith(`${options.path}/`));
    const { uid } = JSON.parse(rendered(now, path)) as { uid: string };
    expect([path, provider !== undefined, path.endsWith(`/${uid}.json`)]).toEqual([path, true, true]);
  }
  const home = ini(now).dashboards?.default_home_dashboard_path ?? "";
  expect(pathsOf(now).map((path) => `/etc/grafana/${path}`)).toContain(home);
  expect(home).toMatch(/\/platform\/system-overview\.json$/);
});

it("goes on running when a dashboard changes, and begins anew when one comes or goes", () => {
  const restarts = (of: Wired) =>
    of.config.filter(({ onChange }) => onChange !== "reload").map(({ path, content }) => [path, content]);
  const higher = services.map((one) =>
    one.name === "risk" ? { ...one, slo: { availability: 99.99, latency: { p95: "1ms" as const } } } : one,
  );
  const changed = wired(higher);
  expect(rendered(changed, pathOf(changed, "risk"))).not.toBe(rendered(now, pathOf(now, "risk")));
  expect(restarts(changed)).toEqual(restarts(now));

  const fewer = wired(services.filter(({ name }) => name !== "welcome"));
  expect(restarts(fewer)).not.toEqual(restarts(now));
  // nothing of the folder that it looked at before is in the one that it looks at now
  expect(pathsOf(fewer).filter((path) => pathsOf(now).includes(path))).toEqual([]);
  expect(pathsOf(fewer).filter((path) => path.includes("welcome"))).toEqual([]);
});

function pathOf(of: Wired, service: string): string {
  return pathsOf(of).find((path) => path.endsWith(`/service-${service}.json`)) ?? "";
}

describe("its image", () => {
  const workloads = [
    ...platformWorkloads.filter(({ name }) => name !== "grafana"),
    { ...grafana, needs: [] },
  ];

  it("is the upstream one, of the version that the dashboards are for", () => {
    const { containers } = loadPlan(parseSettings({ images: "upstream" }), UNKNOWN_HOST, { workloads });
    expect(containers.find(({ name }) => name === "grafana")?.reference).toMatch(
      /^docker\.io\/grafana\/grafana:12\.\d+\.\d+/,
    );
  });

  it("is missing where images are built, and `doctor` says so and what to do", () => {
    const { containers, leftOut } = loadPlan(parseSettings({ images: "packages" }), UNKNOWN_HOST, {
      workloads,
    });
    expect(containers.filter(({ workload }) => workload === "grafana")).toEqual([]);
    const reason = leftOut.find(({ name }) => name === "grafana");
    if (!reason) throw new Error("grafana is not left out");
    expect(leftOutCheck(reason)).toMatchObject({
      about: "service grafana",
      state: "warning",
      found: expect.stringMatching(
        /left out: grafana cannot be built from package registries: .*Debian/,
      ) as string,
      fix: expect.stringContaining("imageOverrides.grafana=") as string,
    });
  });

  it("runs with an image of the operator's own, in that mode too", () => {
    const own = parseSettings({
      images: "packages",
      imageOverrides: { grafana: "registry.local/grafana:12.4" },
    });
    const { containers } = loadPlan(own, UNKNOWN_HOST, { workloads });
    expect(containers.find(({ name }) => name === "grafana")?.reference).toBe("registry.local/grafana:12.4");
  });
});
