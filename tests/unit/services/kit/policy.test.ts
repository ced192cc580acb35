import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { policyAt, Secret, type Caller } from "../../../../services/kit";
import { assertAllowed } from "../../../../services/live-gateway/src/policy";

const ann: Caller = { subject: "ann", kind: "user", role: "admin", accounts: ["*"] };

/** An OPA that asks for its token, as the platform's does. */
let server: Server;
let result: unknown;
let asked: unknown;
let url: string;
beforeAll(async () => {
  server = createServer((request, response) => {
    const known = request.headers.authorization === "Bearer right";
    let body = "";
    request.on("data", (part: Buffer) => (body += part.toString()));
    request.on("end", () => {
      asked = { path: request.url, ...(JSON.parse(body) as object) };
      response.writeHead(known ? 200 : 401, { "content-type": "application/json" });
      response.end(JSON.stringify(known ? { result } : { code: "unauthorized" }));
    });
  }).listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => new Promise((resolve) => server.close(resolve)));

test("asks with its token who wants what", async () => {
  result = true;
  await policyAt(url, new Secret("right"))("halt", ann, { level: "flatten", subject: "somebody else" });
  expect(asked).toEqual({
    path: "/v1/data/trade2026/trading/allow",
    input: { level: "flatten", action: "halt", subject: "ann", roles: ["admin"], accounts: ["*"] },
  });
});

test.each([[false], [undefined]])("only a clear yes is one: %p is a no", async (said) => {
  result = said;
  await expect(policyAt(url, new Secret("right"))("resume", ann)).rejects.toMatchObject({
    statusCode: 403,
    message: "The policy does not allow ann to resume.",
  });
});

test.each([["true"], [{}], [null]])("what is neither is no answer: %p", async (said) => {
  result = said;
  await expect(policyAt(url, new Secret("right"))("resume", ann)).rejects.toMatchObject({
    statusCode: 503,
  });
});

describe("the live gateway", () => {
  test("nobody answers: nobody resumes, and stopping works all the same", async () => {
    const policy = policyAt(url, new Secret("wrong"));
    await expect(assertAllowed(policy, "resume", ann)).rejects.toMatchObject({ statusCode: 503 });
    await expect(assertAllowed(policy, "halt", ann)).resolves.toBeUndefined();
  });

  test("a clear no is one for both", async () => {
    result = false;
    const policy = policyAt(url, new Secret("right"));
    for (const action of ["halt", "resume"] as const)
      await expect(assertAllowed(policy, action, ann)).rejects.toMatchObject({ statusCode: 403 });
  });
});
