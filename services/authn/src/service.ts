import { setTimeout as wait } from "node:timers/promises";
import type { NatsConnection } from "@nats-io/nats-core";
import {
  authenticate,
  connectNats,
  list,
  milliseconds,
  natsFields,
  policyAt,
  secret,
  url,
  wholeNumber,
  type ConfigOf,
  type ServiceContext,
  type ServiceDefinition,
} from "../../kit";
import { Database, databaseSettings, postgresFields } from "../../kit/postgres";
import { addAccountRoutes } from "./account-routes";
import { Audit } from "./audit";
import { Clients } from "./clients";
import { acceptForms } from "./forms";
import { Grants } from "./grants";
import { addKeyRoutes } from "./key-routes";
import { Keys } from "./keys";
import { addLoginRoutes } from "./login-routes";
import { Logins } from "./logins";
import { migrations } from "./migrations";
import type { Parts } from "./parts";
import { Throttle } from "./throttle";
import { addTokenRoutes } from "./token-routes";
import { ownVerifier, Tokens } from "./tokens";
import { addUserRoutes } from "./user-routes";
import { Users } from "./users";

export const fields = {
  ...natsFields,
  ...postgresFields,
  OPA_URL: url("http", "https"),
  OPA_TOKEN: secret(),
  /** Of the first admin, whose name is admin. */
  ADMIN_PASSWORD: secret(),
  /** What the private signing keys are sealed with in the database. */
  SEALING_KEY: secret(),
  /** JSON list of {id, sha256, role, accounts}. */
  CLIENTS: secret(),
  /** The login page as browsers see it. */
  LOGIN_URL: url("https"),
  /** Host names by which browsers reach the platform, beside that of LOGIN_URL. */
  HOSTS: list(),
  TOKEN_LIFE_SECONDS: wholeNumber(1, 3600).default(600),
  REFRESH_LIFE_HOURS: wholeNumber(1, 24 * 90).default(24 * 7),
  SESSION_LIFE_HOURS: wholeNumber(1, 24 * 7).default(12),
  KEY_LEAD_MS: milliseconds(15_000),
  KEY_MAX_AGE_DAYS: wholeNumber(1, 365).default(30),
};

const HOUR_MS = 3_600_000;
const TEND_MS = 600_000;
const RETRY_MS = 1000;
const FIRST_ADMIN = "admin";

export const authn: ServiceDefinition<typeof fields> = {
  name: "authn",
  version: "0.1.0",
  description: "Users, services and their tokens: who may ask the platform for what.",
  port: 8114,
  config: fields,
  setup: async (context) => {
    const { config, http, log } = context;
    const database = await openDatabase(context);
    const parts = partsOf(context, database);
    await parts.users.ensureAdmin(FIRST_ADMIN, config.ADMIN_PASSWORD.reveal());
    if (await parts.keys.load())
      log.warn("the signing key was sealed with another credential: a new one signs");
    listenToBus(context, parts.audit);
    tend(context, parts);
    acceptForms(http);
    authenticate(http, ownVerifier(parts.tokens, parts.users, parts.clients));
    const loginUrl = new URL(config.LOGIN_URL);
    addTokenRoutes(http, parts);
    addAccountRoutes(http, parts);
    addUserRoutes(http, parts);
    addKeyRoutes(http, parts);
    addLoginRoutes(http, parts, {
      loginUrl,
      hosts: [...new Set([loginUrl.hostname, ...config.HOSTS])],
      sessionSeconds: config.SESSION_LIFE_HOURS * 3600,
    });
  },
};

type Context = ServiceContext<typeof fields>;

/** @returns once its tables are there, however long the server takes to come up */
async function openDatabase({ config, log, health, onStop }: Context): Promise<Database> {
  const database = new Database({
    settings: databaseSettings(config),
    of: "users",
    migrations,
    lock: 8114,
    onError: (error) => log.warn({ reason: error.message }, "postgres: connection lost"),
  });
  onStop(() => database.close());
  health.addReadiness({
    name: "postgres",
    check: async () => {
      await database.query("SELECT 1");
    },
  });
  await database.migrateWhenReachable(log);
  return database;
}

function partsOf({ config, log, metrics }: Context, database: Database): Parts {
  const users = new Users(database);
  const audit = new Audit(log);
  const keys = new Keys({
    database,
    sealKey: config.SEALING_KEY.reveal(),
    leadMs: config.KEY_LEAD_MS,
    // and a minute for clocks that differ
    keepMs: (config.TOKEN_LIFE_SECONDS + 60) * 1000,
  });
  return {
    users,
    audit,
    keys,
    clients: new Clients(config.CLIENTS.reveal()),
    grants: new Grants(database, lives(config)),
    tokens: new Tokens(keys, config.TOKEN_LIFE_SECONDS),
    logins: new Logins(users, new Throttle(), audit, metrics),
    allow: policyAt(config.OPA_URL, config.OPA_TOKEN),
  };
}

function lives(config: ConfigOf<typeof fields>) {
  return { refresh: config.REFRESH_LIFE_HOURS * HOUR_MS, session: config.SESSION_LIFE_HOURS * HOUR_MS };
}

/** People log in without the bus; it is connected when it is there. */
function listenToBus({ config, log, health, onStop }: Context, audit: Audit): void {
  const stopping = new AbortController();
  let bus: NatsConnection | undefined;
  health.addReadiness({
    name: "audit",
    required: false,
    check: () => {
      if (!bus) throw new Error("the bus has not been reached yet");
      if (audit.waiting > 0) throw new Error(`${audit.waiting} records wait for the bus`);
    },
  });
  const connect = async (): Promise<void> => {
    while (!bus && !stopping.signal.aborted) {
      try {
        bus = await connectNats({ settings: config, service: "authn", log, health, required: false });
        audit.connected(bus);
      } catch (error) {
        log.warn({ reason: (error as Error).message }, "nats: not reachable, trying again");
        await wait(RETRY_MS, undefined, { signal: stopping.signal }).catch(() => undefined);
      }
    }
  };
  const connecting = connect();
  onStop(async () => {
    stopping.abort();
    await connecting;
    await audit.stop();
    // without a connection there is nothing that could be said
    await bus?.close();
  });
}

/** Keys get old, and grants end. */
function tend({ config, log, onStop }: Context, { keys, grants }: Parts): void {
  const work = async (): Promise<void> => {
    await grants.sweep();
    const kid = await keys.tend(config.KEY_MAX_AGE_DAYS * 24 * HOUR_MS);
    if (kid !== undefined) log.info({ kid }, "the signing key is old: a new one signs soon");
  };
  const timer = setInterval(
    () => void work().catch((error: unknown) => log.error({ err: error }, "not tended")),
    TEND_MS,
  );
  onStop(() => clearInterval(timer));
}
