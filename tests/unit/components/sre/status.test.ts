import { prometheus } from "../../../../components/sre/prometheus";
import { statusApi, statusDatabase, statusWeb } from "../../../../components/sre/status";
import { toolsConfig } from "../../../../components/gateway/tools";
import { parseComponents } from "../../../../services/status-api/src/components";
import { Callers } from "../../../../services/status-api/src/callers";
import { access } from "../../../../model/service";
import { registry, service, settings } from "../../../support/model";
import { rendered, wiredAmong } from "../../../support/wired";

const alertmanager = service({ name: "alertmanager", needs: [access(statusApi, { alerts: true })] });
const others = [statusWeb, prometheus, alertmanager];
const oms = service({ name: "oms", title: "Orders", lanes: ["lowlatency", "backend"], tier: "P0" });

it("has a component for every service, read again when one comes or goes", () => {
  const wired = wiredAmong(statusApi, [...others, oms]);
  const list = parseComponents(rendered(wired, "components.json"));
  expect(list.map(({ name }) => name)).toEqual([
    "status-api",
    "status-web",
    "prometheus",
    "alertmanager",
    "oms",
  ]);
  expect(list.at(-1)).toEqual({
    name: "oms",
    title: "Orders",
    lane: "lowlatency",
    tier: "P0",
    capability: "data",
  });
  expect(wired.config.map(({ path, onChange }) => [path, onChange])).toEqual([["components.json", "reload"]]);
  expect(rendered(wiredAmong(statusApi, others), "components.json")).not.toContain("oms");
});

it("knows its callers by the hash of their credential, and what each may", () => {
  const text = rendered(wiredAmong(statusApi, others), "callers.json");
  expect(JSON.parse(text)).toEqual([
    { id: "operator", role: "admin", sha256: "<status-api-operator:sha256>" },
    { id: "alertmanager", alerts: true, sha256: "<status-api-alertmanager:sha256>" },
    { id: "status-web", role: "viewer", sha256: "<status-api-status-web:sha256>" },
  ]);
  // the service reads what is written here
  expect(() => new Callers(text.replaceAll(/<[^>]+>/g, "0".repeat(64)))).not.toThrow();
});

it("hands its consumers address and credential, as a file", () => {
  const { env, secrets } = wiredAmong(alertmanager, [statusApi, statusWeb, prometheus]);
  expect(env).toMatchObject({
    STATUS_API_URL: "http://status-api:8431",
    STATUS_API_PASSWORD_FILE: "/run/secrets/status-api-password",
  });
  expect(secrets.map(({ path }) => path)).toEqual(["status-api-password"]);
});

it("asks Prometheus, by a login of its own", () => {
  expect(wiredAmong(statusApi, others).env).toMatchObject({
    PROMETHEUS_URL: "http://prometheus:9090",
    PROMETHEUS_USERNAME: "status-api",
    PROMETHEUS_PASSWORD_FILE: "/run/secrets/prometheus-password",
  });
});

it.each([
  ["private", "gateway", "viewer"],
  ["public", "none", "none"],
] as const)("%s: the tool's login is %s, the API's readers have the role %s", (statusPage, login, role) => {
  const own = settings({ statusPage });
  expect(wiredAmong(statusApi, others, { statusPage }).env.STATUS_PAGE).toBe(statusPage);
  const [tool] = statusWeb.tools;
  expect(typeof tool?.login === "function" && tool.login(own)).toBe(login);
  expect(typeof statusApi.route?.role === "function" && statusApi.route.role(own)).toBe(role);
  const { http } = toolsConfig({
    services: [statusApi, statusWeb],
    settings: own,
    wellKnown: registry.wellKnown,
  });
  const routers = http.routers as Record<string, { readonly middlewares: readonly string[] }>;
  expect(routers["port-8430"]?.middlewares.includes("login")).toBe(statusPage === "private");
});

it("stands on the backend lane alone: nothing of it goes out", () => {
  expect([statusApi, statusWeb, statusDatabase].map(({ lanes }) => lanes)).toEqual([
    ["backend"],
    ["backend"],
    ["backend"],
  ]);
});
