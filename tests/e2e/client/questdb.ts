import { Client } from "pg";
import { basic, good, http, refusal, type Access, type StoreChecks } from "./store";

const PG_PORT = 8812;

export function questdbChecks(access: Access): StoreChecks {
  const exec = async (
    sql: string,
    headers: Readonly<Record<string, string>> = basic(access),
  ): Promise<readonly (readonly unknown[])[]> => {
    const path = `/exec?${new URLSearchParams({ query: sql }).toString()}`;
    const { dataset } =
      (await good<{ dataset?: readonly (readonly unknown[])[] }>(http(access, path, { headers }))) ?? {};
    return dataset ?? [];
  };
  const wire = async (password: string): Promise<unknown> => {
    const client = new Client({
      host: access.host,
      port: PG_PORT,
      user: access.username,
      password,
      database: "qdb",
      connectionTimeoutMillis: 5000,
    });
    await client.connect();
    try {
      return (await client.query<{ n: string }>("SELECT count() AS n FROM e2e_decimals")).rows[0]?.n;
    } finally {
      await client.end();
    }
  };

  return {
    checks: {
      "keeps decimals exactly": async () => {
        await exec("DROP TABLE IF EXISTS e2e_decimals");
        await exec(
          "CREATE TABLE e2e_decimals (at TIMESTAMP, price DECIMAL(38,18)) TIMESTAMP(at) PARTITION BY DAY BYPASS WAL",
        );
        await exec(
          "INSERT INTO e2e_decimals VALUES (now(), 0.100000000000000001m), (now(), 12345678901234567890.2m)",
        );
        return (await exec("SELECT price FROM e2e_decimals ORDER BY price")).map(([price]) => price);
      },
      "answers over the Postgres wire": () => wire(access.password),
      "has the platform's tables": async () =>
        (await exec("SELECT table_name FROM tables() ORDER BY table_name")).map(([name]) => name),
      "refuses a wrong password": () =>
        refusal(() => exec("SELECT 1", basic({ ...access, password: "wrong" }))),
      "refuses nobody": () => refusal(() => exec("SELECT 1", {})),
      "refuses a wrong password on the wire": () => refusal(() => wire("wrong")),
      "refuses the default password on the wire": () => refusal(() => wire("quest")),
    },
    write: async (mark) => {
      await exec(
        "CREATE TABLE IF NOT EXISTS e2e_sentinel (at TIMESTAMP, mark VARCHAR) TIMESTAMP(at) PARTITION BY YEAR BYPASS WAL",
      );
      await exec(`INSERT INTO e2e_sentinel VALUES (now(), '${mark}')`);
    },
    read: async () =>
      String((await exec("SELECT mark FROM e2e_sentinel ORDER BY at DESC LIMIT 1"))[0]?.[0] ?? "nothing"),
  };
}
