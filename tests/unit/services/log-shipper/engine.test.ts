import { Secret } from "../../../../services/kit/config";
import { Engine, type PageOptions } from "../../../../services/log-shipper/src/engine";
import { Upstream } from "../../../../services/log-shipper/src/upstream";
import { FakeStore } from "../datainit/fake-http";

let fake: FakeStore;
let engine: Engine;
beforeEach(async () => {
  fake = new FakeStore();
  const url = await fake.start();
  engine = new Engine(
    new Upstream({ name: "the proxy", url, username: "u", password: new Secret("p"), timeoutMs: 2000 }),
  );
});
afterEach(() => fake.stop());

const SOURCE = { id: "0123456789abcdef", name: "oms", capability: "trading", lanes: [] };
const line = (number: number, text = `line ${number}`): string =>
  JSON.stringify({ time: `2026-11-30T05:00:00.${String(number).padStart(9, "0")}Z`, stream: "stdout", text });
const lines = (from: number, count: number): string =>
  Array.from({ length: count }, (_, index) => `${line(from + index)}\n`).join("");
const say = (body: string, status = 200): void => void (fake.answer = () => ({ status, body }));
const page = (options: Partial<PageOptions> = {}) =>
  engine.page(SOURCE, 1_500_000_000n, { catchUp: false, knows: () => false, ...options });
const asked = (): readonly string[] => fake.asked.map(({ path, query }) => `${path}?${query.toString()}`);

it("asks for the end of a log, since a moment", async () => {
  say(lines(0, 3));
  const { entries, more } = await page();
  expect([entries.length, more, asked()]).toEqual([
    3,
    false,
    ["/containers/oms/logs?since=1.500000000&tail=2000"],
  ]);
});

it("asks from the beginning when the end may not be all", async () => {
  say(lines(0, 2000));
  expect((await page()).entries).toHaveLength(2000);
  expect(asked()).toEqual([
    "/containers/oms/logs?since=1.500000000&tail=2000",
    "/containers/oms/logs?since=1.500000000&first=2000",
  ]);
  // it joins what was read before
  fake.asked.length = 0;
  await page({ knows: () => true });
  expect(asked()).toHaveLength(1);
  fake.asked.length = 0;
  await page({ catchUp: true });
  expect(asked()).toEqual(["/containers/oms/logs?since=1.500000000&first=2000"]);
});

it("says that there is more: the proxy says so, or it is a page already", async () => {
  say(`${lines(0, 2)}{"truncated":true}\n`);
  expect(await page({ catchUp: true })).toMatchObject({ entries: [{}, {}], more: true });
  say(Array.from({ length: 200 }, (_, number) => `${line(number, "x".repeat(20_000))}\n`).join(""));
  const { entries, more } = await page({ catchUp: true });
  expect([more, entries.length < 100]).toEqual([true, true]);
});

it("a container that went away has no lines; anything else is an error", async () => {
  say("{}", 404);
  expect(await page()).toEqual({ entries: [], more: false });
  say("{}", 502);
  await expect(page()).rejects.toThrow("the proxy answered 502 to GET /containers/oms/logs");
  say('{"what":1}\n');
  await expect(page()).rejects.toThrow();
});

it("lists services and jobs", async () => {
  const container = { ...SOURCE, state: "running", role: "service" };
  fake.answer = ({ query }) => ({
    status: 200,
    body: JSON.stringify(query.get("role") === "job" ? [] : [container]),
  });
  expect(await engine.containers()).toEqual([{ ...SOURCE, state: "running" }]);
  expect(asked()).toEqual(["/containers?role=service", "/containers?role=job"]);
});
