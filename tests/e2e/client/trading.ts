import { basic, good, http, type Access, type Check } from "./store";

interface OfAccount {
  readonly account: string;
}

/** What the venue has in its own book of the accounts that begin so. */
export function venueBook(access: Access, prefix: string): Readonly<Record<string, Check>> {
  const get = <T>(path: string): Promise<T> => good<T>(http(access, path, { headers: basic(access) }));
  const ours = <T extends OfAccount>(each: T): boolean => each.account.startsWith(prefix);
  /** Page by page, by the venue's number of each. */
  async function all<T extends OfAccount & { readonly number: number }>(
    path: string,
    listOf: (page: Readonly<Record<string, readonly T[]>>) => readonly T[] | undefined,
  ): Promise<readonly T[]> {
    const found: T[] = [];
    for (let after = 0; ;) {
      const page = listOf(await get(`${path}?limit=10000&after=${after}`)) ?? [];
      const last = page.at(-1);
      if (!last) return found;
      found.push(...page.filter(ours));
      after = last.number;
    }
  }
  return {
    orders: () => all("/v1/orders", ({ orders }) => orders),
    fills: () => all("/v1/fills", ({ fills }) => fills),
    positions: async () =>
      (await get<{ readonly positions: readonly OfAccount[] }>("/v1/positions")).positions.filter(ours),
  };
}

/** The rows of the accounts that begin so, as objects; decimals are texts. */
export function storedRows(access: Access, prefix: string): Readonly<Record<string, Check>> {
  const rows = async (sql: string): Promise<readonly unknown[]> => {
    const path = `/exec?${new URLSearchParams({ query: sql, limit: "0,100000" }).toString()}`;
    const { columns, dataset } = await good<{
      readonly columns: readonly { readonly name: string }[];
      readonly dataset: readonly (readonly unknown[])[];
    }>(http(access, path, { headers: basic(access) }));
    return dataset.map((row) => Object.fromEntries(columns.map(({ name }, index) => [name, row[index]])));
  };
  const ours = `account LIKE '${prefix}%'`;
  return {
    orders: () => rows(`SELECT * FROM orders WHERE ${ours} ORDER BY order_id, version`),
    fills: () => rows(`SELECT * FROM fills WHERE ${ours} ORDER BY fill_id`),
    positions: () =>
      rows(`SELECT * FROM positions WHERE ${ours} LATEST ON timestamp PARTITION BY account, symbol`),
    pnl: () => rows(`SELECT * FROM pnl_snapshots WHERE ${ours} LATEST ON timestamp PARTITION BY account`),
  };
}
