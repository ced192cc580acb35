import { jetstream } from "@nats-io/jetstream";
import type { AuditRecord } from "../../../services/authn/src/audit";
import { until } from "../../harness/docker";
import { startNats, startPostgres, type Store } from "../stores";
import {
  ADMIN_PASSWORD,
  ask,
  bearer,
  form,
  logIn,
  post,
  startAuthn,
  startPolicy,
  type Authn,
  type Policy,
} from "./given";

let nats: Awaited<ReturnType<typeof startNats>>;
let postgres: Store;
let policy: Policy;
let authn: Authn;
let admin: string;
const PASSWORD = "correct horse battery";
beforeAll(async () => {
  [nats, postgres, policy] = await Promise.all([
    startNats("authn-users"),
    startPostgres("authn-users"),
    startPolicy(),
  ]);
  authn = await startAuthn({ postgres: postgres.port, nats: nats.port, opa: policy.url });
  admin = (await logIn(authn.base, "admin", ADMIN_PASSWORD)).access;
}, 90_000);
afterAll(async () => {
  await authn.close();
  policy.server.close();
  await Promise.all([nats.close(), postgres.close()]);
});

const create = (name: string, role = "viewer", accounts: readonly string[] = ["main"]) =>
  ask(authn.base, "/users", post({ name, role, accounts, password: PASSWORD }, admin));
const change = (name: string, what: unknown, token = admin) =>
  ask(authn.base, `/users/${name}`, post(what, token, "PATCH"));
const remove = (name: string, token = admin) =>
  ask(authn.base, `/users/${name}`, { ...bearer(token), method: "DELETE" });
const refresh = (refresh_token: string) =>
  ask(authn.base, "/token", form({ grant_type: "refresh_token", refresh_token }));

test("an admin makes, lists, changes and removes users; nobody sees a password", async () => {
  const made = await create("ann", "trader", ["main", "test"]);
  const ann = { name: "ann", role: "trader", accounts: ["main", "test"], disabled: false };
  expect([made.status, made.body]).toEqual([201, ann]);
  expect((await create("ann")).status).toBe(409);
  // audits name services and users alike
  expect((await create("oms")).status).toBe(409);
  const { text } = await ask(authn.base, "/users", bearer(admin));
  expect(JSON.parse(text)).toContainEqual(ann);
  expect(text).not.toMatch(/argon2|password/);
  expect((await change("ann", { accounts: ["test"] })).body).toEqual({ ...ann, accounts: ["test"] });
  expect((await remove("ann")).status).toBe(204);
  expect((await ask(authn.base, "/users/ann", bearer(admin))).status).toBe(404);
  expect((await change("ann", { role: "admin" })).status).toBe(404);
});

test.each([
  [{ name: "x y", role: "viewer", accounts: ["a"], password: PASSWORD }],
  [{ name: "x", role: "root", accounts: ["a"], password: PASSWORD }],
  [{ name: "x", role: "viewer", accounts: [], password: PASSWORD }],
  [{ name: "x", role: "viewer", accounts: ["a"], password: "short" }],
  [{ name: "x", role: "viewer", accounts: ["a"], password: "p".repeat(257) }],
  [{ name: "x", role: "viewer", accounts: ["a"], password: PASSWORD, disabled: true }],
])("a user like %p is refused", async (user) => {
  expect((await ask(authn.base, "/users", post(user, admin))).status).toBe(400);
});

test("only admins manage users", async () => {
  await create("tom", "trader");
  const { access } = await logIn(authn.base, "tom", PASSWORD);
  expect((await ask(authn.base, "/users", bearer(access))).status).toBe(403);
  expect((await change("tom", { role: "admin" }, access)).status).toBe(403);
  expect((await remove("admin", access)).status).toBe(403);
  expect((await ask(authn.base, "/users")).status).toBe(401);
});

test("a change of role ends what was granted, and counts here at once", async () => {
  await create("rose", "trader");
  const rose = await logIn(authn.base, "rose", PASSWORD);
  expect((await change("rose", { role: "viewer" })).status).toBe(200);
  expect((await refresh(rose.refresh)).status).toBe(400);
  expect((await ask(authn.base, "/me", bearer(rose.access))).body.role).toBe("viewer");
  const again = await logIn(authn.base, "rose", PASSWORD);
  expect((await change("rose", { disabled: true })).status).toBe(200);
  expect((await refresh(again.refresh)).status).toBe(400);
  expect((await ask(authn.base, "/me", bearer(again.access))).status).toBe(401);
  await expect(logIn(authn.base, "rose", PASSWORD)).rejects.toThrow("invalid_grant");
});

test("the last admin stays; of two who remove each other at once one stays", async () => {
  expect((await change("admin", { role: "trader" })).body.error).toBe("last_admin");
  expect((await change("admin", { disabled: true })).body.error).toBe("last_admin");
  expect((await remove("admin")).body.error).toBe("last_admin");
  await create("second", "admin", ["*"]);
  const second = (await logIn(authn.base, "second", PASSWORD)).access;
  const answers = await Promise.all([
    change("second", { role: "viewer" }),
    change("admin", { role: "viewer" }, second),
  ]);
  // either the policy of one admin, or that the other is none any more
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
  const [first] = answers;
  if (first?.status !== 200) await change("admin", { role: "admin" }, second);
  admin = (await logIn(authn.base, "admin", ADMIN_PASSWORD)).access;
  expect((await change("second", { role: "viewer" })).status).toBe(200);
});

