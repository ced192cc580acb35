import { Client } from "pg";
import { refusal, type Access, type StoreChecks } from "./store";

/** `platform`: the login of the platform's own database. */
export function postgresChecks(access: Access, platform: Access): StoreChecks {
  const using = async <T>(
    login: Access,
    database: string,
    use: (client: Client) => Promise<T>,
  ): Promise<T> => {
    const { host, port, username: user, password } = login;
    const client = new Client({ host, port, user, password, database, connectionTimeoutMillis: 5000 });
    await client.connect();
    try {
      return await use(client);
    } finally {
      await client.end();
    }
  };
  const one = (login: Access, database: string, sql: string): Promise<unknown> =>
    using(
      login,
      database,
      async (client) => Object.values((await client.query<Record<string, unknown>>(sql)).rows[0] ?? {})[0],
    );

  return {
    checks: {
      "runs SQL": () => one(access, "postgres", "SELECT sum(n)::int FROM generate_series(1, 100) AS n"),
      "has the platform's database": () =>
        using(platform, "platform", async (client) => {
          await client.query("CREATE TABLE IF NOT EXISTS e2e (id int PRIMARY KEY, mark text)");
          const { rows } = await client.query<{ owner: string }>(
            "SELECT tableowner AS owner FROM pg_tables WHERE tablename = 'e2e'",
          );
          return rows[0]?.owner;
        }),
      "finds the nearest vector": () =>
        using(access, "platform", async (client) => {
          await client.query("CREATE EXTENSION IF NOT EXISTS vector");
          await client.query("CREATE TEMPORARY TABLE points (name text, at vector(3))");
          await client.query(
            "INSERT INTO points VALUES ('far', '[9,9,9]'), ('near', '[1,1,1]'), ('middle', '[4,4,4]')",
          );
          const { rows } = await client.query<{ name: string }>(
            "SELECT name FROM points ORDER BY at <-> '[1,1,2]'",
          );
          return rows.map(({ name }) => name);
        }),
      "the platform's login is no superuser": () =>
        one(
          platform,
          "platform",
          "SELECT rolsuper OR rolcreatedb OR rolcreaterole FROM pg_roles WHERE rolname = session_user",
        ),
      "keeps the platform's login out of other databases": () =>
        refusal(() => one(platform, "platform", "CREATE DATABASE another")),
      "keeps passwords as scram": () =>
        one(
          access,
          "postgres",
          "SELECT bool_and(rolpassword LIKE 'SCRAM-SHA-256$%') FROM pg_authid WHERE rolcanlogin",
        ),
      "refuses a wrong password": () =>
        refusal(() => one({ ...access, password: "wrong" }, "postgres", "SELECT 1")),
      "refuses an unknown user": () =>
        refusal(() => one({ ...access, username: "nobody" }, "postgres", "SELECT 1")),
      "refuses nobody": () => refusal(() => one({ ...access, password: "" }, "postgres", "SELECT 1")),
    },
    write: (mark) =>
      using(platform, "platform", async (client) => {
        await client.query("CREATE TABLE IF NOT EXISTS sentinel (id int PRIMARY KEY, mark text)");
        await client.query(
          "INSERT INTO sentinel VALUES (1, $1) ON CONFLICT (id) DO UPDATE SET mark = excluded.mark",
          [mark],
        );
      }),
    read: async () => String(await one(platform, "platform", "SELECT mark FROM sentinel WHERE id = 1")),
  };
}
