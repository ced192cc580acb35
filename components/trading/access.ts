import { joinTexts, secretRef, secretText, type SecretText } from "../../model/secrets";
import { access, type ConfigureContext } from "../../model/service";
import { nats } from "../data/nats";
import { busGrant } from "../data/nats-grants";
import { natsStreams } from "../data/setup";
import { opa } from "../data/opa";
import { postgresDatabase } from "../data/postgres";
import { tradingService } from "./api";

export const authnDatabase = postgresDatabase("authn", "Users and signing keys");

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
  needs: [
    access(nats, busGrant("authn", { publishes: ["audit.authn.*"] })),
    access(opa, { packages: ["trade2026"] }),
    natsStreams,
    authnDatabase,
  ],
  // Argon2 takes 19 MiB for each login that is under way.
  resources: { memory: "256MiB", cpus: 1 },
  tier: "P0",
  slo: { availability: 99.9, latency: { p95: "500ms" } },
  env: { CLIENTS_FILE: "/run/secrets/clients.json" },
  configure: (context) => {
    const admin = context.own("admin", "Login of the first user, admin");
    const seal = context.own("seal", "Authentication: seals the signing keys in the database");
    return {
      env: { ADMIN_PASSWORD_FILE: "/run/secrets/admin-password", SEAL_KEY_FILE: "/run/secrets/seal-key" },
      secrets: [
        { path: "clients.json", content: clients(context) },
        { path: "admin-password", content: secretText`${secretRef(admin)}` },
        { path: "seal-key", content: secretText`${secretRef(seal)}` },
      ],
    };
  },
});

function clients({ consumers }: ConfigureContext): SecretText {
  const entries = consumers
    .filter(({ grant }) => typeof grant.role === "string")
    .map(({ name, grant, credential }) => {
      const { role, accounts = ["*"] } = grant;
      return secretText`{"id":${JSON.stringify(name)},"role":${JSON.stringify(role)},"accounts":${JSON.stringify(accounts)},"sha256":"${secretRef(credential, "sha256")}"}`;
    });
  return secretText`[${joinTexts(entries, ",")}]\n`;
}
