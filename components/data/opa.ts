import { httpProbe } from "../../model/probes";
import { joinTexts, secretRef, secretText, type Credential, type SecretText } from "../../model/secrets";
import { defineService, thirdParty, type ConfigureContext } from "../../model/service";
import { configFile } from "../core/config-file";

const POLICY_PATH = "/etc/opa/policy";

/**
 * Decides what changes: trading mode, limit overrides, admin acts. Denies by default; every caller has a token of
 * its own and may ask for the packages that its need grants (`packages`). Policies and callers are read again
 * when they change. A client must take anything but `result: true` as a denial.
 */
export const opa = defineService({
  name: "opa",
  title: "Open Policy Agent",
  capability: "data",
  image: thirdParty("opa"),
  lanes: ["lowlatency", "backend"],
  ports: { http: 8181 },
  entrypoint: ["/opa"],
  command: [
    ...["run", "--server", "--addr=0.0.0.0:8181", "--authentication=token", "--authorization=basic"],
    ...["--disable-telemetry", "--log-level=info", "--log-format=json", "--set=decision_logs.console=true"],
    ...["--shutdown-grace-period=5", "--watch", POLICY_PATH, "/run/secrets"],
  ],
  probe: httpProbe("/health"),
  metrics: { kind: "endpoint", port: "http", path: "/metrics" },
  endpoint: { port: "http", scheme: "http", credentials: "perConsumer" },
  tools: [
    { hostPort: "opa", port: "http", protocol: "http", login: "own", data: true, title: "Open Policy Agent" },
  ],
  resources: { memory: "128MiB", cpus: 0.5 },
  user: "1000:1000",
  configPath: POLICY_PATH,
  tier: "P0",
  gate: true,
  slo: { availability: 99.9 },
  configure: (context) => ({
    config: [
      { path: "authz.rego", content: configFile("opa/authz.rego"), onChange: "reload" },
      { path: "trading.rego", content: configFile("opa/trading.rego"), onChange: "reload" },
      {
        path: "deployment.json",
        content: `${JSON.stringify({ trade2026: { deployment: { trading_mode: context.settings.tradingMode } } })}\n`,
        onChange: "reload",
      },
    ],
    secrets: [{ path: "callers.json", content: callers(context) }],
  }),
});

/** Hashes of the callers' tokens, and the packages that each may ask for. */
function callers({ operator, consumers }: ConfigureContext): SecretText {
  const entry = ({ username }: Credential, packages: unknown): string =>
    JSON.stringify({ service: username, packages: Array.isArray(packages) ? packages : ["trade2026"] });
  const entries = [
    { credential: operator, packages: ["trade2026"] },
    ...consumers.map(({ credential, grant }) => ({ credential, packages: grant.packages })),
  ].map(
    ({ credential, packages }) =>
      secretText`"${secretRef(credential, "sha256")}": ${entry(credential, packages)}`,
  );
  return secretText`{"system": {"callers": {${joinTexts(entries, ", ")}}}}\n`;
}
