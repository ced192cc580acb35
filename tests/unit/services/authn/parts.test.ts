import { createHash } from "node:crypto";
import fc from "fast-check";
import { Clients } from "../../../../services/authn/src/clients";
import { cookieOf, otherCookies } from "../../../../services/authn/src/forms";
import { loginPage, loginPolicy } from "../../../../services/authn/src/login-page";
import { hashPassword, verifyPassword } from "../../../../services/authn/src/passwords";
import { safeReturn } from "../../../../services/authn/src/return-path";
import { Throttle } from "../../../../services/authn/src/throttle";

describe("passwords", () => {
  test("a hash names its cost, holds no password, and is another one each time", async () => {
    const [one, other] = await Promise.all([hashPassword("a password"), hashPassword("a password")]);
    expect(one).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/);
    expect(one).not.toBe(other);
    expect(await verifyPassword(one, "a password")).toBe(true);
    expect(await verifyPassword(one, "a Password")).toBe(false);
  });

  test("letters that look alike are alike, however they were typed", async () => {
    expect(await verifyPassword(await hashPassword("caf\u00e9"), "cafe\u0301")).toBe(true);
  });

  test("a hash of another program with another cost is good", async () => {
    // from the tests of Argon2's reference implementation
    const stored = "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc";
    expect(await verifyPassword(stored, "password")).toBe(true);
    expect(await verifyPassword(stored, "Password")).toBe(false);
  });

  test.each(["", "plain", "$argon2i$v=19$m=1,t=1,p=1$a$b"])("%p is no hash", async (stored) => {
    await expect(verifyPassword(stored, "x")).rejects.toThrow(/not in the form/);
  });
});

describe("throttle", () => {
  let now = 1_000_000;
  const clock = () => now;

  test("five are free; then each wait is twice as long, up to a quarter of an hour", () => {
    const throttle = new Throttle(clock);
    for (let n = 0; n < 5; n++) expect(throttle.attempt("ann")).toBe(0);
    const waits = Array.from({ length: 12 }, () => {
      const wait = throttle.attempt("ann");
      now += wait;
      expect(throttle.attempt("ann")).toBe(0);
      return wait;
    });
    expect(waits.slice(0, 4)).toEqual([2000, 4000, 8000, 16_000]);
    expect(waits.at(-1)).toBe(15 * 60_000);
  });

  test("names do not wait for each other, and the right password ends the wait", () => {
    const throttle = new Throttle(clock);
    for (let n = 0; n < 5; n++) throttle.attempt("ann");
    expect(throttle.attempt("ann")).toBeGreaterThan(0);
    expect(throttle.attempt("bob")).toBe(0);
    throttle.succeeded("ann");
    expect(throttle.attempt("ann")).toBe(0);
  });

  test("an hour later it is forgotten", () => {
    const throttle = new Throttle(clock);
    for (let n = 0; n < 5; n++) throttle.attempt("ann");
    now += 60 * 60_000;
    for (let n = 0; n < 5; n++) expect(throttle.attempt("ann")).toBe(0);
    expect(throttle.attempt("ann")).toBe(2000);
  });

  test("it remembers as many names as it has room for, the latest", () => {
    const throttle = new Throttle(clock);
    for (let n = 0; n < 5; n++) throttle.attempt("first");
    for (let n = 0; n < 9_999; n++) throttle.attempt(`name-${n}`);
    expect(throttle.attempt("first")).toBeGreaterThan(0);
    throttle.attempt("one more");
    expect(throttle.attempt("first")).toBe(0);
  });
});