test("a new password ends every session, and needs the old one", async () => {
  await create("pat");
  const pat = await logIn(authn.base, "pat", PASSWORD);
  const to = (current: string, next: string) =>
    ask(authn.base, "/me/password", post({ current, new: next }, pat.access));
  expect((await to("not the password", "another password")).body.error).toBe("wrong_password");
  expect((await to(PASSWORD, "short")).status).toBe(400);
  expect((await to(PASSWORD, PASSWORD)).body.error).toBe("same_password");
  expect((await to(PASSWORD, "another password")).status).toBe(204);
  expect((await refresh(pat.refresh)).status).toBe(400);
  await expect(logIn(authn.base, "pat", PASSWORD)).rejects.toThrow("invalid_grant");
  await logIn(authn.base, "pat", "another password");
  const reset = await ask(authn.base, "/users/pat/password", post({ password: PASSWORD }, admin, "PUT"));
  expect(reset.status).toBe(204);
  await logIn(authn.base, "pat", PASSWORD);
  expect(
    (await ask(authn.base, "/users/ghost/password", post({ password: PASSWORD }, admin, "PUT"))).status,
  ).toBe(404);
});

test("logging out ends the refresh token", async () => {
  await create("lou");
  const lou = await logIn(authn.base, "lou", PASSWORD);
  expect((await ask(authn.base, "/logout", post({ refresh_token: lou.refresh }))).status).toBe(204);
  expect((await refresh(lou.refresh)).status).toBe(400);
  expect((await ask(authn.base, "/logout", { method: "POST" })).status).toBe(204);
});

test("who guesses waits, and says for how long; many guesses at once are not more", async () => {
  await create("guess");
  const attempt = (password: string) =>
    ask(authn.base, "/token", form({ grant_type: "password", username: "guess", password }));
  const answers = await Promise.all(Array.from({ length: 20 }, (_, n) => attempt(`wrong ${n}`)));
  const refused = answers.filter(({ status }) => status === 429);
  expect([answers.filter(({ status }) => status === 400).length, refused.length]).toEqual([5, 15]);
  for (const { headers, body } of refused) {
    expect(Number(headers.get("retry-after"))).toBeGreaterThanOrEqual(1);
    expect(body.error).toBe("too_many_attempts");
  }
  // the right one waits, too: whether it is right is not told
  expect((await attempt(PASSWORD)).status).toBe(429);
  await logIn(authn.base, "admin", ADMIN_PASSWORD);
});

test("who did what is in the audit stream, without passwords", async () => {
  await create("audited");
  await ask(authn.base, "/token", form({ grant_type: "password", username: "audited", password: "wrong" }));
  await logIn(authn.base, "audited", PASSWORD);
  const connection = await nats.connect();
  const records = await until(
    "the audit records",
    10,
    async () => read(await jetstream(connection).consumers.get("AUDIT")),
    (all) => all.some(({ act, actor }) => act === "login" && actor === "audited"),
  );
  await connection.close();
  const of = (act: string) => records.filter((record) => record.act === act);
  expect(of("user-create").find(({ details }) => details.user === "audited")).toMatchObject({
    service: "authn",
    actor: "admin",
    role: "admin",
    outcome: "allowed",
    details: { role: "viewer", accounts: ["main"] },
  });
  expect(
    of("login")
      .filter(({ actor }) => actor === "audited")
      .map(({ outcome }) => outcome),
  ).toEqual(["denied", "allowed"]);
  expect(JSON.stringify(records)).not.toContain(PASSWORD);
});

type Consumer = Awaited<ReturnType<ReturnType<typeof jetstream>["consumers"]["get"]>>;

async function read(consumer: Consumer): Promise<readonly AuditRecord[]> {
  const records: AuditRecord[] = [];
  for await (const message of await consumer.fetch({ max_messages: 1000, expires: 1000 }))
    records.push(...(message.json() as AuditRecord[]));
  return records;
}

test("without the bus people log in, and the audit says it later", async () => {
  await nats.kill();
  await create("late");
  await logIn(authn.base, "late", PASSWORD);
  expect((await ask(authn.base, "/health")).status).toBe(200);
  await nats.restart();
  const connection = await nats.connect();
  await until(
    "what was done while the bus was away",
    20,
    async () => read(await jetstream(connection).consumers.get("AUDIT")),
    (all) => all.some(({ act, actor }) => act === "login" && actor === "late"),
  );
  await connection.close();
}, 40_000);

test("without the database it says so, and goes on when it is back", async () => {
  await postgres.kill();
  const down = await ask(authn.base, "/me", bearer(admin));
  expect([down.status, down.body.error]).toEqual([503, "store_unavailable"]);
  expect((await ask(authn.base, "/.well-known/jwks.json")).status).toBe(200);
  await postgres.restart();
  await until(
    "the database to be back",
    20,
    async () => (await ask(authn.base, "/me", bearer(admin))).status,
    (status) => status === 200,
  );
}, 40_000);
