import { http, type Access, type StoreChecks } from "./store";

export function clickhouseChecks(access: Access): StoreChecks {
  const query = async (
    sql: string,
    login: Pick<Access, "username" | "password"> | undefined = access,
  ): Promise<string> => {
    const headers = login ? { "x-clickhouse-user": login.username, "x-clickhouse-key": login.password } : {};
    const { status, text } = await http(access, "/", { method: "POST", headers, body: sql });
    if (status !== 200) throw new Error(`${status}: ${text.slice(0, 300)}`);
    return text.trim();
  };
  const status = async (headers: Readonly<Record<string, string>>): Promise<number> =>
    (await http(access, "/?query=SELECT%201", { headers })).status;

  return {
    checks: {
      "creates, inserts and selects": async () => {
        await query("CREATE DATABASE IF NOT EXISTS trade2026");
        await query("DROP TABLE IF EXISTS trade2026.e2e");
        await query("CREATE TABLE trade2026.e2e (day Date, n UInt32) ENGINE = MergeTree ORDER BY n");
        await query("INSERT INTO trade2026.e2e VALUES ('2026-01-01', 1), ('2026-01-02', 41)");
        return query("SELECT sum(n) FROM trade2026.e2e");
      },
      "refuses a wrong password": () =>
        status({ "x-clickhouse-user": access.username, "x-clickhouse-key": "wrong" }),
      "refuses nobody": () => status({}),
    },
    write: async (mark) => {
      await query("CREATE DATABASE IF NOT EXISTS trade2026");
      await query(
        "CREATE TABLE IF NOT EXISTS trade2026.e2e_sentinel (day Date, mark String) ENGINE = MergeTree ORDER BY mark",
      );
      await query(`INSERT INTO trade2026.e2e_sentinel VALUES ('2026-01-01', '${mark}')`);
    },
    read: () => query("SELECT max(mark) FROM trade2026.e2e_sentinel"),
  };
}
