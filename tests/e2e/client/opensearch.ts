import { basic, good, http, type Access, type StoreChecks } from "./store";

const INDEX = "e2e-sentinel";

export function opensearchChecks(access: Access): StoreChecks {
  const call = <T>(method: string, path: string, body?: unknown): Promise<T> =>
    good<T>(
      http(access, path, {
        method,
        headers: basic(access),
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      }),
    );
  const status = async (
    headers: Readonly<Record<string, string>>,
    path = "/_cluster/health",
  ): Promise<number> => (await http(access, path, { headers })).status;

  return {
    checks: {
      "indexes and finds": async () => {
        await call("PUT", "/e2e/_doc/1?refresh=true", { title: "the quick brown fox", venue: "E2E" });
        await call("PUT", "/e2e/_doc/2?refresh=true", { title: "the lazy dog", venue: "E2E" });
        const found = await call<{ hits: { hits: readonly { _id: string }[] } }>("POST", "/e2e/_search", {
          query: { match: { title: "quick" } },
        });
        return found.hits.hits.map(({ _id }) => _id);
      },
      "has the template of the logs": async () =>
        (
          await call<{ index_templates: readonly { name: string }[] }>("GET", "/_index_template/logs")
        ).index_templates.map(({ name }) => name),
      "refuses a wrong password": () => status(basic({ ...access, password: "wrong" })),
      "refuses an unknown user": () => status(basic({ ...access, username: "nobody" })),
      "refuses nobody": () => status({}),
      "refuses nobody's search": () => status({}, "/e2e/_search"),
    },
    write: async (mark) => void (await call("PUT", `/${INDEX}/_doc/1?refresh=true`, { mark })),
    read: async () => (await call<{ _source: { mark: string } }>("GET", `/${INDEX}/_doc/1`))._source.mark,
  };
}
