import { CREDENTIAL_LENGTH as GENERATED } from "../../../../model/secrets";
import { CREDENTIAL_LENGTH, redact, redactField } from "../../../../services/contracts/redact";

const credential = "cfgCFG0123456789abcdefghijKLMNOPQRSTuvwx";

it("knows how long generated credentials are", () => {
  expect(CREDENTIAL_LENGTH).toBe(GENERATED);
  expect(redact(`{"n":"${credential}"}`)).toBe('{"n":"[hidden]"}');
});

test.each([
  ["a token", "Bearer eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJ4In0.abc-DEF_1 said", "Bearer [hidden] said"],
  [
    "an address",
    "cannot reach postgres://risk:hunter2@postgres:5432/x",
    "cannot reach postgres://risk:[hidden]@postgres:5432/x",
  ],
  ["an address without a login", "http://nats:8222/healthz?a@b", "http://nats:8222/healthz?a@b"],
  ["a digest", "a".repeat(20) + "0".repeat(44), "a".repeat(20) + "0".repeat(44)],
])("%s", (_, text, shown) => {
  expect(redact(text)).toBe(shown);
});

test("what is called a password is one", () => {
  for (const name of [
    "password",
    "db.PASSWORD",
    "clientSecret",
    "access_token",
    "headers.authorization",
    "api-key".replace("-", "_"),
  ])
    expect([name, redactField(name, "hunter2")]).toEqual([name, "[hidden]"]);
  for (const name of ["tokens", "order_id", "passed"]) expect(redactField(name, "hunter2")).toBe("hunter2");
});
