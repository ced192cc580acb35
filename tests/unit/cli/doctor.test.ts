import { checkLines, fromProblem, guarded } from "../../../cli/doctor/check";
import { certificateCheck } from "../../../cli/doctor/gateway";
import { canLockUp, isOlder } from "../../../cli/doctor/host";
import { leftOutCheck } from "../../../cli/doctor/images";
import { openListeners } from "../../../cli/doctor/listeners";
import { processorChecks } from "../../../cli/doctor/processors";
import { diskProblems } from "../../../cli/docker/disk";
import { styleFor } from "../../../cli/ui/style";
import { ProblemsError } from "../../../model/problems";

const plain = styleFor({}, {});

test("listeners on every address, of both families, and nothing else", () => {
  const table = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 00000000:0016 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 1111 1
   1: 0100007F:0CEA 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 2222 1
   2: 00000000000000000000000000000000:1F90 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 3333 1
   3: 00000000:1770 0100007F:0CEA 01 00000000:00000000 00:00000000 00000000     0        0 4444 1
`;
  expect(openListeners(table)).toEqual([
    { port: 22, inode: "1111" },
    { port: 8080, inode: "3333" },
  ]);
});

test.each([
  ["haltpoll", "0", 1],
  ["haltpoll", "200000", 0],
  ["intel_idle", "0", 0],
  [undefined, undefined, 0],
])("processors that sleep by %s, after %s ns: %i warnings", (driver, poll, warnings) => {
  const found = processorChecks((file) => (file.endsWith("current_driver") ? driver : poll));
  expect(found).toHaveLength(warnings);
  for (const { state, fix } of found) {
    expect(state).toBe("warning");
    expect(fix).toContain("echo 200000 > /sys/module/haltpoll/parameters/guest_halt_poll_ns");
  }
});

test.each([
  ["2026-11-22T00:00:00Z", "problem", "the gateway's certificate ended on 2026-11-22"],
  ["2026-12-01T00:00:00Z", "warning", "the gateway's certificate ends on 2026-12-01, in 7 days"],
  ["2027-12-01T00:00:00Z", "ok", "the gateway's certificate is good until 2027-12-01, 372 days"],
])("a certificate until %s is %s", (until, state, found) => {
  expect(certificateCheck(new Date(until), Date.parse("2026-11-23T12:00:00Z"))).toMatchObject({
    state,
    found,
  });
});

test.each([
  ["19.03.5", true],
  ["20.10.24+dfsg1", false],
  ["20.9.1", true],
  ["28.0.1", false],
  ["unknown", false],
])("engine %s too old: %s", (version, old) => {
  expect(isOlder(version)).toBe(old);
});

test.each([
  ["20.10.24+dfsg1", true],
  ["20.10.9", true],
  ["23.0.1", false],
  ["28.0.1", false],
  ["unknown", false],
])("engine %s can lock up: %s", (version, can) => {
  expect(canLockUp(version)).toBe(can);
});

test("a disk: comfortable, little, none", () => {
  const disk = (gib: number): ReturnType<typeof diskProblems> =>
    diskProblems({ folder: "/d", freeBytes: gib * 1024 ** 3, totalBytes: 100 * 1024 ** 3 });
  expect(disk(15)).toEqual({ problems: [], warnings: [] });
  expect(disk(3).warnings.map(({ value }) => value)).toEqual(["3.0 GiB free"]);
  expect(disk(1).problems.map(({ path }) => path)).toEqual(["disk /d"]);
  expect(diskProblems(undefined)).toEqual({ problems: [], warnings: [] });
});

test("what a check throws is a finding", async () => {
  const problems = new ProblemsError("x", [
    {
      path: "trade2026:prefix",
      what: "is wrong",
      value: 1,
      allowed: "text",
      fix: "pulumi config set trade2026:prefix <value>",
    },
  ]);
  expect(await guarded("settings", () => Promise.reject(problems))).toEqual([
    {
      about: "trade2026:prefix",
      state: "problem",
      found: "is wrong (found 1, wanted text)",
      fix: "./trade2026 up --set prefix=<value>",
    },
  ]);
  expect(await guarded("disk", () => Promise.reject(new Error("no")))).toEqual([
    { about: "disk", state: "unknown", found: "no" },
  ]);
});

test("a finding as lines", () => {
  const check = fromProblem("warning", { path: "memory", what: "is little", fix: "buy\nsome" });
  expect(checkLines(check, plain)).toEqual(["! memory: is little", "    fix: buy\n         some"]);
});

test("an image of one's own is offered for what has none, not for what only needs it", () => {
  expect(leftOutCheck({ name: "store", reason: "store has no image" }).fix).toContain(
    "--set imageOverrides.store=<reference>",
  );
  expect(leftOutCheck({ name: "seed", reason: "needs store" }).fix).toBe(
    "nothing of its own: it comes back with store",
  );
});
