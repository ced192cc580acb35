import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { lock } from "../../../../engine/conformance/lock";

describe("lock", () => {
  const folder = mkdtempSync(join(tmpdir(), "conformance-"));
  const file = join(folder, "deep", "run.lock");
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it("is held by one living process and free after its release", () => {
    const release = lock(file);
    expect(() => lock(file)).toThrow(`another run of the conformance table goes on (process ${process.pid})`);
    release();
    expect(existsSync(file)).toBe(false);
    lock(file)();
  });

  it("is taken over from a process that is gone", () => {
    writeFileSync(file, "2147483646");
    lock(file)();
    expect(existsSync(file)).toBe(false);
  });
});
