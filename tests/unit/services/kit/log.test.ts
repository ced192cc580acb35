import { createLog, Secret } from "../../../../services/kit";

function lines(
  level: "debug" | "info",
  write: (log: ReturnType<typeof createLog>) => void,
): Record<string, unknown>[] {
  const written: string[] = [];
  write(createLog("oms", "1.2.3", level, { write: (line: string) => void written.push(line) }));
  return written.map((line) => JSON.parse(line) as Record<string, unknown>);
}

test("a line is an object that says when, how bad, who and what", () => {
  const [line] = lines("info", (log) => log.warn({ order: 7 }, "late"));
  expect(line).toMatchObject({ level: "warn", service: "oms", version: "1.2.3", order: 7, msg: "late" });
  expect(String(line?.["time"])).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
  expect(line).not.toHaveProperty("pid");
});

test("the level decides", () => {
  const write = (log: ReturnType<typeof createLog>) => {
    log.debug("fine");
    log.info("plain");
  };
  expect(lines("info", write).map(({ msg }) => msg)).toEqual(["plain"]);
  expect(lines("debug", write).map(({ msg }) => msg)).toEqual(["fine", "plain"]);
});

test("credentials are not written, wherever they usually lie", () => {
  const [line] = lines("info", (log) =>
    log.info({
      password: "s3cret",
      user: { name: "ann", token: "s3cret" },
      req: { headers: { authorization: "Bearer s3cret", cookie: "s3cret", accept: "x" } },
      config: { key: new Secret("s3cret") },
    }),
  );
  expect(JSON.stringify(line)).not.toContain("s3cret");
  expect(line).toMatchObject({ user: { name: "ann" }, req: { headers: { accept: "x" } } });
});

test("an error is written with its stack", () => {
  const [line] = lines("info", (log) => log.error({ err: new Error("broken") }, "failed"));
  expect(line).toMatchObject({ err: { message: "broken", type: "Error" } });
  expect(JSON.stringify(line)).toContain("log.test.ts");
});
