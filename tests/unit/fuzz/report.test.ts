import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readReport } from "../../fuzz/report";

const folder = mkdtempSync(join(tmpdir(), "t26-report-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** As schemathesis writes it, without what is not read. */
async function read(...events: readonly unknown[]) {
  const path = join(folder, "report.ndjson");
  writeFileSync(path, events.map((event) => `${JSON.stringify(event)}\n`).join(""));
  return readReport(path);
}
const scenario = (label: string, cases: Readonly<Record<string, Readonly<Record<string, string>>>>) => ({
  ScenarioFinished: {
    status: "success",
    recorder: {
      label,
      interactions: Object.fromEntries(Object.keys(cases).map((id) => [id, { status: 200 }])),
      checks: Object.fromEntries(
        Object.entries(cases).map(([id, checks]) => [
          id,
          Object.entries(checks).map(([name, status]) => ({ name, status })),
        ]),
      ),
    },
  },
});

it("counts requests, checks and what failed, over all phases", async () => {
  const good = { not_a_server_error: "success", ignored_auth: "success" };
  const report = await read(
    { Initialize: { seed: 1 } },
    scenario("GET /users", { a: good, b: { not_a_server_error: "success" } }),
    scenario("POST /users", { c: { not_a_server_error: "failure", ignored_auth: "failure" }, d: good }),
    scenario("GET /users", { e: good }),
    { ScenarioFinished: { recorder: { label: "GET /nothing" } } },
  );
  expect(report).toEqual({
    requests: 5,
    checks: new Map([
      ["not_a_server_error", 5],
      ["ignored_auth", 4],
    ]),
    failures: 1,
    tested: new Set(["GET /users", "POST /users"]),
    failed: new Set(["POST /users"]),
    errors: [],
  });
});

it("does not pass over what kept it from testing", async () => {
  const report = await read(
    { NonFatalError: { label: "GET /users", value: { message: "timed out" } } },
    { FatalError: { exception: { type: "LoaderError", message: "no document" } } },
  );
  expect(report.errors).toEqual(["GET /users: timed out", "no document"]);
});
