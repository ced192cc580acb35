import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect, createServer, type AddressInfo, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import type Docker from "dockerode";
import { opensearch as opensearchSpec } from "../../components/data/opensearch";
import { engineProxy } from "../../components/sre/engine";
import { logShipper as shipperSpec } from "../../components/sre/logs";
import { logTemplates } from "../../components/data/setup";
import { UNKNOWN_HOST } from "../../model/host";
import { parseSettings } from "../../model/settings";
import { bundleService } from "../../services/build";
import type { LogRecord } from "../../services/contracts/log-record";
import { initOpenSearch } from "../../services/datainit/src/opensearch";
import type { RunningService } from "../../services/kit/service";
import type { SearchQuestion } from "../../services/log-shipper/src/search";
import { logShipper } from "../../services/log-shipper/src/service";
import { imageResolver, loadPlan, ROOT } from "../../stacks/inputs";
import { hostPortOf, passwordOf, Sandbox } from "../config/sandbox";
import { until } from "../harness/docker";
import { startForTest } from "./market-harness";

const PREFIX = "t26svc-logs";
const settings = parseSettings({ images: "packages", prefix: PREFIX });
const plan = loadPlan(settings, UNKNOWN_HOST, {
  workloads: [engineProxy, opensearchSpec, logTemplates, shipperSpec],
});
const CREDENTIAL = "cfgCFG0123456789abcdefghijKLMNOPQRSTuvwx";

let sandbox: Sandbox;
let store: Docker.Container;
let door: Door;
let shipper: RunningService;
let env: Readonly<Record<string, string>>;
const folder = mkdtempSync(join(tmpdir(), "t26-logs-"));

/** The store's address, which stays the same when the engine gives it another port. */
class Door {
  target = 0;
  readonly #server: Server = createServer((from) => {
    const to = connect(this.target, "127.0.0.1");
    from.on("error", () => to.destroy()).on("close", () => to.destroy());
    to.on("error", () => from.destroy()).on("close", () => from.destroy());
    from.pipe(to).pipe(from);
  });

  async open(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, "127.0.0.1", resolve));
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  close(): void {
    this.#server.close();
  }
}

beforeAll(async () => {
  sandbox = await Sandbox.open("log-shipper", plan);
  const proxy = await sandbox.start("engine-proxy", { publish: [2375] });
  store = await sandbox.start("opensearch", { publish: [9200] }, 180);
  door = new Door();
  door.target = await hostPortOf(store, 9200);
  const password = (credential: string): string => {
    const path = join(folder, credential);
    writeFileSync(path, passwordOf(credential));
    return path;
  };
  env = {
    OPENSEARCH_URL: await door.open(),
    OPENSEARCH_USERNAME: "log-shipper",
    OPENSEARCH_PASSWORD_FILE: password("opensearch-log-shipper"),
    ENGINE_PROXY_URL: `http://127.0.0.1:${await hostPortOf(proxy, 2375)}`,
    ENGINE_PROXY_USERNAME: "log-shipper",
    ENGINE_PROXY_PASSWORD_FILE: password("engine-proxy-log-shipper"),
    ROUND_MS: "300",
    LIST_MS: "500",
  };
  shipper = await startForTest(logShipper, env);
}, 300_000);
afterAll(async () => {
  await shipper.stop();
  door.close();
  await sandbox.close();
  rmSync(folder, { recursive: true });
}, 60_000);

