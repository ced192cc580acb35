import { good, http, type Access, type StoreChecks } from "./store";

const DECISION = "/v1/data/trade2026/trading/allow";

/** Keeps nothing: its sentinel is its policy. */
export function opaChecks(access: Access): StoreChecks {
  const bearer = (token: string): Readonly<Record<string, string>> => ({ authorization: `Bearer ${token}` });
  const decide = async (input: unknown): Promise<unknown> =>
    (
      await good<{ result?: unknown }>(
        http(access, DECISION, {
          method: "POST",
          headers: bearer(access.password),
          body: JSON.stringify({ input }),
        }),
      )
    ).result;
  const status = async (
    path: string,
    headers: Readonly<Record<string, string>>,
    method = "GET",
  ): Promise<number> =>
    (await http(access, path, { method, headers, ...(method === "GET" ? {} : { body: "{}" }) })).status;

  return {
    checks: {
      "lets a trader halt": () => decide({ action: "halt", roles: ["trader"] }),
      "does not let a viewer halt": () => decide({ action: "halt", roles: ["viewer"] }),
      "denies what nobody has thought of": () => decide({ action: "fly", roles: ["admin"] }),
      "does not go live on paper": () => decide({ action: "set-mode", mode: "live", roles: ["admin"] }),
      "refuses a wrong token": () => status(DECISION, bearer("wrong"), "POST"),
      "refuses nobody": () => status(DECISION, {}, "POST"),
      "refuses a new policy even with the token": () =>
        status("/v1/policies/mine", bearer(access.password), "PUT"),
      "gives away no callers": () => status("/v1/data/system/callers", bearer(access.password)),
    },
    write: async () => undefined,
    read: async () => String(await decide({ action: "resume", roles: ["admin"] })),
  };
}
