import { joinTexts, secretRef, secretText, type SecretText } from "../../model/secrets";
import { access, type ConfigureContext, type Consumer, type ServiceSpec } from "../../model/service";
import { kitService } from "../core/kit-service";
import { postgresDatabase } from "../data/postgres";
import { authn } from "../trading/access";
import { prometheus } from "./prometheus";

export const statusDatabase = postgresDatabase("status", "Uptime, incidents and maintenance", "sre");

/**
 * How the platform is, was and will be. A need of it with `alerts: true` may post alerts to `/alerts`, one with a `role`
 * may do what users of that role may; both with the credential that the need hands over, as a bearer token. None of it
 * asks authn, so that the page goes on while nobody can log in.
 */
export const statusApi = kitService({
  name: "status-api",
  title: "Status API",
  capability: "sre",
  port: 8431,
  lanes: ["backend"],
  endpoint: { port: "http", scheme: "http", credentials: "perConsumer" },
  route: {
    path: "/api/status",
    role: ({ statusPage }) => (statusPage === "public" ? "none" : "viewer"),
    rate: { average: 20, burst: 60 },
  },
  needs: [prometheus, statusDatabase, authn],
  resources: { memory: "192MiB", cpus: 0.5 },
  tier: "P2",
  slo: { availability: 99.5, latency: { p95: "250ms" } },
  env: {
    COMPONENTS_FILE: "/etc/trade2026/components.json",
    CALLERS_FILE: "/run/secrets/callers.json",
    POSTGRES_URL: "postgres://postgres:5432/status",
    POSTGRES_USERNAME: "status-api",
    POSTGRES_PASSWORD_FILE: "/run/secrets/status-db-password",
  },
  configure: (context) => ({
    env: { STATUS_PAGE: context.settings.statusPage },
    config: [{ path: "components.json", content: components(context.services), onChange: "reload" }],
    secrets: [{ path: "callers.json", content: callers(context) }],
  }),
});

/** The page for people, at a port of the tools gateway: behind its login, or open to everybody. */
export const statusWeb = kitService({
  name: "status-web",
  title: "Status page",
  capability: "sre",
  port: 8430,
  lanes: ["backend"],
  tools: [
    {
      hostPort: 8430,
      port: "http",
      protocol: "http",
      login: ({ statusPage }) => (statusPage === "public" ? "none" : "gateway"),
      data: false,
      title: "Status page",
    },
  ],
  needs: [access(statusApi, { role: "viewer" })],
  resources: { memory: "192MiB", cpus: 0.5, precedence: "last" },
  tier: "P2",
  slo: { availability: 99.5, latency: { p95: "500ms" } },
});

/** Every service of the stack, by the first of its lanes. */
function components(services: readonly ServiceSpec[]): string {
  const list = services.map(({ name, title, lanes, tier, capability }) => ({
    name,
    title,
    lane: lanes[0] ?? "backend",
    tier,
    capability,
  }));
  return `${JSON.stringify(list, null, 2)}\n`;
}

/** Hashes of the credentials, and what each is good for. The operator's own opens and closes incidents without authn. */
function callers({ operator, consumers }: ConfigureContext): SecretText {
  const entries = [
    secretText`{"id":"operator","role":"admin","sha256":"${secretRef(operator, "sha256")}"}`,
    ...consumers.map(caller),
  ];
  return secretText`[${joinTexts(entries, ",")}]\n`;
}

function caller({ name, grant, credential }: Consumer): SecretText {
  const rights = [
    ...(typeof grant.role === "string" ? [`"role":${JSON.stringify(grant.role)},`] : []),
    ...(grant.alerts === true ? ['"alerts":true,'] : []),
  ].join("");
  return secretText`{"id":${JSON.stringify(name)},${rights}"sha256":"${secretRef(credential, "sha256")}"}`;
}
