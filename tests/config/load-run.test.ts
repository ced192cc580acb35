import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { PassThrough } from "node:stream";
import type Docker from "dockerode";
import { uncompress } from "snappyjs";
import { chosenTest } from "../../cli/load-test/choose";
import { loadContainerName, removeLoads } from "../../cli/load-test/container";
import { runLoad, type LoadTest, type Outcome } from "../../cli/load-test/run";
import { loadScript } from "../../cli/load-test/script";
import { Output } from "../../cli/ui/output";
import { recipeTag } from "../../images/builder";
import { inspectScore } from "../../model/hardening";
import { lockedProgram } from "../../model/images";
import { failureSentences } from "../../model/load/results";
import type { RouteCheck } from "../../model/load/targets";
import type { ContainerPlan, Plan } from "../../model/plan";
import { ROOT } from "../../stacks/inputs";
import { engine, removeLabelled, until } from "../harness/docker";
import { imageLock, realPlan } from "../support/platform";
import { issueLeaf, LoadServer, type Leaf } from "./load-server";

const LABELS = { "com.trade2026.test": "load" };
const PREFIX = "t26load";
const NETWORK = `${PREFIX}-frontend`;
const SECOND = `${PREFIX}-backend`;
const SECRET = "s3cretOfTheLoadClient0123456789ABCDEFGH";
const CHECKS: readonly RouteCheck[] = [
  { service: "welcome", path: "/", kind: "page" },
  { service: "oms", path: "/api/orders", kind: "api" },
  { service: "risk", path: "/api/risk", kind: "api" },
  { service: "live-updates", path: "/ws", kind: "other" },
];

