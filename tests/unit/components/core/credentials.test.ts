import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { assertSuppliedFiles } from "../../../../components/core/credentials";
import { problemsOf } from "../../../support/model";
import { CONTAINER, PASSWORD, passwordOf } from "../../../support/mocks";
import { realPlan, recordStack } from "../../../support/platform";

const folder = mkdtempSync(join(tmpdir(), "t26-supplied-"));
afterAll(() => rmSync(folder, { recursive: true }));
const file = (name: string, content?: string): string => {
  const path = join(folder, name);
  if (content !== undefined) writeFileSync(path, content);
  return path;
};
const withAlerts = (alerts: object) => realPlan({ images: "packages", alerts });

it("is shown by the tools gateway from its secret volume alone, encoded as HTTP wants it", async () => {
  const plan = realPlan({ images: "packages" });
  const up = await recordStack(plan);
  const writer = up.one(CONTAINER, "tools-gateway-secrets");
  expect(writer.secretInputs).toEqual(["uploads"]);
  const shown = (tool: string): string =>
    Buffer.from(`tools-gateway:${passwordOf(`${tool}-tools-gateway`)}`).toString("base64");
  const file = (writer.inputs.uploads as readonly { file: string; content: string }[]).find(
    (upload) => upload.file === "/volume/tools.yml",
  );
  expect(file?.content.match(/Basic \S+/g)).toEqual([
    `Basic ${shown("prometheus")}"`,
    `Basic ${shown("alertmanager")}"`,
  ]);
  const elsewhere = up.resources.filter(({ name }) => name !== "tools-gateway-secrets");
  for (const tool of ["prometheus", "alertmanager"])
    expect(JSON.stringify(elsewhere.map(({ inputs }) => inputs))).not.toContain(shown(tool));
});

describe("a secret of the operator's own", () => {
  it("goes from its file into the one volume of who needs it, as a secret, and is not generated", async () => {
    const plan = withAlerts({ webhook: { urlFile: file("hook", "https://example.org/s3cret\n") } });
    assertSuppliedFiles(plan);
    const up = await recordStack(plan);
    const writer = up.one(CONTAINER, "alertmanager-secrets");
    expect(writer.secretInputs).toEqual(["uploads"]);
    expect(writer.inputs.uploads).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ file: "/volume/webhook-url", content: "https://example.org/s3cret" }),
      ]),
    );
    expect(up.ofType(PASSWORD).filter(({ name }) => name === "alertmanager-webhook-url")).toEqual([]);
    expect(JSON.stringify(plan)).not.toContain("s3cret");
  });

  it("that is not there, or empty, is said before anything is made, all at once", async () => {
    const plan = withAlerts({
      webhook: { urlFile: file("absent") },
      heartbeat: { urlFile: file("empty", " \n") },
    });
    const problem = (purpose: string, what: string, name: string) => ({
      path: `Alertmanager: ${purpose}`,
      what,
      value: join(folder, name),
      allowed: "a file with the secret and nothing else",
      fix: `write it: ${join(folder, name)}`,
    });
    expect(problemsOf(() => assertSuppliedFiles(plan))).toEqual([
      problem("address of the heartbeat", "is empty", "empty"),
      problem("address of the webhook", "cannot be read (ENOENT)", "absent"),
    ]);
    await expect(recordStack(plan)).rejects.toThrow(/2 problems, nothing was changed/);
  });
});
