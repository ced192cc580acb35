import { generateKeyPairSync, sign } from "node:crypto";
import { BTC } from "./market";
import type { TradingRun } from "./run";

type Claims = Readonly<Record<string, unknown>>;
const encoded = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString("base64url");
const decoded = (part: string): Claims => JSON.parse(Buffer.from(part, "base64url").toString()) as Claims;

/** Who may do what; and that nobody gets in with a token that authn has not signed. */
export function roleCases(run: TradingRun): void {
  const order = () => ({
    ...{ symbol: BTC, side: "BUY", quantity: "0.01", order_type: "MARKET" },
    ...{ account: run.account("other"), client_order_id: run.desk("other").nextId() },
  });

  describe("no token, and tokens that are none", () => {
    const parts = (): readonly [string, string, string] => {
      const [head = "", body = "", signature = ""] = run.users.admin.token.split(".");
      return [head, body, signature];
    };
    /** By a key of our own, under the name of authn's. */
    const forged = (head: Claims, claims: Claims): string => {
      const { privateKey } = generateKeyPairSync("ed25519");
      const signed = `${encoded(head)}.${encoded(claims)}`;
      return `${signed}.${sign(null, Buffer.from(signed), privateKey).toString("base64url")}`;
    };
    const tokens: readonly (readonly [string, () => string | undefined])[] = [
      ["none", () => undefined],
      ["a word", () => "letmein"],
      ["one that another key has signed", () => forged(decoded(parts()[0]), decoded(parts()[1]))],
      ["an unsigned one", () => `${encoded({ alg: "none", typ: "JWT" })}.${parts()[1]}.`],
      [
        "one whose claims were changed",
        () => [parts()[0], encoded({ ...decoded(parts()[1]), sub: "root" }), parts()[2]].join("."),
      ],
      [
        "one that has expired",
        () =>
          forged(decoded(parts()[0]), { ...decoded(parts()[1]), exp: Math.floor(Date.now() / 1000) - 60 }),
      ],
      ["one without its signature", () => parts().slice(0, 2).join(".")],
    ];
    const routes = [
      ["POST", "/orders"],
      ["GET", "/orders"],
      ["POST", "/orders/cancel-all"],
      ["GET", "/risk/limits"],
      ["PUT", "/risk/limits/default"],
      ["POST", "/risk/halt"],
      ["POST", "/live/halt"],
      ["POST", "/live/resume"],
      ["GET", "/live/state"],
      ["GET", "/pnl/positions"],
      ["GET", "/market/quote/BTCUSDT"],
      ["POST", "/auth/users"],
    ] as const;
    it.each(tokens)("%s is a 401 everywhere", async (_what, token) => {
      const stranger = run.api.as(token());
      const answers = await Promise.all(
        routes.map(async ([method, path]) => {
          const { status } = await stranger(method, path, method === "GET" ? undefined : order());
          return `${method} ${path} ${status}`;
        }),
      );
      expect(answers).toEqual(routes.map(([method, path]) => `${method} ${path} 401`));
    });
    it("the token that they were made of is good", async () => {
      expect((await run.api.as(run.users.admin.token)("GET", "/orders?limit=1")).status).toBe(200);
    });
  });

  describe("roles", () => {
    const reason = "end-to-end test";
    const rows = [
      ["POST", "/orders", "trader"],
      ["POST", "/orders/cancel-all", "trader"],
      ["DELETE", "/orders/01890000-0000-7000-8000-000000000000", "trader"],
      ["PATCH", "/orders/01890000-0000-7000-8000-000000000000", "trader"],
      ["POST", "/risk/check", "trader"],
      ["POST", "/risk/halt", "trader"],
      ["POST", "/live/halt", "trader"],
      ["POST", "/risk/resume", "admin"],
      ["POST", "/live/resume", "admin"],
      ["PUT", "/risk/limits/default", "admin"],
      ["PUT", "/risk/limits/accounts/any", "admin"],
      ["PUT", "/risk/limits/symbols/BTCUSDT", "admin"],
      ["GET", "/auth/users", "admin"],
      ["POST", "/auth/users", "admin"],
    ] as const;
    it.each(rows)("%s %s wants the role %s", async (method, path, role) => {
      const callers = role === "admin" ? [run.users.viewer, run.users.trader] : [run.users.viewer];
      for (const caller of callers) {
        const { status, body } = await caller.ask(method, path, method === "GET" ? undefined : { reason });
        expect([caller.name, status, body.error]).toEqual([caller.name, 403, "role_missing"]);
      }
    });
    it.each([
      "/orders?limit=1",
      "/risk/limits",
      "/risk/state",
      "/live/state",
      "/pnl/positions",
      "/market/quotes",
    ])("a viewer reads %s", async (path) =>
      expect((await run.users.viewer.ask("GET", path)).status).toBe(200),
    );
  });

  describe("accounts", () => {
    it("an order for somebody else's is a 403", async () => {
      const { status, body } = await run.users.trader.ask("POST", "/orders", order());
      expect({ status, error: body.error }).toEqual({ status: 403, error: "account_forbidden" });
    });
    it("somebody else's orders are not seen, changed or cancelled", async () => {
      const { order_id } = await run.desk("other").done({ ...order() });
      const { ask } = run.users.trader;
      expect((await ask("GET", `/orders/${order_id}`)).status).toBe(404);
      expect((await ask("GET", `/orders/${order_id}/fills`)).status).toBe(404);
      expect((await ask("DELETE", `/orders/${order_id}`)).status).toBe(404);
      expect((await ask("PATCH", `/orders/${order_id}`, { quantity: "0.02" })).status).toBe(404);
      for (const path of ["/orders", "/risk/positions", "/risk/exposure", "/pnl", "/pnl/positions"])
        expect([path, (await ask("GET", `${path}?account=${run.account("other")}`)).status]).toEqual([
          path,
          403,
        ]);
      const { body } = await ask<{ readonly orders: readonly { readonly account: string }[] }>(
        "GET",
        "/orders?limit=1000",
      );
      expect(body.orders.length).toBeGreaterThan(0);
      expect(body.orders.map(({ account }) => account)).not.toContain(run.account("other"));
    });
    it("an admin sees all of them", async () => {
      const { body } = await run.users.admin.ask<{ readonly orders: readonly unknown[] }>(
        "GET",
        `/orders?account=${run.account("other")}`,
      );
      expect(body.orders.length).toBeGreaterThan(0);
    });
  });

  describe("authn", () => {
    it("gives no token for a wrong password, or to nobody", async () => {
      for (const username of [run.users.viewer.name, `${run.id}-nobody`]) {
        const { status, body } = await run.api.token({
          grant_type: "password",
          username,
          password: "not the password",
        });
        expect({ status, error: body.error }).toEqual({ status: 400, error: "invalid_grant" });
      }
    });
    it("a user that is disabled gets none any more", async () => {
      const { admin, viewer } = run.users;
      const path = `/auth/users/${viewer.name}`;
      const login = () =>
        run.api.token({ grant_type: "password", username: viewer.name, password: viewer.password });
      expect((await admin.ask("PATCH", path, { disabled: true })).status).toBe(200);
      expect((await login()).status).toBe(400);
      expect((await admin.ask("PATCH", path, { disabled: false })).status).toBe(200);
      expect((await login()).status).toBe(200);
    });
  });
}
