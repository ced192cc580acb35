import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "../../stacks/inputs";
import { defaultPlatform } from "./platforms";
import { Sandbox } from "./sandbox";

const POLICY = "/etc/opa/policy";
const tests = readFileSync(join(ROOT, "configs/opa/trading_test.rego"), "utf8");
const declared = tests.match(/^test_\w+/gm)?.length ?? 0;

describe("opa", () => {
  let sandbox: Sandbox;
  beforeAll(async () => void (sandbox = await Sandbox.open("opa", defaultPlatform())));
  afterAll(() => sandbox.close());

  it("check --strict takes the policies and the callers", async () => {
    const result = await sandbox.run("opa", { command: ["check", "--strict", POLICY, "/run/secrets"] });
    expect(result).toEqual({ code: 0, stdout: "", stderr: "" });
  });

  it("check --strict refuses a policy that does not parse", async () => {
    const files = { [`${POLICY}/trading.rego`]: "package trade2026.trading\n\nallow if {\n" };
    expect((await sandbox.run("opa", { command: ["check", "--strict", POLICY], files })).code).toBe(1);
  });

  it("test passes every case of ours", async () => {
    const { code, stdout } = await sandbox.run("opa", {
      command: ["test", POLICY],
      files: { [`${POLICY}/trading_test.rego`]: tests },
    });
    expect({ code, stdout: stdout.trim() }).toEqual({ code: 0, stdout: `PASS: ${declared}/${declared}` });
    expect(declared).toBeGreaterThanOrEqual(12);
  });

  it("test fails for a policy that allows too much", async () => {
    const files = {
      [`${POLICY}/trading_test.rego`]: tests,
      [`${POLICY}/trading.rego`]: "package trade2026.trading\n\ndefault allow := true\n",
    };
    expect((await sandbox.run("opa", { command: ["test", POLICY], files })).code).not.toBe(0);
  });
});
