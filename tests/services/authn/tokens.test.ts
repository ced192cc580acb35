import { generateKeyPair, exportJWK, SignJWT, UnsecuredJWT, decodeProtectedHeader } from "jose";
import { Keys } from "../../../services/authn/src/keys";
import { jwtVerifier } from "../../../services/kit";
import { Database } from "../../../services/kit/postgres";
import { startNats, startPostgres, type Store } from "../stores";
import {
  ADMIN_PASSWORD,
  ask,
  bearer,
  CLIENT_SECRET,
  form,
  logIn,
  post,
  SEALING_KEY,
  startAuthn,
  startPolicy,
  type Authn,
  type Policy,
} from "./given";

let nats: Awaited<ReturnType<typeof startNats>>;
let postgres: Store;
let policy: Policy;
let authn: Authn;
const KEY_LEAD_MS = "5500";
beforeAll(async () => {
  [nats, postgres, policy] = await Promise.all([
    startNats("authn-tokens", { bare: true }),
    startPostgres("authn-tokens"),
    startPolicy(),
  ]);
  authn = await startAuthn({
    postgres: postgres.port,
    nats: nats.port,
    opa: policy.url,
    more: { KEY_LEAD_MS },
  });
}, 90_000);
afterAll(async () => {
  await authn.close();
  policy.server.close();
  await Promise.all([nats.close(), postgres.close()]);
});

const token = (fields: Readonly<Record<string, string>>, headers?: Readonly<Record<string, string>>) =>
  ask(authn.base, "/token", form(fields, headers));

test("the first admin logs in with the generated password, by form and by JSON", async () => {
  const asked = { grant_type: "password", username: "admin", password: ADMIN_PASSWORD };
  for (const init of [form(asked), post(asked)]) {
    const { status, headers, body } = await ask(authn.base, "/token", init);
    expect([status, headers.get("cache-control"), body.token_type, body.expires_in]).toEqual([
      200,
      "no-store",
      "Bearer",
      600,
    ]);
    const caller = await jwtVerifier(authn.base)(String(body.access_token));
    expect(caller).toEqual({ subject: "admin", kind: "user", role: "admin", accounts: ["*"] });
  }
});

test.each([
  [
    "a wrong password",
    { grant_type: "password", username: "admin", password: "wrong" },
    400,
    "invalid_grant",
  ],
  ["an unknown name", { grant_type: "password", username: "ghost", password: "x" }, 400, "invalid_grant"],
  ["a name with a zero", { grant_type: "password", username: "a\0b", password: "x" }, 400, "invalid_request"],
  ["no password", { grant_type: "password", username: "admin" }, 400, "invalid_request"],
  ["no grant type", { username: "admin" }, 400, "invalid_request"],
  ["another grant type", { grant_type: "implicit" }, 400, "unsupported_grant_type"],
  ["an unknown refresh token", { grant_type: "refresh_token", refresh_token: "x" }, 400, "invalid_grant"],
  [
    "a wrong secret",
    { grant_type: "client_credentials", client_id: "oms", client_secret: "x" },
    401,
    "invalid_client",
  ],
  ["no client", { grant_type: "client_credentials" }, 401, "invalid_client"],
])("%s is refused in the words of RFC 6749", async (_, fields, status, error) => {
  const answer = await token(fields);
  expect([answer.status, answer.body.error]).toEqual([status, error]);
  expect(answer.headers.get("www-authenticate") !== null).toBe(status === 401);
});

test("a field that is there twice is refused", async () => {
  const { status, body } = await ask(authn.base, "/token", {
    method: "POST",
    body: "grant_type=password&username=admin&username=eve&password=x",
    headers: { "content-type": "application/x-www-form-urlencoded" },
  });
  expect([status, body.error]).toEqual([400, "invalid_request"]);
});

test("a service proves itself by form or by HTTP Basic, and gets no refresh token", async () => {
  const grant = { grant_type: "client_credentials" };
  const basic = Buffer.from(`oms:${encodeURIComponent(CLIENT_SECRET)}`).toString("base64");
  const answers = await Promise.all([
    token({ ...grant, client_id: "oms", client_secret: CLIENT_SECRET }),
    token(grant, { authorization: `Basic ${basic}` }),
  ]);
  for (const { status, body } of answers) {
    expect([status, body.refresh_token]).toEqual([200, undefined]);
    const me = await ask(authn.base, "/me", bearer(String(body.access_token)));
    expect(me.body).toEqual({ subject: "oms", kind: "service", role: "trader", accounts: ["*"] });
  }
  const twice = await token(
    { ...grant, client_id: "oms", client_secret: CLIENT_SECRET },
    { authorization: `Basic ${basic}` },
  );
  expect([twice.status, twice.body.error]).toEqual([400, "invalid_request"]);
});