/** The command's way of running k6, on a platform that this test plays itself. */
describe("a load test", () => {
  let docker: Docker;
  let leaf: Leaf;
  let server: LoadServer;
  let address: string;
  const script = loadScript(ROOT);
  const label = `com.trade2026.test=${LABELS["com.trade2026.test"]}`;

  beforeAll(async () => {
    docker = await engine();
    await removeLoads(docker, PREFIX);
    await removeLabelled(docker, label);
    leaf = await issueLeaf(docker, recipeTag(ROOT, "toolbox"), LABELS);
    const network = await docker.createNetwork({ Name: NETWORK, Labels: LABELS });
    await docker.createNetwork({ Name: SECOND, Internal: true, Labels: LABELS });
    const { IPAM } = (await network.inspect()) as Docker.NetworkInspectInfo;
    address = IPAM?.Config?.[0]?.Gateway ?? "";
    server = await LoadServer.open(leaf, SECRET, address);
  });
  afterAll(async () => {
    await removeLoads(docker, PREFIX);
    await server?.close();
    await removeLabelled(docker, label);
  });
  beforeEach(() => {
    server.forget();
    Object.assign(server.behaviour, { mode: "paper", state: "ACTIVE", failing: 0, delayMs: 0 });
    server.tokenLife = 600;
  });
  afterEach(async () => expect(await left()).toEqual([]));

  const left = async (): Promise<readonly string[]> => {
    const found = await docker.listContainers({
      all: true,
      filters: { label: [`com.trade2026.stack=${PREFIX}`] },
    });
    return found.flatMap(({ Names }) => Names);
  };
  const given = (name: string, duration: string, more: Partial<LoadTest> = {}): LoadTest => {
    const contract = lockedProgram(imageLock(), "k6").contract;
    const { scenario, seed } = chosenTest(name, { duration, seed: "7" });
    return {
      ...{ prefix: PREFIX, network: NETWORK, image: recipeTag(ROOT, "k6"), cpus: 1, script, scenario, seed },
      user: `${contract?.uid}:${contract?.gid}`,
      binary: contract?.binary ?? "",
      checks: CHECKS,
      goals: { order: 250, quote: 250, positions: 250 },
      gateway: { host: "localhost", address, port: server.port },
      ca: leaf.ca,
      secret: SECRET,
      tags: { stack: PREFIX },
      ...more,
    };
  };
  const said: string[] = [];
  const run = (test: LoadTest, signal = new AbortController().signal): Promise<Outcome> => {
    said.splice(0);
    const stream = new PassThrough();
    stream.on("data", (chunk: Buffer) => said.push(chunk.toString()));
    return runLoad(docker, test, new Output(stream as unknown as NodeJS.WriteStream), signal);
  };

  it("passes where everything is answered, and its seed gives the same orders again", async () => {
    const orders: string[][] = [];
    for (const part of [1, 2]) {
      server.forget();
      const { how, results } = await run(given("baseline", "6s"));
      expect([part, how, failureSentences(results)]).toEqual([part, "passed", []]);
      // one of ten is a quote, one is of positions; at its very end k6 may send one more
      const counts = results.endpoints.map(({ latency }) => Math.round(latency.count / 6));
      expect(counts).toEqual([8, 1, 1]);
      expect(results.parts).toHaveLength(6);
      expect(results.parts.every(({ latency }) => (latency?.p99 ?? Infinity) < 1000)).toBe(true);
      orders.push(sequence(server));
    }
    const [first = [], second = []] = orders;
    const both = Math.min(first.length, second.length);
    expect(both).toBeGreaterThan(40);
    expect(first.slice(0, both)).toEqual(second.slice(0, both));
    expect(new Set(server.orders.map(({ account }) => account))).toEqual(new Set(["load"]));
    // nothing of whose session may be closed
    expect(new Set(server.orders.map(({ symbol }) => symbol))).toEqual(new Set(["BTCUSDT", "XRPUSDT"]));
  });

  it("fails when too many are refused, and names the limits that were broken", async () => {
    server.behaviour.failing = 20;
    const { how, results } = await run(given("baseline", "12s"));
    expect(how).toBe("failed");
    expect(failureSentences(results).join("\n")).toMatch(
      /^requests that failed: 1\d\.?\d* %, allowed at most 0\.1 %$/m,
    );
    expect(results.statuses).toEqual([{ status: 503, count: expect.any(Number) as number }]);
    expect(results.verdicts.filter(({ ok }) => !ok).map(({ threshold }) => threshold.metric)).toEqual([
      "http_req_failed",
      "checks",
    ]);
  });

  it("fails when answers take too long", async () => {
    server.behaviour.delayMs = 200;
    const { how, results } = await run(
      given("baseline", "6s", { goals: { order: 25, quote: 2000, positions: 2000 } }),
    );
    expect(how).toBe("failed");
    expect(failureSentences(results)).toEqual([
      expect.stringMatching(/^95th percentile of POST \/api\/orders: \d{3,} ms, allowed at most 100 ms$/),
    ]);
  });

  it("ends early where its scenario says so", async () => {
    server.behaviour.failing = 60;
    const began = Date.now();
    const { scenario } = chosenTest("stress", { duration: "60s" });
    const low = { ...scenario, shape: { kind: "constant", rate: 50, duration: "60s" } as const };
    const soon = { ...low, limits: { ...low.limits, abortAfter: "3s" as const } };
    const { how } = await run(given("stress", "60s", { scenario: soon }));
    expect(how).toBe("failed");
    expect(Date.now() - began).toBeLessThan(30_000);
  });

  it("renews its token before it ends", async () => {
    server.tokenLife = 3;
    const { how, results } = await run(given("baseline", "12s"));
    expect([how, results.statuses]).toEqual(["passed", []]);
    expect(server.tokens).toBeGreaterThan(3);
  });

  it("asks each routed service how it is, and for a read that wants a token", async () => {
    const { how, results } = await run(given("smoke", "5s"));
    expect([how, failureSentences(results)]).toEqual(["passed", []]);
    expect(results.checks.map(({ name, fails }) => [name, fails]).sort()).toEqual([
      ["live-updates answers", 0],
      ["oms health", 0],
      ["oms read with a token", 0],
      ["oms read without one is refused", 0],
      ["risk health", 0],
      ["welcome answers", 0],
    ]);
    expect(server.asked.get("GET /api/orders/list")).toBeGreaterThan(9);
    expect(server.orders).toEqual([]);
  });

  it("writes what it measures to Prometheus while it runs, with its tags", async () => {
    const written: { readonly path: string; readonly body: Buffer; readonly login: string }[] = [];
    const receiver = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on("data", (chunk: Buffer) => chunks.push(chunk));
      request.on("end", () => {
        const login = request.headers.authorization ?? "";
        written.push({ path: request.url ?? "", body: Buffer.concat(chunks), login });
        response.writeHead(204).end();
      });
    });
    await new Promise<void>((resolve) => receiver.listen(0, address, resolve));
    try {
      const { port } = receiver.address() as AddressInfo;
      const login = { username: "load", password: "of-the-load-test" };
      const remoteWrite = { url: `http://${address}:${port}/api/v1/write`, network: SECOND, ...login };
      expect((await run(given("baseline", "6s", { remoteWrite }))).how).toBe("passed");
    } finally {
      receiver.close();
    }
    expect(written.length).toBeGreaterThan(0);
    expect(new Set(written.map(({ path }) => path))).toEqual(new Set(["/api/v1/write"]));
    expect(new Set(written.map(({ login }) => login))).toEqual(
      new Set([`Basic ${Buffer.from("load:of-the-load-test").toString("base64")}`]),
    );
    const text = written.map(({ body }) => uncompress(body).toString("latin1")).join("");
    for (const word of ["k6_http_req", "k6_load_latency", "_p95", PREFIX, "baseline"])
      expect(text).toContain(word);
  });

  describe("refuses", () => {
    const REFUSED: readonly (readonly [string, () => Partial<LoadTest>, RegExp])[] = [
      ["what is not on paper", () => ((server.behaviour.mode = "live"), {}), /not in paper mode\n.*"live"/],
      ["what does not say its mode", () => ((server.behaviour.mode = ""), {}), /not in paper mode\n.*""/],
      ["trading that is halted", () => ((server.behaviour.state = "HALTED"), {}), /not active[^]*resume/],
      ["without a client", () => ({ secret: "another" }), /no token[^]*status 401/],
      [
        "a gateway that is not there",
        () => ({ gateway: { host: "localhost", address, port: 1 } }),
        /does not answer\n.*connection refused/,
      ],
      ["a certificate of somebody else", () => ({ ca: other.ca }), /does not answer\n.*x509/],
      [
        "a certificate for another name",
        () => ({ gateway: { host: "elsewhere", address, port: server.port } }),
        /does not answer\n.*x509/,
      ],
    ];
    let other: Leaf;
    beforeAll(async () => void (other = await issueLeaf(docker, recipeTag(ROOT, "toolbox"), LABELS)));

    it.each(REFUSED)("%s", async (_, change, words) => {
      const test = given("baseline", "30s", change());
      await expect(run(test)).rejects.toThrow(words);
      expect(server.orders).toEqual([]);
    });
  });

  describe("its container", () => {
    const container = loadContainerName(PREFIX);
    const running = (): Promise<unknown> =>
      until(
        `${container} to send`,
        30,
        () => Promise.resolve(server.orders.length),
        (sent) => sent > 10,
      );

    it("is hardened, tells no secret, and goes away when the test is interrupted, with a summary", async () => {
      const stop = new AbortController();
      const test = given("soak", "10m");
      const outcome = run(test, stop.signal);
      await running();
      const inspected = await docker.getContainer(container).inspect();
      expect(inspectScore(planOf(inspected), [inspected], { today: "2026-11-25" }).problems).toEqual([]);
      expect(JSON.stringify(inspected)).not.toContain(SECRET);
      const volumes = inspected.Mounts.map(({ Name }) => Name ?? "");
      expect(volumes).toHaveLength(1);
      await expect(run(test)).rejects.toThrow(/another load test[^]*docker rm -f -v t26load-load/);
      stop.abort();
      const { how, results } = await outcome;
      expect(how).toBe("interrupted");
      expect(results.requests).toBeGreaterThan(10);
      const kept = (await docker.listVolumes()).Volumes.map(({ Name }) => Name);
      expect(kept.filter((name) => volumes.includes(name))).toEqual([]);
    });

    it("that a killed command has left is replaced when it has ended", async () => {
      const image = recipeTag(ROOT, "k6");
      await docker.createContainer({ name: container, Image: image, Cmd: ["version"], Labels: LABELS });
      expect((await run(given("baseline", "5s"))).how).toBe("passed");
    });

    it("is removed by whoever takes the platform down", async () => {
      const outcome = run(given("soak", "10m"));
      const judged = expect(outcome).rejects.toThrow();
      await running();
      expect(await removeLoads(docker, PREFIX)).toBe(1);
      await judged;
    });
  });
});

/** What was ordered, in the order of the orders' numbers. */
function sequence({ orders }: LoadServer): string[] {
  const numberOf = (id: string): number => Number(id.split("-")[1]);
  return [...orders]
    .sort((a, b) => numberOf(a.client_order_id) - numberOf(b.client_order_id))
    .map((order) => `${numberOf(order.client_order_id)} ${order.side} ${order.quantity} ${order.symbol}`);
}

/** A plan of this container alone: by it the checklist judges what runs. */
function planOf({ Config, HostConfig }: Docker.ContainerInspectInfo): Plan {
  const plan = realPlan({ prefix: PREFIX, images: "packages" });
  const job = plan.containers.find(({ role }) => role === "job") as ContainerPlan;
  const { mounts: _, ...rest } = job;
  return {
    ...plan,
    containers: [
      {
        ...rest,
        ...{
          name: "load",
          workload: "load",
          capability: "sre",
          mounts: [],
          lanes: ["frontend"],
          waivers: [],
        },
        ...{ user: Config.User, memoryMiB: (HostConfig.Memory ?? 0) / 1024 ** 2, stopSeconds: 30 },
      },
    ],
  };
}