/** A container of the stack that says 50 numbered lines, and again as often as it is told to. */
async function speaker(name: string, count = 50): Promise<{ readonly speak: () => Promise<void> }> {
  const image = imageResolver(settings)("node");
  if ("missing" in image) throw new Error(image.missing);
  const program = `
    let n = 0;
    const speak = () => { for (const end = n + ${count}; n < end; n++)
      console.log(JSON.stringify({ level: n % 10 ? "info" : "error", msg: "line number " + n, order_id: "order-" + n })); };
    console.error("plain text with ${CREDENTIAL} in it");
    console.log(JSON.stringify({ level: "warn", msg: "a login", db: { url: "postgres://risk:hunter2@postgres", password: "hunter2" } }));
    process.on("SIGUSR2", speak); speak(); setInterval(() => {}, 1000);`;
  const container = await sandbox.docker.createContainer({
    Image: image.reference,
    name: `${PREFIX}-${name}`,
    Entrypoint: ["node", "-e", program],
    Labels: {
      "com.trade2026.test": sandbox.name,
      "com.trade2026.stack": PREFIX,
      "com.trade2026.workload": name,
      "com.trade2026.role": "service",
      "com.trade2026.capability": "trading",
    },
    HostConfig: { NetworkMode: "none" },
  });
  await container.start();
  return { speak: () => container.kill({ signal: "SIGUSR2" }) as Promise<void> };
}

