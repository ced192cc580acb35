import { request } from "undici";
import { startPostgres, type Store } from "../stores";
import {
  ADMIN_PASSWORD,
  ask,
  form,
  logIn,
  post,
  startAuthn,
  startPolicy,
  type Authn,
  type Policy,
} from "./given";

let postgres: Store;
let policy: Policy;
let authn: Authn;
let session: string;
beforeAll(async () => {
  [postgres, policy] = await Promise.all([startPostgres("authn-sessions"), startPolicy()]);
  // nothing listens where the bus should be: nobody notices
  authn = await startAuthn({ postgres: postgres.port, nats: 1, opa: policy.url });
}, 90_000);
afterAll(async () => {
  await authn.close();
  policy.server.close();
  await postgres.close();
});

const hidden = (page: string, name: string): string =>
  new RegExp(`name="${name}" value="([^"]*)"`).exec(page)?.[1] ?? "";

/** What a browser does: gets the page, keeps its cookie, sends the form. */
async function submit(fields: Readonly<Record<string, string>>, returnTo = "/", headers = {}) {
  const page = await ask(authn.base, `/login?return=${encodeURIComponent(returnTo)}`);
  const cookie = page.headers.get("set-cookie")?.split(";")[0] ?? "";
  const csrf = hidden(page.text, "csrf");
  const sent = { csrf, return: hidden(page.text, "return"), ...fields };
  return ask(authn.base, "/login", form(sent, { cookie, "sec-fetch-site": "same-origin", ...headers }));
}

const admin = { username: "admin", password: ADMIN_PASSWORD };
const tool = {
  "x-forwarded-method": "GET",
  "x-forwarded-proto": "https",
  "x-forwarded-host": "localhost:3000",
  "x-forwarded-uri": "/d/orders?from=now-6h",
  "sec-fetch-mode": "navigate",
};
/** As a gateway asks; fetch would say itself what mode it asks in. */
async function forward(headers: Readonly<Record<string, string>>, role = "viewer", more = "") {
  const {
    statusCode,
    headers: given,
    body,
  } = await request(`${authn.base}/forward?role=${role}${more}`, { headers });
  await body.dump();
  return { status: statusCode, header: (name: string): string => String(given[name] ?? "") };
}
const asUser = (): Record<string, string> => ({ ...tool, cookie: `other=1; t26_session=${session}` });

test("the page may not be framed, runs no script, and its cookie is bound to this host", async () => {
  const { status, headers, text } = await ask(authn.base, "/login");
  expect([status, headers.get("content-type")]).toEqual([200, "text/html; charset=utf-8"]);
  expect(headers.get("content-security-policy")).toMatch(/default-src 'none'.*frame-ancestors 'none'/);
  expect(headers.get("cache-control")).toBe("no-store");
  expect(headers.get("set-cookie")).toMatch(
    /^__Host-t26_login=[\w-]{32}; HttpOnly; Secure; Path=\/; SameSite=Strict$/,
  );
  expect(text).not.toContain("<script");
});

test("a login sets a session and goes back to where it came from", async () => {
  const answer = await submit(admin, "https://localhost:3000/d/orders");
  expect([answer.status, answer.headers.get("location")]).toEqual([303, "https://localhost:3000/d/orders"]);
  const cookie = answer.headers.get("set-cookie") ?? "";
  expect(cookie).toMatch(/^t26_session=[\w-]{43}; HttpOnly; Secure; Path=\/; SameSite=Lax; Max-Age=43200$/);
  session = /t26_session=([\w-]+)/.exec(cookie)?.[1] ?? "";
});

test("a wrong password shows the page again, with what was typed escaped", async () => {
  const { status, headers, text } = await submit({ username: '"><script>', password: "x" });
  expect([status, headers.get("set-cookie")]).toEqual([401, null]);
  expect(text).toContain("&quot;&gt;&lt;script&gt;");
  expect(text).not.toContain("<script>");
});

