import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { Caller } from "../../../../services/kit";
import { Secret } from "../../../../services/kit/config";
import { assertAllowed, opaPolicy } from "../../../../services/live-gateway/src/policy";

const ann: Caller = { subject: "ann", kind: "user", role: "admin", accounts: ["*"] };

/** An OPA that asks for its token, as the platform's does. */
let server: Server;
let result: unknown;
let url: string;
beforeAll(async () => {
  server = createServer((request, response) => {
    request.resume();
    const known = request.headers.authorization === "Bearer right";
    response.writeHead(known ? 200 : 401, { "content-type": "application/json" });
    response.end(JSON.stringify(known ? { result } : { code: "unauthorized" }));
  }).listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => new Promise((resolve) => server.close(resolve)));

test("asks with its token, and only a clear yes is one", async () => {
  const policy = opaPolicy(url, new Secret("right"));
  for (const [said, allowed] of [
    [true, true],
    [false, false],
    [undefined, false],
  ] as const) {
    result = said;
    expect(await policy.allows("resume", ann)).toBe(allowed);
  }
});

test("refused by OPA: nobody resumes, and stopping works all the same", async () => {
  const policy = opaPolicy(url, new Secret("wrong"));
  await expect(assertAllowed(policy, "resume", ann)).rejects.toMatchObject({ statusCode: 503 });
  await expect(assertAllowed(policy, "halt", ann)).resolves.toBeUndefined();
});