/** As the operator, past the shipper. */
async function ask<T>(
  path: string,
  body?: unknown,
  method = body === undefined ? "GET" : "POST",
): Promise<T> {
  const login = Buffer.from(`operator:${passwordOf("opensearch-operator")}`).toString("base64");
  const response = await fetch(`http://127.0.0.1:${door.target}${path}`, {
    method,
    headers: { authorization: `Basic ${login}`, "content-type": "application/json" },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
  return (await response.json()) as T;
}

/** How many lines of a service are stored, and how many different ones. */
async function stored(service: string): Promise<{ readonly lines: number; readonly different: number }> {
  await ask("/logs-*/_refresh", {});
  const { hits } = await ask<{ hits: { hits: readonly { _source: LogRecord }[] } }>("/logs-*/_search", {
    size: 10_000,
    query: { term: { service } },
    _source: ["message"],
  });
  const messages = hits.hits.map(({ _source: { message } }) => message);
  return { lines: messages.length, different: new Set(messages).size };
}

const untilStored = (service: string, lines: number, limitSeconds = 60) =>
  until(
    `${lines} lines of ${service}`,
    limitSeconds,
    // it may be on its way up
    () => stored(service).catch(() => ({ lines: 0, different: 0 })),
    (found) => found.lines >= lines,
  );

const metric = async (name: string): Promise<number> => {
  const page = await (await fetch(`http://127.0.0.1:${shipper.port}/metrics`)).text();
  return Number(
    page
      .split("\n")
      .find((line) => line.startsWith(`${name} `))
      ?.slice(name.length + 1),
  );
};

const run = promisify(execFile);
async function search(question: Partial<SearchQuestion>): Promise<readonly LogRecord[]> {
  const { dir } = bundleService(ROOT, "log-shipper", join(folder, "bundle"));
  const all = { services: [], lanes: [], capabilities: [], levels: [], size: 100, ...question };
  const { stdout } = await run(process.execPath, [join(dir, "main.js"), "search", JSON.stringify(all)], {
    env,
  });
  return stdout
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as LogRecord);
}

test("without the template nothing is stored, and then all of it", async () => {
  await speaker("early", 5);
  await until(
    "it to fail",
    20,
    () => metric("log_shipper_lag_seconds"),
    (lag) => lag > 2,
  );
  await expect(ask("/_cat/indices/logs-*?format=json")).resolves.toEqual([]);
  const operator = join(folder, "operator");
  writeFileSync(operator, passwordOf("opensearch-operator"));
  await initOpenSearch({
    args: [],
    env: {
      OPENSEARCH_URL: env["OPENSEARCH_URL"] ?? "",
      OPENSEARCH_USERNAME: "operator",
      OPENSEARCH_PASSWORD_FILE: operator,
    },
    connectTimeoutMs: 30_000,
    say: () => undefined,
  });
  expect(await untilStored("early", 7)).toEqual({ lines: 7, different: 7 });
  await until(
    "it to have caught up",
    20,
    () => metric("log_shipper_lag_seconds"),
    (lag) => lag < 2,
  );
});

test("a line is found by its words, by a field, by who said it, and by its level", async () => {
  await speaker("speaks");
  await untilStored("speaks", 52);
  const found = await search({ text: '"number 20"', services: ["speaks"] });
  expect(found).toEqual([
    {
      time: expect.stringMatching(/^\d{4}-.*\.\d{9}Z$/) as string,
      ...{ service: "speaks", capability: "trading", lanes: [], stream: "stdout" },
      ...{ level: "error", message: "line number 20", fields: { order_id: "order-20" } },
    },
  ]);
  expect((await search({ text: "order-21" })).map(({ message }) => message)).toEqual(["line number 21"]);
  const errors = await search({ text: "line", services: ["speaks"], levels: ["error", "fatal"] });
  expect(errors.map(({ message }) => message)).toEqual([0, 10, 20, 30, 40].map((n) => `line number ${n}`));
  expect(await search({ text: "line", size: 2, services: ["speaks"] })).toHaveLength(2);
  for (const none of [
    { services: ["other"] },
    { capabilities: ["data"] },
    { lanes: ["backend"] },
    { until: 1 },
  ])
    expect([none, await search({ text: "line", ...none })]).toEqual([none, []]);
});

test("what looks like a credential is nowhere in the store", async () => {
  const all = JSON.stringify(await ask("/logs-*/_search", { size: 1000 }));
  expect(all).toContain("plain text with [hidden] in it");
  expect(all).not.toMatch(/cfgCFG|hunter2/);
});

test("each line once, over a restart of the shipper and while it is told the same again", async () => {
  const { speak } = await speaker("again");
  await untilStored("again", 52);
  await shipper.stop();
  await speak();
  shipper = await startForTest(logShipper, env);
  await untilStored("again", 102);
  await until(
    "it to have sent the last minutes again",
    20,
    () => metric('log_shipper_lines_total{outcome="known"}'),
    (known) => known >= 52,
  );
  expect(await stored("again")).toEqual({ lines: 102, different: 102 });
});

test("who says nothing new makes no more lines", async () => {
  const indexed = () => metric('log_shipper_lines_total{outcome="indexed"}');
  await until(
    "a whole round",
    20,
    () => metric("log_shipper_lag_seconds"),
    (lag) => lag < 1,
  );
  const before = [await indexed(), await metric('log_shipper_lines_total{outcome="known"}')];
  await new Promise((resolve) => setTimeout(resolve, 3000));
  expect([await indexed(), await metric('log_shipper_lines_total{outcome="known"}')]).toEqual(before);
});

test("while OpenSearch is away nothing is lost, and thousands of lines at once are not either", async () => {
  const { speak } = await speaker("outage", 3500);
  await untilStored("outage", 3502);
  await store.kill();
  await speak();
  await until(
    "it to lag",
    30,
    () => metric("log_shipper_lag_seconds"),
    (lag) => lag > 3,
  );
  await store.start();
  door.target = await hostPortOf(store, 9200);
  await untilStored("outage", 7002, 180);
  await until(
    "it to have caught up",
    60,
    () => metric("log_shipper_lag_seconds"),
    (lag) => lag < 3,
  );
  expect(await stored("outage")).toEqual({ lines: 7002, different: 7002 });
  expect(await metric('log_shipper_lines_total{outcome="refused"}')).toBe(0);
});

test("days that are past their time go, and what is no day of logs stays", async () => {
  const day = (ago: number): string =>
    `logs-${new Date(Date.now() - ago * 86_400_000).toISOString().slice(0, 10).replaceAll("-", ".")}`;
  for (const index of ["logs-2020.01.01", day(16), day(13), "logs-of-somebody"])
    await ask(`/${index}`, {}, "PUT");
  await shipper.stop();
  shipper = await startForTest(logShipper, env);
  const left = await until(
    "old days to go",
    30,
    async () =>
      (await ask<{ index: string }[]>("/_cat/indices/logs-*?format=json")).map(({ index }) => index).sort(),
    (names) => !names.includes("logs-2020.01.01") && !names.includes(day(16)),
  );
  expect(left).toEqual([day(13), day(0), "logs-of-somebody"].sort());
});