test("a form of another site is refused", async () => {
  expect((await submit({ ...admin, csrf: "" })).status).toBe(403);
  expect((await submit({ ...admin, csrf: "x".repeat(32) })).status).toBe(403);
  expect((await submit(admin, "/", { cookie: "" })).status).toBe(403);
  expect((await submit(admin, "/", { "sec-fetch-site": "cross-site" })).status).toBe(403);
  expect((await submit(admin, "/", { "sec-fetch-site": "same-site" })).status).toBe(403);
});

test.each(["https://evil.test/", "//evil.test", "/\\evil.test", "javascript:alert(1)", "http://localhost/"])(
  "a return to %s is a return to the beginning",
  async (wanted) => {
    expect((await submit(admin, wanted)).headers.get("location")).toBe("/");
    expect((await submit({ ...admin, return: wanted })).headers.get("location")).toBe("/");
  },
);

test("the gateway learns who it is, by the session", async () => {
  const { status, header } = await forward(asUser(), "admin");
  expect([status, header("x-auth-user"), header("x-auth-role")]).toEqual([200, "admin", "admin"]);
});

test("who has no session goes to the login page of the host that was asked, and comes back", async () => {
  for (const cookie of ["", "t26_session=forged", `t26_session=${"a".repeat(43)}`]) {
    const { status, header } = await forward({ ...tool, cookie });
    const login = new URL(header("location"));
    expect([status, login.origin + login.pathname]).toEqual([302, "https://localhost/api/auth/login"]);
    expect(login.searchParams.get("return")).toBe("https://localhost:3000/d/orders?from=now-6h");
  }
  const lan = await forward({ ...tool, "x-forwarded-host": "box.lan:9090" });
  expect(new URL(lan.header("location")).hostname).toBe("box.lan");
  expect((await forward({ ...tool, "x-forwarded-host": "evil.test" })).status).toBe(403);
});

test("a script's request learns that it may not, and a program's how it may", async () => {
  const page = await forward({ ...tool, "sec-fetch-mode": "cors" });
  // a browser would ask its user for it
  expect([page.status, page.header("www-authenticate")]).toEqual([401, ""]);
  expect((await forward({ ...tool, "x-forwarded-method": "POST" })).status).toBe(401);
  const { "sec-fetch-mode": _mode, ...old } = tool;
  const program = await forward({ ...old, accept: "*/*" });
  expect([program.status, program.header("www-authenticate")]).toEqual([401, 'Basic realm="Trade2026"']);
  expect((await forward({ ...old, accept: "text/html,*/*;q=0.8" })).status).toBe(302);
});

test("a tool sees every cookie but the session", async () => {
  const { status, header } = await forward(asUser());
  expect([status, header("cookie")]).toEqual([200, "other=1"]);
  expect((await forward({ ...tool, cookie: `t26_session=${session}` })).header("cookie")).toBe("");
});

test("for a tool that knows nothing of sessions the session is taken away, whoever comes", async () => {
  for (const cookie of [`grafana=2; t26_session=${session}`, "t26_session=forged; grafana=2"]) {
    const { status, header } = await forward({ ...tool, cookie }, "none");
    expect([status, header("cookie"), header("x-auth-user")]).toEqual([200, "grafana=2", ""]);
  }
});

test.each([
  [
    "a request of the tool's own page",
    { "sec-fetch-site": "same-origin", "sec-fetch-mode": "cors" },
    "POST",
    200,
  ],
  ["a link from another site", { "sec-fetch-site": "cross-site" }, "GET", 200],
  ["an address that was typed", { "sec-fetch-site": "none" }, "GET", 200],
  ["a form of another tool", { "sec-fetch-site": "same-site" }, "POST", 403],
  ["a script of another tool", { "sec-fetch-site": "same-site", "sec-fetch-mode": "no-cors" }, "GET", 403],
  ["a socket of another site", { "sec-fetch-site": "cross-site", "sec-fetch-mode": "websocket" }, "GET", 403],
])("%s: the session counts, or it does not", async (_who, headers, method, status) => {
  const asked = { ...asUser(), ...headers, "x-forwarded-method": method };
  expect((await forward(asked)).status).toBe(status);
});

