import { execProbe } from "../../model/probes";
import { joinTexts, secretRef, secretText, type Credential, type SecretText } from "../../model/secrets";
import {
  access,
  defineJob,
  defineService,
  thirdParty,
  type Capability,
  type ConfigureContext,
  type Endpoint,
  type JobSpec,
} from "../../model/service";

const USER = "999:999";
const LIMITS = { max_connections: 200, shared_buffers: "128MB", password_encryption: "scram-sha-256" };

/**
 * libpq's service file: the one way to hand psql and its like a password from a file that is not theirs
 * (a pgpass file must have mode 0600). https://www.postgresql.org/docs/17/libpq-pgservice.html
 */
function serviceFile(service: string, database: string): NonNullable<Endpoint["secretFiles"]> {
  return ({ host, port, username }, credential) => [
    {
      path: `${service}.pg_service.conf`,
      content: secretText`[${service}]
host=${host}
port=${port}
dbname=${database}
user=${username}
password=${secretRef(credential)}
`,
    },
  ];
}

/** Relational store, with pgvector. Databases and roles are made by {@link postgresDatabase}. */
export const postgres = defineService({
  name: "postgres",
  title: "PostgreSQL",
  capability: "data",
  image: thirdParty("postgres"),
  lanes: ["backend"],
  ports: { sql: 5432 },
  command: ["postgres", ...Object.entries(LIMITS).flatMap(([name, value]) => ["-c", `${name}=${value}`])],
  env: {
    PGDATA: "/var/lib/postgresql/data/pgdata",
    POSTGRES_USER: "operator",
    POSTGRES_DB: "postgres",
    POSTGRES_PASSWORD_FILE: "/run/secrets/operator-password",
    POSTGRES_INITDB_ARGS: "--auth-host=scram-sha-256 --auth-local=scram-sha-256 --data-checksums",
  },
  probe: execProbe(
    ["pg_isready", "--quiet", "--host=127.0.0.1", "--dbname=postgres", "--username=operator"],
    { startPeriod: "30s" },
  ),
  metrics: { kind: "exporter", exporter: "postgres" },
  endpoint: {
    port: "sql",
    scheme: "postgresql",
    credentials: "perConsumer",
    secretFiles: serviceFile("postgres", "postgres"),
  },
  tools: [
    { hostPort: "postgres", port: "sql", protocol: "tcp", login: "own", data: true, title: "PostgreSQL" },
  ],
  resources: { memory: "768MiB", cpus: 1, shm: "256MiB" },
  user: USER,
  data: [{ name: "postgres-data", path: "/var/lib/postgresql/data", backup: { method: "pg_dump" } }],
  tmpfs: { "/run/postgresql": { size: "1MiB" }, "/tmp": { size: "64MiB" } },
  tier: "P0",
  gate: true,
  stopGrace: "1m0s",
  // Fast shutdown: SIGTERM would wait for every client to leave.
  stopSignal: "SIGINT",
  slo: { availability: 99.9 },
  configure: ({ operator }) => ({
    secrets: [{ path: "operator-password", content: secretText`${secretRef(operator)}` }],
  }),
});

/**
 * A database on the shared server, owned by a role of its own, with a login for each consumer. Services that
 * need it get `<NAME>_HOST`, `_PORT`, `_URL`, `_USERNAME` and `_PASSWORD_FILE`. The grant `{ monitor: true }` gives a
 * login that sees the server's and this database's statistics, and none of its data.
 * @param name database and owning role; letters, digits and underscores
 * @param capability whose database it is
 */
export function postgresDatabase(name: string, title: string, capability: Capability = "data"): JobSpec {
  return defineJob({
    name: `${name}-db`,
    title,
    capability,
    image: thirdParty("postgres"),
    lanes: ["backend"],
    needs: [access(postgres, { as: "operator" })],
    ports: { sql: 5432 },
    endpoint: {
      port: "sql",
      scheme: "postgresql",
      host: "postgres",
      credentials: "perConsumer",
      operator: `${name}_operator`,
      secretFiles: serviceFile(`${name}-db`, name),
    },
    entrypoint: ["psql"],
    command: [
      "--no-psqlrc",
      "--quiet",
      "--set=ON_ERROR_STOP=1",
      "--file=/run/secrets/database.sql",
      "service=postgres",
    ],
    env: { PGSERVICEFILE: "/run/secrets/postgres.pg_service.conf", PGCONNECT_TIMEOUT: "10" },
    resources: { memory: "64MiB", cpus: 0.5 },
    user: USER,
    configure: (context) => ({ secrets: [{ path: "database.sql", content: databaseSql(name, context) }] }),
  });
}

/** Idempotent, and sets every password again. A failing statement is not logged with the password in it. */
function databaseSql(name: string, { operator, consumers }: ConfigureContext): SecretText {
  const monitors = consumers.filter(({ grant }) => grant.monitor === true);
  const users = consumers.filter(({ grant }) => grant.monitor !== true);
  const owner = `${name}_owner`;
  return secretText`SET log_min_error_statement = panic;
SET log_statement = none;
SELECT 'CREATE ROLE "${owner}" NOLOGIN' WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '${owner}') \\gexec
SELECT 'CREATE DATABASE "${name}" OWNER "${owner}"' WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = '${name}') \\gexec
REVOKE ALL ON DATABASE "${name}" FROM PUBLIC;
${joinTexts(
  [operator, ...users.map(({ credential }) => credential)].map(
    (login) => secretText`${loginSql(login)}GRANT "${owner}" TO "${login.username}";
ALTER ROLE "${login.username}" IN DATABASE "${name}" SET ROLE "${owner}";
`,
  ),
)}${joinTexts(
    monitors.map(
      ({ credential }) => secretText`${loginSql(credential)}GRANT pg_monitor TO "${credential.username}";
GRANT CONNECT ON DATABASE "${name}" TO "${credential.username}";
`,
    ),
  )}`;
}

function loginSql(login: Credential): SecretText {
  const role = login.username;
  return secretText`SELECT 'CREATE ROLE "${role}"' WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '${role}') \\gexec
ALTER ROLE "${role}" WITH LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE PASSWORD '${secretRef(login)}';
`;
}

/** For what the platform itself keeps in tables. */
export const platformDatabase = postgresDatabase("platform", "Platform database");