test("a refresh token is good once; used again, everything that came of it ends", async () => {
  const first = await logIn(authn.base, "admin", ADMIN_PASSWORD);
  const other = await logIn(authn.base, "admin", ADMIN_PASSWORD);
  const refresh = (refresh_token: string) => token({ grant_type: "refresh_token", refresh_token });
  const second = await refresh(first.refresh);
  expect(second.status).toBe(200);
  const third = await refresh(String(second.body.refresh_token));
  expect(third.status).toBe(200);
  const stolen = await refresh(first.refresh);
  expect([stolen.status, stolen.body.error]).toEqual([400, "invalid_grant"]);
  expect((await refresh(String(third.body.refresh_token))).status).toBe(400);
  // another login of the same user has nothing to do with it
  expect((await refresh(other.refresh)).status).toBe(200);
});

test("of many uses of one refresh token at once at most one succeeds, and none outlives it", async () => {
  const { refresh: refresh_token } = await logIn(authn.base, "admin", ADMIN_PASSWORD);
  const answers = await Promise.all(
    Array.from({ length: 8 }, () => token({ grant_type: "refresh_token", refresh_token })),
  );
  const good = answers.filter(({ status }) => status === 200);
  expect(good).toHaveLength(1);
  const next = await token({
    grant_type: "refresh_token",
    refresh_token: String(good[0]?.body.refresh_token),
  });
  expect(next.status).toBe(400);
});

test("tokens that are not ours are refused, here and by the kit", async () => {
  const { privateKey } = await generateKeyPair("EdDSA", { extractable: true });
  const rsa = await generateKeyPair("RS256");
  const { access } = await logIn(authn.base, "admin", ADMIN_PASSWORD);
  const { kid = "" } = decodeProtectedHeader(access);
  const claims = { kind: "user", role: "admin", accounts: ["*"] };
  const build = (alg: string) =>
    new SignJWT(claims)
      .setIssuer("trade2026")
      .setAudience("trade2026-api")
      .setSubject("admin")
      .setExpirationTime("5m")
      .setProtectedHeader({ alg, kid });
  const [head = "", , signature = ""] = access.split(".");
  const payload = Buffer.from(
    JSON.stringify({
      ...claims,
      sub: "eve",
      iss: "trade2026",
      aud: "trade2026-api",
      exp: Date.now() / 1000 + 60,
    }),
  ).toString("base64url");
  const forged = {
    "signed with another key under our id": await build("EdDSA").sign(privateKey),
    "signed with another algorithm": await build("RS256").sign(rsa.privateKey),
    "with other claims under our signature": `${head}.${payload}.${signature}`,
    "without a signature": new UnsecuredJWT(claims)
      .setIssuer("trade2026")
      .setAudience("trade2026-api")
      .setSubject("admin")
      .setExpirationTime("5m")
      .encode(),
    // the public key as the secret of a symmetric signature
    "signed with the public key": await build("HS256").sign(
      Buffer.from(JSON.stringify(await publicKeyOf(kid))),
    ),
    "that is none": "x.y.z",
  };
  const verify = jwtVerifier(authn.base);
  for (const [what, each] of Object.entries(forged)) {
    expect([what, (await ask(authn.base, "/me", bearer(each))).status]).toEqual([what, 401]);
    await expect(verify(each)).rejects.toMatchObject({ statusCode: 401 });
  }
  expect((await ask(authn.base, "/me")).status).toBe(401);
});

test("tokens of our own key that have ended, or are for somebody else, are refused", async () => {
  const database = new Database({
    settings: { host: postgres.host, port: postgres.port, user: "test", password: "test", database: "test" },
    of: "users",
    migrations: [],
    lock: 8114,
    onError: () => undefined,
  });
  const keys = new Keys({ database, sealKey: SEALING_KEY, keepMs: 60_000 });
  await keys.load();
  const { id, key } = await keys.signing();
  const sign = (issuer: string, audience: string, expires: string, claims: object = {}) =>
    new SignJWT({ kind: "user", role: "admin", accounts: ["*"], ...claims })
      .setIssuer(issuer)
      .setAudience(audience)
      .setSubject("admin")
      .setExpirationTime(expires)
      .setProtectedHeader({ alg: "EdDSA", kid: id })
      .sign(key);
  const verify = jwtVerifier(authn.base);
  // the same with nothing wrong is good: it is the key
  const good = await sign("trade2026", "trade2026-api", "1m");
  expect((await ask(authn.base, "/me", bearer(good))).status).toBe(200);
  for (const each of [
    await sign("trade2026", "trade2026-api", "-1s"),
    await sign("trade2026", "another-api", "1m"),
    await sign("another", "trade2026-api", "1m"),
    await sign("trade2026", "trade2026-api", "1m", { role: "root" }),
    await sign("trade2026", "trade2026-api", "1m", { accounts: [] }),
  ]) {
    expect((await ask(authn.base, "/me", bearer(each))).status).toBe(401);
    await expect(verify(each)).rejects.toMatchObject({ statusCode: 401 });
  }
  await database.close();
});

