import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type Docker from "dockerode";
import { isFinal, type Order } from "../../services/contracts";
import { engine, until } from "../harness/docker";
import { shownSecrets, type ShownSecret } from "./harness/access";
import { platformUp } from "./harness/chapters";
import { up, verb, type Said } from "./harness/command";
import { inventory, roleOf } from "./harness/inventory";
import { reportFolder, reportOf, type LoadReport } from "./harness/load-report";
import { plannedPlatform } from "./harness/planned";
import { BASE, BORROWED, HOME, LABEL } from "./harness/platform";
import { Api } from "./trading/api";

/** `./trade2026 load` against the platform itself: it measures, it refuses, and it leaves nothing behind. */
describe("load tests", () => {
  let docker: Docker;
  let api: Api;
  let secrets: readonly ShownSecret[];
  const reports = join(HOME, "reports");

  beforeAll(async () => {
    await platformUp();
    docker = await engine();
    secrets = await shownSecrets();
    api = new Api(BASE, (await verb("ca export")).stdout);
  });
  afterAll(() => api?.close());
  afterEach(async () => expect(await loads()).toEqual([]));

  const loads = async (): Promise<readonly string[]> => {
    const label = [LABEL, "com.trade2026.role=load"];
    const found = await docker.listContainers({ all: true, filters: { label } });
    return found.flatMap(({ Names }) => Names);
  };
  const passwordOf = (id: string): string => {
    const found = secrets.find((secret) => secret.id === id);
    if (!found) throw new Error(`the platform shows no credential ${id}`);
    return found.password;
  };
  const volumes = async (): Promise<readonly string[]> =>
    (await docker.listVolumes()).Volumes.map(({ Name }) => Name).sort();
  const broken = ({ results }: LoadReport): readonly string[] =>
    results.verdicts.filter(({ ok }) => !ok).map(({ threshold, found }) => `${threshold.title}: ${found}`);

  it("explains its scenarios", async () => {
    const { code, stdout } = await verb("load", ["--list"]);
    expect(code).toBe(0);
    for (const name of ["smoke", "baseline", "normal", "peak", "stress", "spike", "soak"])
      expect(stdout).toMatch(new RegExp(`^${name} `, "m"));
  });

  describe("smoke", () => {
    let said: Said;
    beforeAll(async () => void (said = await verb("load", ["smoke"])));

    it("passes", () => {
      expect([said.code, said.code === 0 ? "" : said.text]).toEqual([0, ""]);
      expect(broken(reportOf(said))).toEqual([]);
    });

    it("has asked every routed service, and found a read of each that guards one", () => {
      const { checks } = reportOf(said).results;
      const routed = plannedPlatform().routes.filter(({ kind }) => kind !== "tool");
      const asked = new Set(checks.map(({ name }) => name.split(" ")[0]));
      expect([...asked].sort()).toEqual(routed.map(({ service }) => service).sort());
      const reads = checks.flatMap(({ name }) => /^(\S+) read with a token$/.exec(name)?.[1] ?? []);
      for (const service of ["oms", "risk", "pnl", "market-data-gateway", "live-gateway", "authn"])
        expect(reads).toContain(service);
      expect(checks.filter(({ fails }) => fails > 0)).toEqual([]);
    });
  });

  describe("baseline, for twenty seconds", () => {
    let said: Said;
    let before: readonly string[];
    let seen: LoadReport;
    beforeAll(async () => {
      before = await volumes();
      said = await verb("load", ["baseline", "--duration", "20s", "--seed", "7"]);
      if (reportFolder(said) !== "") seen = reportOf(said);
    });

    it("passes, at its rate", () => {
      expect([said.code, said.code === 0 ? "" : said.text]).toEqual([0, ""]);
      expect([seen.how, seen.seed, broken(seen)]).toEqual(["passed", 7, []]);
      expect(Math.abs(seen.results.requests - 200)).toBeLessThanOrEqual(2);
    });

    it("says how it goes, and how it went", () => {
      expect(said.text).toMatch(/^baseline · [\d.]+\/s of 10 · p95 [\d.]+ ms · errors 0 %.* left$/m);
      expect(said.text).toContain("Passed: every limit was kept.");
    });

    it("has sent orders of its own account, all of which came to their end", async () => {
      const token = await api.login("admin", passwordOf("authn-admin"));
      const orders = await until(
        "the orders of the load test are over",
        30,
        async () =>
          (
            await api.as(token)<{ readonly orders: readonly Order[] }>(
              "GET",
              "/orders?account=load&limit=1000",
            )
          ).body.orders,
        (all) => all.length >= 160 && all.every(({ status }) => isFinal(status)),
      );
      expect(new Set(orders.map(({ status }) => status))).toEqual(new Set(["FILLED"]));
    });

    it("leaves a report in three forms, and nothing on the engine", async () => {
      expect(readdirSync(reportFolder(said)).sort()).toEqual(["report.html", "report.md", "summary.json"]);
      expect(reportFolder(said).startsWith(reports)).toBe(true);
      const text = readFileSync(join(reportFolder(said), "report.md"), "utf8");
      expect(text).toContain("./trade2026 load baseline --duration 20s --seed 7");
      expect(text).toMatch(/^\| POST \/api\/orders \| 16\d \|/m);
      expect(await volumes()).toEqual(before);
    });
  });

  it("its client trades in its own account and in no other", async () => {
    const { body } = await api.token({
      grant_type: "client_credentials",
      client_id: "load",
      client_secret: passwordOf("authn-load"),
    });
    const order = { symbol: "BTCUSDT", side: "BUY", quantity: "0.001", order_type: "MARKET" };
    const { status } = await api.as(body.access_token)("POST", "/orders", {
      ...order,
      account: "main",
      client_order_id: `load${Date.now()}`,
    });
    expect(status).toBe(403);
    expect((await api.as(body.access_token)("POST", "/live/resume", { reason: "no" })).status).toBe(403);
  });

  it("sends nothing while trading is halted, and names the way out", async () => {
    await verb("halt", ["--reason", "load test"]);
    try {
      const { code, text } = await verb("load", ["baseline", "--duration", "20s"]);
      expect(code).toBe(1);
      expect(text).toMatch(/live gateway: trading is not active\n.*"HALTED"[^]*\.\/trade2026 resume/);
      expect((await verb("load", ["smoke"])).code).toBe(0);
    } finally {
      expect((await verb("resume", ["--reason", "load test", "--yes"])).code).toBe(0);
    }
  });

  it("an up beside it leaves it alone; Ctrl-C ends it with a report of what there was", async () => {
    let interrupt = (): void => undefined;
    let sayings = (): string => "";
    const running = verb("load", ["soak", "--duration", "10m"], {
      watch: (child, text) => {
        sayings = text;
        interrupt = () => void process.kill(child.pid ?? 0, "SIGINT");
      },
    });
    await until(
      "the load test to send",
      120,
      () => Promise.resolve(sayings()),
      (text) => /\/s of 100/.test(text),
    );
    if (!BORROWED) {
      const { code, text } = await up();
      expect([code, text]).toEqual([0, expect.stringContaining("no change")]);
    }
    const [load] = [...(await inventory(docker)).values()].filter((info) => roleOf(info) === "load");
    expect(load?.State.Running).toBe(true);
    interrupt();
    const said = await running;
    expect(said.code).toBe(130);
    expect(said.text).toContain("Interrupted: ");
    expect(reportOf(said).results.requests).toBeGreaterThan(100);
  });
});