test("who asks here without a gateway learns nothing, and nothing of the cookies", async () => {
  for (const name of ["x-forwarded-method", "x-forwarded-host", "x-forwarded-uri"]) {
    const headers = Object.fromEntries(Object.entries(asUser()).filter(([header]) => header !== name));
    const { status, header } = await forward(headers, "none");
    expect([name, status, header("cookie")]).toEqual([name, 403, ""]);
  }
});

test("a refresh token is no session, and a session no refresh token", async () => {
  const { refresh } = await logIn(authn.base, "admin", ADMIN_PASSWORD);
  expect((await forward({ ...tool, cookie: `t26_session=${refresh}` })).status).toBe(302);
  const asked = form({ grant_type: "refresh_token", refresh_token: session });
  expect((await ask(authn.base, "/token", asked)).status).toBe(400);
});

test("a role that is missing is refused, whoever asks", async () => {
  const { access } = await logIn(authn.base, "admin", ADMIN_PASSWORD);
  const viewer = { name: "vic", role: "viewer", accounts: ["main"], password: "a viewer's password" };
  await ask(authn.base, "/users", post(viewer, access));
  const answer = await submit({ username: "vic", password: viewer.password });
  const cookie = answer.headers.get("set-cookie")?.split(";")[0] ?? "";
  expect((await forward({ ...tool, cookie })).status).toBe(200);
  expect((await forward({ ...tool, cookie }, "admin")).status).toBe(403);
  const more = "&changes=admin";
  expect((await forward({ ...tool, cookie }, "viewer", more)).status).toBe(200);
  expect((await forward({ ...tool, cookie, "x-forwarded-method": "DELETE" }, "viewer", more)).status).toBe(
    403,
  );
  expect((await forward({ ...asUser(), "x-forwarded-method": "DELETE" }, "viewer", more)).status).toBe(200);
  await ask(authn.base, "/users/vic", post({ disabled: true }, access, "PATCH"));
  expect((await forward({ ...tool, cookie })).status).toBe(302);
});

test("the login page shows who is logged in the way out, which leads back to it", async () => {
  const answer = await submit(admin);
  const cookie = answer.headers.get("set-cookie")?.split(";")[0] ?? "";
  const { status, text } = await ask(authn.base, "/login", { headers: { cookie } });
  expect([status, text]).toEqual([200, expect.stringContaining("You are logged in as admin")]);
  expect(text).toContain('<form method="post" action="logout">');
  const out = await ask(authn.base, "/logout", form({}, { cookie }));
  expect([out.status, out.headers.get("location")]).toEqual([303, "login"]);
  expect(out.headers.get("set-cookie")).toMatch(/^t26_session=;.*Max-Age=0/);
  expect((await ask(authn.base, "/login", { headers: { cookie } })).text).toContain('name="password"');
});

test("logging out ends the session and takes the cookie away", async () => {
  const { status, headers } = await ask(authn.base, "/logout", { method: "POST", headers: asUser() });
  expect([status, headers.get("set-cookie")]).toEqual([
    204,
    "t26_session=; HttpOnly; Secure; Path=/; SameSite=Lax; Max-Age=0",
  ]);
  expect((await forward(asUser())).status).toBe(302);
});

test("who guesses on the page waits", async () => {
  const answers = await Promise.all(
    Array.from({ length: 8 }, () => submit({ username: "nobody", password: "x" })),
  );
  const waiting = answers.filter(({ status }) => status === 429);
  expect(waiting).toHaveLength(3);
  expect(Number(waiting[0]?.headers.get("retry-after"))).toBeGreaterThanOrEqual(1);
  expect(waiting[0]?.text).toContain("Too many attempts");
});
