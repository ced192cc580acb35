import { Registry } from "prom-client";
import { createLog, exportMetrics, type Family } from "../../../../services/kit";

interface Reading {
  readonly free: number | undefined;
  readonly done: number;
  readonly rooms: Readonly<Record<string, number>>;
}

const families: readonly Family<Reading>[] = [
  {
    name: "free",
    help: "Free.",
    kind: "gauge",
    samples: ({ free }) => (free === undefined ? [] : [{ value: free }]),
  },
  { name: "done_total", help: "Done.", kind: "counter", samples: ({ done }) => [{ value: done }] },
  {
    name: "room",
    help: "Of a room.",
    kind: "gauge",
    labels: ["name"],
    samples: ({ rooms }) => Object.entries(rooms).map(([name, value]) => ({ value, labels: { name } })),
  },
];

function exporter(read: () => Promise<Reading>) {
  const registry = new Registry();
  const log = createLog("test", "0.0.0", "error");
  exportMetrics({ registry, up: { name: "it_up", help: "Up." }, families, read, log });
  return async (): Promise<readonly string[]> =>
    (await registry.metrics()).split("\n").filter((line) => line !== "" && !line.startsWith("# HELP"));
}
const series = (lines: readonly string[]): readonly string[] =>
  lines.filter((line) => !line.startsWith("#")).sort();

test("what was read, with its type", async () => {
  const scrape = exporter(() => Promise.resolve({ free: 3, done: 7, rooms: { a: 1, b: 2 } }));
  const lines = await scrape();
  expect(series(lines)).toEqual([
    "done_total 7",
    "free 3",
    "it_up 1",
    'room{name="a"} 1',
    'room{name="b"} 2',
  ]);
  expect(lines).toEqual(
    expect.arrayContaining(["# TYPE done_total counter", "# TYPE free gauge", "# TYPE room gauge"]),
  );
  // a counter is set to what was read, not added to
  expect(series(await scrape())).toContain("done_total 7");
});

test("what is no longer said, or cannot be read, is gone", async () => {
  const readings: (Reading | Error)[] = [
    { free: 3, done: 7, rooms: { a: 1, b: 2 } },
    { free: undefined, done: 7, rooms: { b: 2 } },
    new Error("away"),
    { free: 0, done: 0, rooms: {} },
  ];
  const scrape = exporter(() => {
    const next = readings.shift();
    return next instanceof Error || next === undefined
      ? Promise.reject(next ?? new Error("asked too often"))
      : Promise.resolve(next);
  });
  await scrape();
  expect(series(await scrape())).toEqual(["done_total 7", "it_up 1", 'room{name="b"} 2']);
  expect(series(await scrape())).toEqual(["it_up 0"]);
  expect(series(await scrape())).toEqual(["done_total 0", "free 0", "it_up 1"]);
});

test("a reading that makes no sense is none", async () => {
  const scrape = exporter(() =>
    Promise.resolve({ free: 1, done: 1, rooms: null as unknown as Reading["rooms"] }),
  );
  expect(series(await scrape())).toEqual(["it_up 0"]);
});

test("scrapes at the same time share one reading, later ones take a new one", async () => {
  let asked = 0;
  const scrape = exporter(async () => {
    asked += 1;
    await new Promise((done) => setTimeout(done, 20));
    return { free: asked, done: 0, rooms: {} };
  });
  const [one, two] = await Promise.all([scrape(), scrape()]);
  expect([asked, one]).toEqual([1, two]);
  expect(await scrape()).toContain("free 2");
});
