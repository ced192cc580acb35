import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type Docker from "dockerode";
import { appearsWith, queriesOf, type Dashboard } from "../../components/sre/dashboards";
import type { ComponentState } from "../../services/contracts/status";
import { ask } from "../harness/https";
import { engine, until } from "../harness/docker";
import { metricsIn } from "../support/promql";
import { shownSecrets } from "./harness/access";
import { declareBulletin, NEW } from "./harness/bulletin";
import { noteState, platformUp } from "./harness/chapters";
import { Checkout } from "./harness/checkout";
import { up, verb, type Said } from "./harness/command";
import { changed, ids } from "./harness/inventory";
import { reportOf } from "./harness/load-report";
import { BASE, HOME, NOTES, physical, PREFIX } from "./harness/platform";
import { say } from "./harness/progress";
import { wellAgain } from "./harness/well";
import { Api } from "./trading/api";
import { Prometheus, type ActiveAlert, type Rule, type Target } from "./watching/prometheus";

/** Files of the platform that list its services; whoever reads one of them looks for its changes himself. */
const LISTS = [
  "api-docs-config",
  "gateway-config",
  "prometheus-config",
  "status-api-config",
  "welcome-config",
] as const;
const MINE = [NEW.name, `${NEW.name}-secrets`] as const;

/**
 * One more service: its spec, named in the list of its capability in the same file, and its program. Everything else
 * about it follows, and is looked at where it works. Without that file it is as if it had never been, but for what
 * Prometheus and the status page's history have recorded meanwhile.
 */
