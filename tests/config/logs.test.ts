import { setTimeout as wait } from "node:timers/promises";
import type Docker from "dockerode";
import { ownContainers } from "../../cli/docker/containers";
import { parseQuery, type LogsOptions } from "../../cli/logs/query";
import { followLines, readLines } from "../../cli/logs/read";
import { parseSettings } from "../../model/settings";
import { imageResolver } from "../../stacks/inputs";
import { engine, removeLabelled, until } from "../harness/docker";

const PREFIX = "t26cfg-logs";
const MARK = "com.trade2026.test=logs";
const DEFAULTS: LogsOptions = { follow: false, tail: "200", lane: [], capability: [], json: false };

let docker: Docker;
beforeAll(async () => {
  docker = await engine();
  await removeLabelled(docker, MARK);
});
afterAll(() => removeLabelled(docker, MARK));

/** A container of the platform whose program is given in JavaScript; after it, it does nothing. */
async function start(name: string, capability: string, program: string): Promise<Docker.Container> {
  const image = imageResolver(parseSettings({ images: "packages" }))("node");
  if ("missing" in image) throw new Error(image.missing);
  const container = await docker.createContainer({
    Image: image.reference,
    name: `${PREFIX}-${name}`,
    Entrypoint: ["node", "-e", `${program}; setInterval(() => {}, 1000)`],
    Labels: {
      [MARK.split("=")[0] ?? ""]: "logs",
      "com.trade2026.stack": PREFIX,
      "com.trade2026.workload": name,
      "com.trade2026.role": "service",
      "com.trade2026.capability": capability,
    },
    HostConfig: { NetworkMode: "none", Init: true },
  });
  await container.start();
  return container;
}

const list = () => ownContainers(docker, PREFIX);
const ask = async (options: Partial<LogsOptions> = {}, services: readonly string[] = []) =>
  parseQuery(services, { ...DEFAULTS, ...options }, await list(), Date.now());
const texts = async (options: Partial<LogsOptions> = {}): Promise<readonly string[]> => {
  const { lines } = await readLines(docker, await list(), await ask(options));
  return lines.map(({ by, line }) => `${by.name}: ${line.text}`);
};

test("the logs of several containers are one, in order of time, and go on", async () => {
  const say = (name: string, first: number): string =>
    `let n = ${first}; const t = setInterval(() => { n += 2; console[n % 4 ? "log" : "error"](JSON.stringify({ level: n > 7 ? "warn" : "info", msg: "${name}" + n })); if (n > 9) clearInterval(t); }, 200); console.log("x".repeat(40000))`;
  await start("one", "trading", say("one ", -1));
  await start("two", "data", say("two ", 0));
  const all = await until(
    "both to have spoken",
    30,
    () => texts(),
    (found) => found.length >= 13,
  );
  expect(all).toHaveLength(13);
  expect(all.filter((text) => text.length > 40_000)).toHaveLength(2);
  const of = (name: string): readonly number[] =>
    all.flatMap((text) => (text.includes(`"${name} `) ? [Number(/(\d+)"}$/.exec(text)?.[1])] : []));
  expect([of("one"), of("two")]).toEqual([
    [1, 3, 5, 7, 9, 11],
    [2, 4, 6, 8, 10],
  ]);
  expect(await texts({ level: "warn" })).toHaveLength(4);
  expect(await texts({ level: "warn", tail: "1" })).toHaveLength(1);
  expect(await texts({ grep: "one 3" })).toEqual(['one: {"level":"info","msg":"one 3"}']);
  expect(await texts({ until: "1h" })).toEqual([]);

  const query = await ask();
  const { newest } = await readLines(docker, await list(), query);
  const heard: string[] = [];
  const emit = ({ by, line }: { by: { name: string }; line: { text: string } }): number =>
    heard.push(`${by.name}: ${line.text}`);
  const ends = new AbortController();
  const everything = followLines(docker, {
    list,
    query,
    newest,
    fromMs: Date.now(),
    emit,
    signal: ends.signal,
  });
  await wait(500);
  const late = await start("late", "sre", 'console.log("begins")');
  await until(
    "what comes later",
    20,
    () => Promise.resolve(heard.join()),
    (text) => text !== "",
  );
  expect(heard).toEqual(["late: begins"]);
  ends.abort();
  await everything;

  // named, it ends with the container
  const named = await ask({}, ["late"]);
  const seen: string[] = [];
  const following = followLines(docker, {
    list,
    query: named,
    newest: new Map(),
    fromMs: Date.now() - 60_000,
    emit: ({ line }) => seen.push(line.text),
  });
  await late.stop({ t: 1 });
  await following;
  expect(seen).toEqual(["begins"]);
});