test("a key that was sealed with another credential is replaced; what it signed stays good", async () => {
  const other = await startPostgres("authn-seal");
  const given = { postgres: other.port, nats: nats.port, opa: policy.url };
  const first = await startAuthn(given);
  const { access } = await logIn(first.base, "admin", ADMIN_PASSWORD);
  await first.close();
  const second = await startAuthn({ ...given, sealingKey: "another credential" });
  expect((await ask(second.base, "/me", bearer(access))).status).toBe(200);
  const { access: fresh } = await logIn(second.base, "admin", ADMIN_PASSWORD);
  expect(decodeProtectedHeader(fresh).kid).not.toBe(decodeProtectedHeader(access).kid);
  await expect(jwtVerifier(second.base)(access)).resolves.toMatchObject({ subject: "admin" });
  await second.close();
  await other.close();
}, 60_000);

async function publicKeyOf(kid: string): Promise<unknown> {
  const { body } = await ask(authn.base, "/.well-known/jwks.json");
  return (body.keys as { kid: string }[]).find((key) => key.kid === kid);
}

test("the public keys are public, and only public", async () => {
  const { status, body } = await ask(authn.base, "/.well-known/jwks.json");
  const keys = body.keys as Record<string, unknown>[];
  expect([status, keys.length]).toEqual([200, 1]);
  for (const key of keys) expect(Object.keys(key).sort()).toEqual(["alg", "crv", "kid", "kty", "use", "x"]);
  const { publicKey } = await generateKeyPair("EdDSA", { extractable: true });
  expect(keys[0]?.kty).toBe((await exportJWK(publicKey)).kty);
});

test("only an admin whom the policy allows rotates keys; anything but yes is no", async () => {
  const service = await token({
    grant_type: "client_credentials",
    client_id: "oms",
    client_secret: CLIENT_SECRET,
  });
  const rotate = (access: string) => ask(authn.base, "/keys/rotate", { ...bearer(access), method: "POST" });
  expect((await ask(authn.base, "/keys/rotate", { method: "POST" })).status).toBe(401);
  expect((await rotate(String(service.body.access_token))).status).toBe(403);
  expect(policy.asked).toEqual([]);
  const { access } = await logIn(authn.base, "admin", ADMIN_PASSWORD);
  for (const [answer, status] of [
    [{ status: 200, body: { result: false } }, 403],
    [{ status: 200, body: {} }, 403],
    [{ status: 200, body: { result: "true" } }, 503],
    [{ status: 500, body: { result: true } }, 503],
  ] as const) {
    policy.answer = answer;
    expect([answer, (await rotate(access)).status]).toEqual([answer, status]);
  }
  policy.answer = { status: 200, body: { result: true } };
  expect(policy.asked[0]).toEqual({
    url: "/v1/data/trade2026/trading/allow",
    authorization: "Bearer opa-token",
    body: { input: { action: "administer", subject: "admin", roles: ["admin"], accounts: ["*"] } },
  });
  expect(((await ask(authn.base, "/.well-known/jwks.json")).body.keys as unknown[]).length).toBe(1);
});

test("keys rotate while everybody goes on: each token is accepted at once, old and new", async () => {
  const verify = jwtVerifier(authn.base);
  const grant = { grant_type: "client_credentials", client_id: "oms", client_secret: CLIENT_SECRET };
  const fresh = async () => String((await token(grant)).body.access_token);
  const old = await fresh();
  await verify(old);
  const { access } = await logIn(authn.base, "admin", ADMIN_PASSWORD);
  const rotate = () => ask(authn.base, "/keys/rotate", { ...bearer(access), method: "POST" });
  const { status, body } = await rotate();
  expect(status).toBe(202);
  // the one that waits for its turn is the next one: asking again makes no other
  expect((await rotate()).body).toEqual(body);
  const kids = new Set<string>();
  while (!kids.has(String(body.kid))) {
    const each = await fresh();
    kids.add(decodeProtectedHeader(each).kid ?? "");
    await expect(verify(each)).resolves.toMatchObject({ subject: "oms" });
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  expect(kids.size).toBe(2);
  await expect(jwtVerifier(authn.base)(old)).resolves.toMatchObject({ subject: "oms" });
}, 30_000);