describe("a service that is declared in one file", () => {
  let docker: Docker;
  let prometheus: Prometheus;
  let api: Api;
  let admin: string;
  let checkout: Checkout;
  let before: ReadonlyMap<string, string>;
  let smoke: Said;

  beforeAll(async () => {
    await platformUp();
    docker = await engine();
    prometheus = await Prometheus.open();
    api = new Api(BASE, (await verb("ca export")).stdout);
    const password = (await shownSecrets()).find(({ id }) => id === "authn-admin")?.password ?? "";
    admin = await api.login("admin", password);
    before = await ids();
    checkout = new Checkout();
    declareBulletin(checkout);
    noteState("unknown");
    const { code, text } = await fromChanged(up);
    if (code !== 0) throw new Error(text);
  });
  afterAll(() => {
    api?.close();
    checkout?.remove();
  });

  const fromChanged = (
    command: (args: readonly string[], options: { readonly root: string }) => Promise<Said>,
    ...args: readonly string[]
  ): Promise<Said> => command(args, { root: checkout.root });
  const credentials = async (said: Promise<Said>): Promise<readonly string[]> =>
    (JSON.parse((await said).stdout) as readonly { readonly id: string }[]).map(({ id }) => id);
  const asked = (said: Said) =>
    reportOf(said).results.checks.filter(({ name }) => name.startsWith(`${NEW.name} `));

  const targets = async (): Promise<readonly Target[]> =>
    (await prometheus.targets()).filter(({ labels }) => labels["service"] === NEW.name);
  const rules = async (): Promise<readonly Rule[]> =>
    (await prometheus.rules()).filter(
      ({ group, labels }) => group === `service-${NEW.name}` || labels?.["service"] === NEW.name,
    );
  const alerts = async (): Promise<readonly ActiveAlert[]> =>
    (await prometheus.alerts()).filter(({ labels }) => labels["service"] === NEW.name);
  const states = async (): Promise<Readonly<Record<string, ComponentState>>> => {
    const { status, body } = await api.as(admin)<{
      readonly components: readonly { readonly name: string; readonly state: ComponentState }[];
    }>("GET", "/status/components");
    if (status !== 200) throw new Error(`the status page's API answers ${status}`);
    return Object.fromEntries(body.components.map(({ name, state }) => [name, state]));
  };
  const health = async (): Promise<number> => (await ask(`${BASE}${NEW.path}/health`, { ca: api.ca })).status;
  const today = (token?: string) => api.as(token)("GET", `/${NEW.name}/today`);

  it("runs, with a credential, and nothing else began anew", async () => {
    expect(changed(before, await ids())).toEqual([...LISTS, ...MINE].sort());
    expect(await credentials(fromChanged((args, of) => verb("secrets", args, of), "--json"))).toContain(
      `authn-${NEW.name}`,
    );
  });

  it("answers at its route, with a token", async () => {
    await until("the route is there", 60, health, (status) => status === 200);
    expect(await today(admin)).toMatchObject({ status: 200, body: { text: "Nothing new." } });
    expect((await today()).status).toBe(401);
  });

  it("is asked by the smoke test: its health, and its read with a token and without", async () => {
    smoke = await fromChanged((args, of) => verb("load", args, of), "smoke");
    const checks = asked(smoke);
    expect(checks.map(({ name }) => name).sort()).toEqual([
      `${NEW.name} health`,
      `${NEW.name} read with a token`,
      `${NEW.name} read without one is refused`,
    ]);
    expect(checks.filter(({ passes, fails }) => passes === 0 || fails > 0)).toEqual([]);
  });

  it("is measured: its own numbers, and its route from outside", async () => {
    const found = await until(
      "its targets are up",
      120,
      targets,
      (all) => all.length === 2 && all.every((target) => target.health === "up"),
    );
    expect(found.map(({ labels }) => labels["job"]).sort()).toEqual(["blackbox", NEW.name]);
  });

  it("is a component of the status page, and operational", async () => {
    await until("the component", 120, states, (all) => all[NEW.name] === "operational");
  });

  it("has its alerts, each with a page of what to do", async () => {
    const mine = (await rules()).filter(({ type }) => type === "alerting");
    expect([...new Set(mine.map(({ name }) => name))]).toEqual(
      expect.arrayContaining([
        ...["ServiceDown", "RestartLoop", "MemoryCritical", "RouteUnreachable", "HighErrorRate"],
        ...["HighLatency", "ErrorBudgetBurnsFast", "ErrorBudgetBurnsSlowly"],
      ]),
    );
    const pages = mine.map(({ annotations }) => annotations?.["runbook_url"] ?? "");
    expect(pages.filter((page) => page === "" || !existsSync(join(checkout.root, page)))).toEqual([]);
    expect(mine.every(({ annotations }) => annotations?.["dashboard"] !== undefined)).toBe(true);
  });

  it("is missed when it is stopped", async () => {
    const container = docker.getContainer(physical(NEW.name));
    const began = Date.now();
    await container.stop();
    const fired = await until("its alert fires", 240, alerts, (all) =>
      all.some(({ labels, state }) => labels["alertname"] === "ServiceDown" && state === "firing"),
    );
    say(`ServiceDown of ${NEW.name}: fires ${Math.round((Date.now() - began) / 1000)} s after the fault`);
    expect(fired.find(({ labels }) => labels["alertname"] === "ServiceDown")?.annotations).toMatchObject({
      summary: `${NEW.title} is down`,
      runbook_url: "docs/operations/runbooks/ServiceDown.md",
      dashboard: `service-${NEW.name}`,
    });
    await container.start();
    await wellAgain(docker, NEW.name, 90);
    await until("its alert is over", 180, alerts, (all) =>
      all.every(({ labels }) => labels["alertname"] !== "ServiceDown"),
    );
  });

  it("has its promises: every rule is evaluated, and the budget is known", async () => {
    // promises are worked out every minute, the budget that is left a minute later
    const evaluated = await until("its rules are evaluated", 360, rules, (all) =>
      all.every(({ health: how }) => how !== "unknown"),
    );
    expect(evaluated.filter(({ health: how }) => how !== "ok")).toEqual([]);
    const of = async (metric: string): Promise<readonly (string | undefined)[]> =>
      (await prometheus.query(`${metric}{service="${NEW.name}"}`)).map(({ metric: labels }) => labels["slo"]);
    expect(new Set(await of("slo:objective:ratio"))).toEqual(new Set(["availability", "latency"]));
    await until(
      "its budget is known",
      360,
      () => of("slo:error_budget_remaining:ratio"),
      (promises) => promises.includes("availability"),
    );
  });

  it("has a dashboard, each of whose questions has an answer", async () => {
    // Grafana itself is not there in this mode: its files are written as it would get them
    const file = join(NOTES, "one-spec.yaml");
    const { code, text } = await fromChanged(
      (args, of) => verb("export compose", args, of),
      ...["--no-secrets", "--set", "images=upstream", "--out", file],
    );
    expect([code, code === 0 ? "" : text]).toEqual([0, ""]);
    const folder = file.replace(/\.yaml$/, ".files");
    const page = readdirSync(folder, { recursive: true, encoding: "utf8" }).find((path) =>
      path.endsWith(`service/service-${NEW.name}.json`),
    );
    const queries = queriesOf(JSON.parse(readFileSync(join(folder, page ?? ""), "utf8")) as Dashboard);
    expect(queries.length).toBeGreaterThan(20);
    expect(
      await until(
        "every query has data",
        300,
        async () => {
          // it counts from its last start
          await today(admin);
          return prometheus.withoutData(
            queries.filter(({ expr }) => !metricsIn(expr).some((metric) => metric in appearsWith)),
          );
        },
        (found) => found.length === 0,
        5000,
      ),
    ).toEqual([]);
  });

  describe("and whose file is deleted", () => {
    beforeAll(async () => {
      const { code, text } = await up();
      if (code !== 0) throw new Error(text);
      noteState("up");
    });
    const withName = (names: readonly (string | undefined)[]): readonly (string | undefined)[] =>
      names.filter((name) => name?.includes(NEW.name));

    it("leaves nothing on the engine, and everything else as it was", async () => {
      expect(changed(before, await ids())).toEqual([...LISTS]);
      const label = [`com.trade2026.stack=${PREFIX}`];
      const networks = await docker.listNetworks({ filters: { label } });
      const inspected = (await Promise.all(
        networks.map(({ Id }) => docker.getNetwork(Id).inspect()),
      )) as readonly { readonly Containers: Readonly<Record<string, { readonly Name: string }>> }[];
      expect(
        withName([
          ...inspected.flatMap(({ Containers }) => Object.values(Containers).map(({ Name }) => Name)),
          ...(await docker.listVolumes()).Volumes.map(({ Name }) => Name),
          ...(await docker.listImages()).flatMap(({ RepoTags }) => RepoTags ?? []),
        ]),
      ).toEqual([]);
    });

    it("leaves no credential, neither shown nor kept", async () => {
      expect(withName(await credentials(verb("secrets", ["--json"])))).toEqual([]);
      const state = readFileSync(join(HOME, "state/.pulumi/stacks/trade2026/dev.json"), "utf8");
      expect(state).toContain("authn-risk");
      expect(state).not.toContain(NEW.name);
    });

    it("leaves no route, target, rule, alert or component", async () => {
      await until("its route is gone", 60, health, (status) => status === 404);
      await until("its targets are gone", 120, targets, (all) => all.length === 0);
      await until("its rules are gone", 120, rules, (all) => all.length === 0);
      expect(await alerts()).toEqual([]);
      const left = await until("its component is gone", 120, states, (all) => !(NEW.name in all));
      expect(left).toHaveProperty("oms");
    });

    it("is asked by nobody any more", async () => {
      smoke = await verb("load", ["smoke"]);
      expect(asked(smoke)).toEqual([]);
      expect(withName((await verb("urls")).stdout.split("\n"))).toEqual([]);
    });
  });
});
