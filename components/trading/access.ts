import { LOAD_CLIENT } from "../../model/load/client";
import { gatewayUrl } from "../../model/ports";
import { joinTexts, secretRef, secretText, type SecretText } from "../../model/secrets";
import { access, type ConfigureContext } from "../../model/service";
import { nats } from "../data/nats";
import { busGrant } from "../data/nats-grants";
import { natsStreams } from "../data/setup";
import { opa } from "../data/opa";
import { postgresDatabase } from "../data/postgres";
import { tradingService } from "./api";

export const authnDatabase = postgresDatabase("authn", "Users and signing keys", "trading");

/**
 * Users, service clients and their tokens. A need of it with a `role` (and `accounts`) makes a client that gets tokens
 * of that role; one without only learns where the keys are.
 */
export const authn = tradingService({
  name: "authn",
  title: "Authentication",
  port: 8114,
  lanes: ["lowlatency", "backend"],
  route: { path: "/api/auth", rate: { average: 20, burst: 60 } },
  endpoint: { port: "http", scheme: "http", credentials: "perConsumer" },
  sessions: { path: "/forward" },
  needs: [
    access(nats, busGrant("authn", { publishes: ["audit.authn.*"] })),
    access(opa, { packages: ["trade2026"] }),
    natsStreams,
    authnDatabase,
  ],
  // Argon2 takes 19 MiB for each login that is under way.
  resources: { memory: "384MiB", cpus: 1 },
  tier: "P0",
  slo: { availability: 99.9, latency: { p95: "500ms" } },
  env: {
    CLIENTS_FILE: "/run/secrets/clients.json",
    POSTGRES_URL: "postgres://postgres:5432/authn",
    POSTGRES_USERNAME: "authn",
    POSTGRES_PASSWORD_FILE: "/run/secrets/authn-db-password",
    OPA_TOKEN_FILE: "/run/secrets/opa-password",
    ADMIN_PASSWORD_FILE: "/run/secrets/admin-password",
    SEALING_KEY_FILE: "/run/secrets/sealing-key",
  },
  configure: (context) => {
    const { settings, wellKnown } = context;
    const admin = context.own("admin", "Login of the first user, admin");
    const seal = context.own("sealing-key", "Authentication: seals the signing keys in the database", {
      protectsData: true,
    });
    return {
      env: {
        LOGIN_URL: `${gatewayUrl(settings, wellKnown)}/api/auth/login`,
        HOSTS: [...settings.hostNames, settings.bindAddress].join(","),
      },
      secrets: [
        { path: "clients.json", content: clients(context) },
        { path: "admin-password", content: secretText`${secretRef(admin)}` },
        { path: "sealing-key", content: secretText`${secretRef(seal)}` },
      ],
    };
  },
});

function clients(context: ConfigureContext): SecretText {
  const services = context.consumers
    .filter(({ grant }) => typeof grant.role === "string")
    .map(({ name, grant: { role, accounts = ["*"] }, credential }) => ({
      id: name,
      role,
      accounts,
      credential,
    }));
  const entries = [...services, ...loadTests(context)].map(
    ({ id, role, accounts, credential }) =>
      secretText`{"id":${JSON.stringify(id)},"role":${JSON.stringify(role)},"accounts":${JSON.stringify(accounts)},"sha256":"${secretRef(credential, "sha256")}"}`,
  );
  return secretText`[${joinTexts(entries, ",")}]\n`;
}

/** Load tests are no workload: who runs one reads the secret out of the state. Off paper nobody is let in as them. */
function loadTests({ settings, own }: ConfigureContext) {
  if (settings.tradingMode !== "paper") return [];
  const { id, role, account } = LOAD_CLIENT;
  const credential = own(id, "Authentication: load tests, which trade in the account load");
  return [{ id, role, accounts: [account], credential }];
}
