import { join } from "node:path";
import { ROOT } from "../../../stacks/inputs";

/**
 * `E2E_PLATFORM=prefix,home,port` runs chapters on a platform that is up already, for writing them: nothing of it is
 * brought up, changed by the harness, or removed. Chapters that do that themselves are not for it.
 */
const [prefix, home, port] = (process.env["E2E_PLATFORM"] ?? "").split(",");
export const BORROWED = prefix !== undefined && prefix !== "";

/** The platform under test: beside any other one on this host, with names, networks and ports of its own. */
export const PREFIX = BORROWED ? prefix : "t26e2e";
export const STACK = "dev";
export const SUBNETS = {
  frontend: "10.230.0.0/16",
  lowlatency: "10.231.0.0/16",
  backend: "10.232.0.0/16",
} as const;
export const GATEWAYS = { frontend: "10.230.0.1", lowlatency: "10.231.0.1", backend: "10.232.0.1" } as const;
export const PORTS = { http: 29080, https: BORROWED ? Number(port) : 29443, dashboard: 29081 } as const;
export const BASE = `https://localhost:${PORTS.https}`;
export const LABEL = `com.trade2026.stack=${PREFIX}`;
/** What the tests themselves make on the engine. */
export const TEST_LABEL = "com.trade2026.test=e2e";

/** State, passphrase and remembered settings of this platform alone. */
export const HOME = BORROWED ? (home ?? "") : join(ROOT, ".trade2026/e2e");
/** Notes of this run: what each command printed, and which chapter has got how far. */
export const NOTES = join(ROOT, ".trade2026/e2e-notes");

/** Tools: Prometheus at 29090. */
export const OFFSET = BORROWED ? 0 : 20_000;
/** Where the tests listen for what Alertmanager tells: a mail server and a webhook, on the host. */
export const HEARD_AT = BORROWED ? { smtp: 29125, webhook: 29126 } : { smtp: 29025, webhook: 29026 };
const hostAddress = BORROWED ? process.env["E2E_GATEWAY"] : GATEWAYS.frontend;
export const WEBHOOK_FILE = join(HOME, "webhook-url");
/** Who is told of alerts; the platform's containers find this host at the frontend lane's gateway. */
export const ALERTS = {
  email: {
    ...{ to: ["desk@example.org"], from: "trade2026@example.org" },
    ...{ smarthost: `${hostAddress}:${HEARD_AT.smtp}`, requireTls: false },
  },
  webhook: { urlFile: WEBHOOK_FILE },
} as const;
export const WEBHOOK_URL = `http://${hostAddress}:${HEARD_AT.webhook}/alerts`;

/** Its settings, as a user gives them once: the command remembers them. */
export const SETTINGS: readonly string[] = [
  `prefix=${PREFIX}`,
  ...Object.entries(SUBNETS).map(([lane, subnet]) => `subnets.${lane}=${subnet}`),
  `portOffset=${OFFSET}`,
  `alerts=${JSON.stringify(ALERTS)}`,
  `hostPorts.http=${PORTS.http}`,
  `hostPorts.https=${PORTS.https}`,
  `hostPorts.gateway-dashboard=${PORTS.dashboard}`,
].flatMap((setting) => ["--set", setting]);

/** Name on the engine of something in the plan. */
export const physical = (name: string): string => `${PREFIX}-${name}`;
