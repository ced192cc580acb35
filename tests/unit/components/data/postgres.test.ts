import { postgres, postgresDatabase } from "../../../../components/data/postgres";
import { access } from "../../../../model/service";
import { service } from "../../../support/model";
import { rendered, wiredAmong } from "../../../support/wired";

const database = postgresDatabase("orders", "Orders database");
const app = service({ name: "oms", needs: [database] });

it("hands the server its operator's password in a file, and nothing in its environment", () => {
  const { env, secrets } = wiredAmong(postgres, [database, app]);
  expect(env.POSTGRES_PASSWORD_FILE).toBe("/run/secrets/operator-password");
  expect(Object.keys(env)).not.toContain("POSTGRES_PASSWORD");
  expect(secrets.map(({ path }) => path)).toEqual(["operator-password"]);
  expect(rendered(wiredAmong(postgres, []), "operator-password")).toBe("<postgres-operator:plain>");
});

describe("a database on the shared server", () => {
  const job = wiredAmong(database, [postgres, app]);

  it("is made by the server's operator, with a password that is in no command and no variable", () => {
    expect(job.spec.command).toEqual([
      "--no-psqlrc",
      "--quiet",
      "--set=ON_ERROR_STOP=1",
      "--file=/run/secrets/database.sql",
      "service=postgres",
    ]);
    expect(job.env).toMatchObject({
      PGSERVICEFILE: "/run/secrets/postgres.pg_service.conf",
      POSTGRES_USERNAME: "operator",
    });
    expect(rendered(job, "postgres.pg_service.conf")).toBe(`[postgres]
host=postgres
port=5432
dbname=postgres
user=operator
password=<postgres-operator:plain>
`);
  });

  it("belongs to a role without a login, and every consumer logs in as itself", () => {
    const login = (
      role: string,
      id: string,
    ): string => `SELECT 'CREATE ROLE "${role}"' WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '${role}') \\gexec
ALTER ROLE "${role}" WITH LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE PASSWORD '<${id}:plain>';
GRANT "orders_owner" TO "${role}";
ALTER ROLE "${role}" IN DATABASE "orders" SET ROLE "orders_owner";
`;
    expect(rendered(job, "database.sql")).toBe(`SET log_min_error_statement = panic;
SET log_statement = none;
SELECT 'CREATE ROLE "orders_owner" NOLOGIN' WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'orders_owner') \\gexec
SELECT 'CREATE DATABASE "orders" OWNER "orders_owner"' WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = 'orders') \\gexec
REVOKE ALL ON DATABASE "orders" FROM PUBLIC;
${login("orders_operator", "orders-db-orders_operator")}${login("oms", "orders-db-oms")}`);
  });

  it("lets who watches it see statistics, and makes him no owner", () => {
    const watcher = service({ name: "watcher", needs: [access(database, { monitor: true })] });
    const sql = rendered(wiredAmong(database, [postgres, app, watcher]), "database.sql");
    expect(sql.slice(sql.indexOf(`SELECT 'CREATE ROLE "watcher"'`)))
      .toBe(`SELECT 'CREATE ROLE "watcher"' WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'watcher') \\gexec
ALTER ROLE "watcher" WITH LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE PASSWORD '<orders-db-watcher:plain>';
GRANT pg_monitor TO "watcher";
GRANT CONNECT ON DATABASE "orders" TO "watcher";
`);
  });

  it("is reached on its server, by its own name in the consumer's environment", () => {
    const consumer = wiredAmong(app, [postgres, database]);
    expect(consumer.env).toEqual({
      ORDERS_DB_HOST: "postgres",
      ORDERS_DB_PORT: "5432",
      ORDERS_DB_URL: "postgresql://postgres:5432",
      ORDERS_DB_USERNAME: "oms",
      ORDERS_DB_PASSWORD_FILE: "/run/secrets/orders-db-password",
    });
    expect(rendered(consumer, "orders-db.pg_service.conf")).toBe(`[orders-db]
host=postgres
port=5432
dbname=orders
user=oms
password=<orders-db-oms:plain>
`);
  });
});
