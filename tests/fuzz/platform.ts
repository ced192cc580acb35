import { join } from "node:path";
import { apiDocs } from "../../services/api-docs/src/service";
import { authn } from "../../services/authn/src/service";
import { engineExporter } from "../../services/engine-exporter/src/service";
import { exeq } from "../../services/exeq/src/service";
import { hotCache } from "../../services/hot-cache/src/service";
import type { ConfigFields } from "../../services/kit/config";
import { startService, type RunningService, type ServiceDefinition } from "../../services/kit/service";
import { liveGateway } from "../../services/live-gateway/src/service";
import { liveUpdates } from "../../services/live-updates/src/service";
import { logShipper } from "../../services/log-shipper/src/service";
import { marketDataGateway } from "../../services/market-data-gateway/src/service";
import { natsExporter } from "../../services/nats-exporter/src/service";
import { normalizer } from "../../services/normalizer/src/service";
import { oms } from "../../services/oms/src/service";
import { pnlService } from "../../services/pnl/src/service";
import { prism } from "../../services/prism/src/service";
import { questdbWriter } from "../../services/questdb-writer/src/service";
import { riskService } from "../../services/risk/src/service";
import { statusApi } from "../../services/status-api/src/service";
import { statusWeb } from "../../services/status-web/src/service";
import { welcome } from "../../services/welcome/src/service";
import { until } from "../harness/docker";
import { components, CREDENTIALS, sha256 } from "../services/status/given";
import { startStores, type Stores } from "./stores";

/** A password of everybody's: who may do what at the stores is proven elsewhere. */
const PASSWORD = "the-same-for-all-of-them";
/** The client of authn that the fuzzer is, and those that services are. Its own cannot be changed by an API. */
const CLIENTS = ["fuzz", "exeq", "live-updates"] as const;
/** Nobody listens there. */
const NOWHERE = "http://127.0.0.1:1";

/** Every in-house service with an HTTP server, in this process, and connected as on a platform. */
export interface Platform {
  /** In the order in which they are fuzzed: last those whose operations stop the others' work. */
  readonly services: readonly RunningService[];
  /** An access token of an admin for all accounts, as authn gives it. */
  readonly token: string;
  /** Name and password at the venue. */
  readonly venue: { readonly user: string; readonly password: string };
  readonly close: () => Promise<void>;
}

export async function startPlatform(): Promise<Platform> {
  const stores = await startStores();
  const started: RunningService[] = [];
  const close = async (): Promise<void> => {
    for (const service of [...started].reverse()) await service.stop();
    await stores.close();
  };
  try {
    const start = async <Fields extends ConfigFields>(
      definition: ServiceDefinition<Fields>,
      env: Readonly<Record<string, string>> = {},
    ): Promise<string> => {
      const service = await startService(definition, { ...common, ...env });
      started.push(service);
      return addressOf(service);
    };
    await startAll(stores, start);
    await Promise.all(started.map(becomeReady));
    const named = (name: string): RunningService => {
      const found = started.find((service) => service.name === name);
      if (!found) throw new Error(`${name} is not started`);
      return found;
    };
    const token = await tokenOf(addressOf(named("authn")));
    const venue = { user: "live-gateway", password: PASSWORD };
    await trade(addressOf(named("oms")), token);
    const stoppers = ["live-gateway", "risk", "authn"];
    const before = started.filter(({ name }) => !stoppers.includes(name));
    return { services: [...before, ...stoppers.map(named)], token, venue, close };
  } catch (error) {
    await close();
    throw error;
  }
}

const common = {
  HTTP_HOST: "127.0.0.1",
  HTTP_PORT: "0",
  LOG_LEVEL: "error",
  DRAIN_DELAY_MS: "0",
  // they end processes, and this one is everybody's
  WATCHDOG_STALL_MS: "0",
  WATCHDOG_UNHEALTHY_MS: "0",
};

type Start = <Fields extends ConfigFields>(
  definition: ServiceDefinition<Fields>,
  env?: Readonly<Record<string, string>>,
) => Promise<string>;

export const addressOf = ({ port }: RunningService): string => `http://127.0.0.1:${port}`;