describe("where a login leads", () => {
  const hosts = ["localhost", "box.lan"];

  test.each([
    ["/d/orders?from=1#x", "/d/orders?from=1#x"],
    ["https://localhost/", "https://localhost/"],
    ["https://localhost:3000/d?x=1", "https://localhost:3000/d?x=1"],
    ["https://BOX.lan:9090/graph", "https://box.lan:9090/graph"],
  ])("%s is ours", (wanted, to) => expect(safeReturn(wanted, hosts)).toBe(to));

  test.each([
    undefined,
    "",
    "orders",
    "//evil.test/",
    "/\\evil.test/",
    "\\\\evil.test/",
    "/\t/evil.test/",
    "https:/\\evil.test",
    "https://localhost@evil.test/",
    "https://user:pass@localhost/",
    "https://localhost.evil.test/",
    "http://localhost/",
    "javascript:alert(1)",
    "data:text/html,x",
    "/..//evil.test/",
    "/x".repeat(2000),
  ])("%s is not", (wanted) => expect(safeReturn(wanted, hosts)).toBe("/"));

  test("whatever is asked, a browser ends up on one of our hosts", () => {
    const piece = fc.constantFrom(
      ...["/", "\\", "//", "https:", "http:", "evil.test", "localhost", "@", ":", "\t", "\n", "?", "#"],
      ...["..", ".", "%2f", " ", "here.invalid"],
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 10 }), (pieces) => {
        const to = new URL(safeReturn(pieces.join(""), hosts), "https://localhost/login");
        return to.protocol === "https:" && hosts.includes(to.hostname);
      }),
      { numRuns: 5000 },
    );
  });
});

describe("the login page", () => {
  test("escapes what comes from outside", () => {
    const page = loginPage({ csrf: "c", returnTo: '/"><b>', name: "<i>", problem: "<u>" });
    expect(page).not.toMatch(/<b>|<i>|<u>/);
    expect(page).toContain('name="return" value="/&quot;&gt;&lt;b&gt;"');
  });

  test("the policy allows its own style by hash, and its form to lead to the tools", () => {
    const style = /<style>([\s\S]*)<\/style>/.exec(loginPage({ csrf: "c", returnTo: "/" }))?.[1] ?? "";
    const hash = createHash("sha256").update(style).digest("base64");
    const policy = loginPolicy(["localhost"]);
    expect(policy).toContain(`style-src 'sha256-${hash}';`);
    expect(policy).toContain("form-action 'self' https://localhost:*;");
  });
});

describe("clients", () => {
  const sha256 = createHash("sha256").update("secret").digest("hex");
  const oms = { id: "oms", sha256, role: "trader", accounts: ["*"] };

  test("prove themselves by their own secret", () => {
    const clients = new Clients(JSON.stringify([oms, { ...oms, id: "risk", sha256: "0".repeat(64) }]));
    expect(clients.check("oms", "secret")).toEqual({
      subject: "oms",
      kind: "service",
      role: "trader",
      accounts: ["*"],
    });
    expect(clients.check("oms", "Secret")).toBeUndefined();
    expect(clients.check("risk", "secret")).toBeUndefined();
    expect(clients.check("nobody", "secret")).toBeUndefined();
  });

  test.each([
    ["no JSON", "not json", /no JSON/],
    ["no list", "{}", /list/],
    ["another role", JSON.stringify([{ ...oms, role: "root" }]), /0\.role/],
    ["a secret in the open", JSON.stringify([{ ...oms, sha256: "secret" }]), /64 hexadecimal/],
    ["an id twice", JSON.stringify([oms, oms]), /twice/],
  ])("a file with %s is refused", (_, text, why) => {
    expect(() => new Clients(text)).toThrow(why);
  });
});

test.each([
  ["other=1; t26_session=secret; more=a=b", "other=1; more=a=b"],
  ["t26_session=one; xt26_session=no;t26_session=two;", "xt26_session=no"],
  ["t26_session=secret", ""],
  [" t26_session =secret", ""],
  ["", ""],
  [undefined, ""],
])("of the cookies %p the others are %p", (header, others) => {
  expect(otherCookies(header, "t26_session")).toBe(others);
});

test("a cookie is found by its whole name", () => {
  const header = "xt26_session=no; t26_session=yes=; t26_session=second";
  expect(cookieOf(header, "t26_session")).toBe("yes=");
  expect(cookieOf(header, "session")).toBeUndefined();
  expect(cookieOf(undefined, "t26_session")).toBeUndefined();
});
