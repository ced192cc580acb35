import { createHash } from "node:crypto";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Incident, StatusPage } from "../../../services/contracts/status";
import { startService, type Caller, type RunningService, type Verify } from "../../../services/kit";
import { statusApi } from "../../../services/status-api/src/service";
import { until } from "../../harness/docker";
import type { Store } from "../stores";

type Values = Record<string, number>;

/** Metrics that a test sets, asked with Prometheus' query API. */
export interface Measurements {
  readonly url: string;
  /** By component. */
  readonly running: Values;
  readonly healthy: Values;
  readonly probe: Values;
  /** By `component/job`. */
  readonly up: Values;
  /** Answers every question with an error. */
  broken: boolean;
  readonly asked: string[];
  readonly close: () => void;
}

const METRICS = {
  container_running: "running",
  container_healthy: "healthy",
  probe_success: "probe",
  up: "up",
} as const;

/** Speaks as https://prometheus.io/docs/prometheus/latest/querying/api/#instant-queries has it. */
export async function startMeasurements(): Promise<Measurements> {
  const values = { running: {}, healthy: {}, probe: {}, up: {} } as Record<string, Values>;
  const server: Server = createServer((request, response) => {
    if (request.headers.authorization !== PROMETHEUS_LOGIN) {
      response.writeHead(401).end("Unauthorized");
      return;
    }
    const { pathname, searchParams } = new URL(request.url ?? "/", "http://prometheus");
    const query = searchParams.get("query") ?? "";
    measurements.asked.push(query);
    const metric = /^min by \([a-z, ]+\) \((\w+)\)$/.exec(query)?.[1] as keyof typeof METRICS | undefined;
    const found = pathname === "/api/v1/query" && metric ? values[METRICS[metric]] : undefined;
    response.setHeader("content-type", "application/json");
    if (!found || measurements.broken) {
      response.writeHead(measurements.broken ? 503 : 400);
      response.end(
        JSON.stringify({ status: "error", errorType: "bad_data", error: `no such query: ${query}` }),
      );
      return;
    }
    const result = Object.entries(found).map(([key, value]) => {
      const [service, job] = key.split("/");
      return { metric: { service, ...(job ? { job } : {}) }, value: [Date.now() / 1000, String(value)] };
    });
    response.end(JSON.stringify({ status: "success", data: { resultType: "vector", result } }));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const measurements: Measurements = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    ...(values as Pick<Measurements, "running" | "healthy" | "probe" | "up">),
    broken: false,
    asked: [],
    close: () => server.close(),
  };
  return measurements;
}

/** Tokens are `name/role`. */
const verify: Verify = (token) => {
  const [subject = "", role = "viewer"] = token.split("/");
  return Promise.resolve({ subject, kind: "user", role, accounts: ["*"] } as Caller);
};

export const CREDENTIALS = {
  operator: "of-the-operator",
  alertmanager: "of-alertmanager",
  web: "of-the-web",
  prometheus: "of-prometheus",
} as const;
const PROMETHEUS_LOGIN = `Basic ${Buffer.from(`status-api:${CREDENTIALS.prometheus}`).toString("base64")}`;
export const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");

const titles = { oms: "Orders", risk: "Risk checks", postgres: "PostgreSQL" } as const;
export const components = [
  { name: "oms", title: titles.oms, lane: "lowlatency", tier: "P0", capability: "trading" },
  { name: "risk", title: titles.risk, lane: "lowlatency", tier: "P0", capability: "trading" },
  { name: "postgres", title: titles.postgres, lane: "backend", tier: "P1", capability: "data" },
];

export interface Api {
  readonly base: string;
  readonly service: RunningService;
  /** The file of components, and of credentials. */
  readonly dir: string;
  readonly close: () => Promise<void>;
}

/** status-api in this process, on a real database. */
export async function startApi(
  postgres: Pick<Store, "port">,
  prometheus: string,
  more: Readonly<Record<string, string>> = {},
): Promise<Api> {
  const dir = mkdtempSync(join(tmpdir(), "t26-status-"));
  const file = (name: string, content: string): string => {
    writeFileSync(join(dir, name), content);
    return join(dir, name);
  };
  const callers = [
    { id: "operator", role: "admin", sha256: sha256(CREDENTIALS.operator) },
    { id: "status-web", role: "viewer", sha256: sha256(CREDENTIALS.web) },
    { id: "alertmanager", alerts: true, sha256: sha256(CREDENTIALS.alertmanager) },
  ];
  const service = await startService(statusApi({ verify }), {
    HTTP_HOST: "127.0.0.1",
    HTTP_PORT: "0",
    LOG_LEVEL: "error",
    DRAIN_DELAY_MS: "0",
    AUTHN_URL: "http://127.0.0.1:9",
    POSTGRES_URL: `postgres://127.0.0.1:${postgres.port}/test`,
    POSTGRES_USERNAME: "test",
    POSTGRES_PASSWORD_FILE: file("postgres", "test"),
    CALLERS_FILE: file("callers.json", JSON.stringify(callers)),
    COMPONENTS_FILE: file("components.json", JSON.stringify(components)),
    PROMETHEUS_URL: prometheus,
    PROMETHEUS_USERNAME: "status-api",
    PROMETHEUS_PASSWORD_FILE: file("prometheus", CREDENTIALS.prometheus),
    SAMPLE_MS: "200",
    ...more,
  });
  return {
    base: `http://127.0.0.1:${service.port}`,
    service,
    dir,
    close: async () => {
      await service.stop();
      rmSync(dir, { recursive: true });
    },
  };
}

export interface Answer {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}

export async function call(
  { base }: Pick<Api, "base">,
  method: string,
  path: string,
  options: {
    readonly token?: string;
    readonly body?: unknown;
    readonly headers?: Record<string, string>;
  } = {},
): Promise<Answer> {
  const { token, body, headers = {} } = options;
  const response = await fetch(`${base}${path}`, {
    method,
    headers: {
      ...headers,
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...(body === undefined ? {} : { "content-type": "application/json" }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, body: text === "" ? {} : (JSON.parse(text) as Answer["body"]) };
}

export async function pageOf(api: Pick<Api, "base">): Promise<StatusPage> {
  const { status, body } = await call(api, "GET", "/", { token: "x/viewer" });
  if (status !== 200) throw new Error(`GET /: ${status} ${JSON.stringify(body)}`);
  return body as unknown as StatusPage;
}

export async function statesOf(api: Pick<Api, "base">): Promise<Readonly<Record<string, string>>> {
  return Object.fromEntries((await pageOf(api)).components.map(({ name, state }) => [name, state]));
}

/** Until the page says this of these components. */
export function untilStates(
  api: Pick<Api, "base">,
  wanted: Readonly<Record<string, string>>,
): Promise<unknown> {
  return until(
    `states ${JSON.stringify(wanted)}`,
    15,
    () => statesOf(api),
    (states) => Object.entries(wanted).every(([name, state]) => states[name] === state),
    50,
  );
}

/** Everything is well, as far as it is measured. */
export function allWell({ running, healthy, probe, up }: Measurements): void {
  for (const { name } of components) {
    running[name] = 1;
    healthy[name] = 1;
  }
  probe.oms = 1;
  up["oms/oms"] = 1;
  up["risk/risk"] = 1;
  up["postgres/postgres-exporter"] = 1;
}

/** When the alerts of the tests began. */
export const STARTED = new Date(Date.now() - 600_000).toISOString();

/** An alert as Alertmanager posts it. */
export function alertOf(more: Readonly<Record<string, unknown>> = {}) {
  return {
    status: "firing",
    labels: { alertname: "ServiceDown", severity: "critical", service: "oms", instance: "172.21.0.9:8099" },
    annotations: { summary: "Orders do not answer", description: "for 1 minute" },
    startsAt: STARTED,
    endsAt: "0001-01-01T00:00:00Z",
    generatorURL: "http://prometheus:9090/graph",
    fingerprint: "f00d",
    ...more,
  };
}

export function postAlerts(
  api: Pick<Api, "base">,
  alerts: readonly unknown[],
  token: string = CREDENTIALS.alertmanager,
): Promise<Answer> {
  const body = {
    version: "4",
    groupKey: '{}:{alertname="ServiceDown"}',
    truncatedAlerts: 0,
    status: "firing",
    receiver: "status-page",
    groupLabels: { alertname: "ServiceDown" },
    commonLabels: {},
    commonAnnotations: {},
    externalURL: "http://alertmanager:9093",
    alerts,
  };
  return call(api, "POST", "/alerts", { token, body });
}

export async function incidentsOf(api: Pick<Api, "base">, state = "all"): Promise<readonly Incident[]> {
  const { body } = await call(api, "GET", `/incidents?state=${state}`, { token: "x/viewer" });
  return body.incidents as readonly Incident[];
}
