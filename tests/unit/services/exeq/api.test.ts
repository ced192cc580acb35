import { Registry } from "prom-client";
import { addRoutes } from "../../../../services/exeq/src/api";
import type { Parents } from "../../../../services/exeq/src/parents";
import { authenticate, createLog, Health } from "../../../../services/kit";
import { createHttp, type Http } from "../../../../services/kit/http";

let http: Http;
let base: string;
const find = jest.fn<Promise<undefined>, []>();
beforeAll(async () => {
  const log = createLog("exeq", "0", "error");
  const described = { service: "exeq", version: "0", description: "for the test" };
  http = await createHttp({ ...described, log, metrics: new Registry(), health: new Health() });
  authenticate(http, () =>
    Promise.resolve({ subject: "ann", kind: "user", role: "viewer", accounts: ["*"] }),
  );
  addRoutes(http, { find, running: [] } as unknown as Parents, { routed: () => 0, venues: [] }, log);
  base = await http.listen({ host: "127.0.0.1", port: 0 });
});
afterAll(() => http.close());

async function ask() {
  const response = await fetch(`${base}/parents/7a1c3a0e-0f0d-8a3b-9c3e-2b1a0f0e0d0c`, {
    headers: { authorization: "Bearer any" },
  });
  return [response.status, await response.json()];
}

it("says that a parent is unknown, and, with its store away, that nobody can say", async () => {
  find.mockResolvedValueOnce(undefined);
  expect(await ask()).toMatchObject([404, { error: "parent_unknown" }]);
  find.mockRejectedValueOnce(new Error("Connection is closed."));
  expect(await ask()).toMatchObject([503, { error: "state_unavailable" }]);
});