async function startAll(stores: Stores, start: Start): Promise<void> {
  const { file } = stores;
  const password = file("password", PASSWORD);
  const any = (...names: readonly string[]): Record<string, string> =>
    Object.fromEntries(names.map((name) => [`${name}_PASSWORD_FILE`, password]));
  const nats = { NATS_URL: stores.nats, NATS_USERNAME: "fuzz", ...any("NATS") };
  const policy = { OPA_URL: stores.policy, ...any("OPA") };
  const state = {
    VALKEY_STATE_URL: stores.valkey,
    VALKEY_STATE_USERNAME: "default",
    ...any("VALKEY_STATE"),
  };
  const questdb = { QUESTDB_URL: stores.questdb, QUESTDB_USERNAME: "admin", ...any("QUESTDB") };
  const database = (name: keyof Stores["postgres"]) => ({
    POSTGRES_URL: stores.postgres[name],
    POSTGRES_USERNAME: "test",
    POSTGRES_PASSWORD_FILE: file("postgres", "test"),
  });
  const AUTHN_URL = await start(authn, {
    ...nats,
    ...database("authn"),
    OPA_URL: stores.policy,
    OPA_TOKEN_FILE: password,
    SEALING_KEY_FILE: password,
    CLIENTS_FILE: file(
      "clients",
      CLIENTS.map((id) => ({ id, sha256: sha256(PASSWORD), role: "admin", accounts: ["*"] })),
    ),
    LOGIN_URL: "https://localhost/api/auth/login",
    TOKEN_LIFE_SECONDS: "3600",
    ...any("ADMIN"),
  });
  const tokens = { AUTHN_URL };
  const HOT_CACHE_URL = await start(hotCache(), {
    ...nats,
    ...tokens,
    VALKEY_CACHE_URL: stores.valkey,
    VALKEY_CACHE_USERNAME: "default",
    ...any("VALKEY_CACHE"),
  });
  await start(marketDataGateway(), {
    ...nats,
    ...tokens,
    ...questdb,
    HOT_CACHE_URL,
    SIM_SESSIONS: "always",
    SIM_TICKS_PER_SECOND: "5",
  });
  await start(normalizer(), { ...nats, ...tokens, ...state });
  await start(questdbWriter, { ...nats, ...questdb });
  const PRISM_URL = await start(prism({ onFailure: rethrow }), {
    ...nats,
    USERS_FILE: file("users", `live-gateway:${sha256(PASSWORD)}\n`),
    DATA_DIR: join(stores.folder, "prism"),
  });
  const RISK_URL = await start(riskService(), { ...nats, ...tokens, ...state, ...policy });
  const OMS_URL = await start(oms(), { ...nats, ...tokens, ...state });
  await start(exeq(), { ...nats, ...tokens, ...state, OMS_URL, ...any("AUTHN") });
  const PNL_URL = await start(pnlService(), { ...nats, ...tokens, ...state });
  await start(liveUpdates(), { ...nats, ...tokens, OMS_URL, PNL_URL, RISK_URL, ...any("AUTHN") });
  await start(liveGateway(), {
    ...nats,
    ...tokens,
    ...policy,
    PRISM_URL,
    DATA_DIR: join(stores.folder, "live-gateway"),
    CONTROL_SOCKET: join(stores.folder, "control.sock"),
    ...any("PRISM"),
  });
  const STATUS_API_URL = await start(statusApi(), {
    ...tokens,
    ...database("status"),
    PROMETHEUS_URL: stores.prometheus,
    PROMETHEUS_USERNAME: "status-api",
    PROMETHEUS_PASSWORD_FILE: file("prometheus", CREDENTIALS.prometheus),
    COMPONENTS_FILE: file("components.json", components),
    CALLERS_FILE: file("callers.json", [{ id: "web", role: "viewer", sha256: sha256(PASSWORD) }]),
  });
  await start(statusWeb, { STATUS_API_URL, ...any("STATUS_API") });
  await start(apiDocs({ assets: { script: "//", stylesheet: "" } }), {
    SERVICES_FILE: file("services.json", [
      { name: "oms", title: "Orders", url: OMS_URL, path: "/api/orders" },
      { name: "risk", title: "Risk", url: RISK_URL, path: "/api/risk" },
      { name: "away", title: "Away", url: NOWHERE, path: "/api/away" },
    ]),
    PUBLIC_URL: "https://localhost",
  });
  await start(welcome, {
    ROUTES_FILE: file("routes.json", [{ title: "Orders", url: "/api/orders", kind: "api" }]),
  });
  await start(logShipper, {
    OPENSEARCH_URL: NOWHERE,
    OPENSEARCH_USERNAME: "fuzz",
    ENGINE_PROXY_URL: NOWHERE,
    ENGINE_PROXY_USERNAME: "fuzz",
    ...any("OPENSEARCH", "ENGINE_PROXY"),
    LOG_LEVEL: "error",
  });
  await start(natsExporter, { NATS_MONITOR_URL: NOWHERE });
  await start(engineExporter, {
    ENGINE_PROXY_URL: NOWHERE,
    ENGINE_PROXY_USERNAME: "fuzz",
    ...any("ENGINE_PROXY"),
  });
}

function rethrow(error: Error): never {
  throw error;
}

const becomeReady = (service: RunningService): Promise<unknown> =>
  until(
    `${service.name} to be ready`,
    60,
    async () => service.health.ready(),
    ({ status }) => status === "ok",
  );

async function tokenOf(authnUrl: string): Promise<string> {
  const response = await fetch(`${authnUrl}/token`, {
    method: "POST",
    body: new URLSearchParams({
      grant_type: "client_credentials",
      client_id: "fuzz",
      client_secret: PASSWORD,
    }),
  });
  if (!response.ok) throw new Error(`authn answers ${response.status}: ${await response.text()}`);
  return ((await response.json()) as { readonly access_token: string }).access_token;
}

/**
 * An order on its whole way, and one of an algorithm, so that there are fills, positions and plans to be read; and the
 * venue's feed, which waits for what has not happened yet, has a first event to end with.
 */
async function trade(omsUrl: string, token: string): Promise<void> {
  const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
  const send = async (more: object): Promise<Response> => {
    const order = { symbol: "BTCUSDT", side: "BUY", quantity: "0.01", order_type: "MARKET", ...more };
    return fetch(omsUrl, { method: "POST", headers, body: JSON.stringify(order) });
  };
  let [attempt, order_id] = [0, ""];
  await until(
    "an order to be accepted",
    30,
    async () => {
      const answer = await send({ client_order_id: `first-${++attempt}` });
      const body = (await answer.json()) as { readonly order_id?: string; readonly message?: string };
      order_id = body.order_id ?? "";
      return { status: answer.status, message: body.message };
    },
    // until it has heard a price, risk says no
    ({ status }) => status === 201,
  );
  await until(
    "it to be filled",
    30,
    async () => (await (await fetch(`${omsUrl}/${order_id}`, { headers })).json()) as { status: string },
    ({ status }) => status === "FILLED",
  );
  const algo = { name: "TWAP", duration_ms: 600_000, slices: 10 };
  const { status } = await send({ client_order_id: "first-twap", quantity: "0.1", algo });
  if (status !== 201) throw new Error(`the OMS answers ${status} to an order of an algorithm`);
}
