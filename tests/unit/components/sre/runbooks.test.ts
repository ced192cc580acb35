import type { Command } from "commander";
import { buildProgram } from "../../../../cli/main";
import { alertGroups } from "../../../../components/sre/alerts";
import { knownMetrics } from "../../../../components/sre/dashboards";
import { recordingGroups } from "../../../../components/sre/recordings";
import { isAlert } from "../../../../components/sre/rule";
import { scrapesOf } from "../../../../components/sre/scrape";
import { sloGroups } from "../../../../components/sre/slo";
import { namedAlerts, severityOf } from "../../../../docs/alerts";
import type { ServiceSpec } from "../../../../model/service";
import { families as engineFamilies } from "../../../../services/engine-exporter/src/families";
import { families as natsFamilies } from "../../../../services/nats-exporter/src/families";
import { platformWorkloads } from "../../../../stacks/catalogue";
import { realPlan } from "../../../support/platform";
import { metricsIn } from "../../../support/promql";
import { commandsIn, runbooks, runbookTexts } from "../../../support/runbooks";

const services = platformWorkloads.filter((workload): workload is ServiceSpec => workload.kind === "service");
const alerts = namedAlerts(services);
const pages = runbooks();
/** Each mode of images lacks a program that the other has. */
const plans = [realPlan(), realPlan({ images: "packages" })];

it("has a page for every alert, and none without one", () => {
  expect(pages.map(({ alert }) => alert).sort()).toEqual(alerts.map(({ name }) => name));
});

describe.each(pages.map((page) => [page.alert, page] as const))("%s", (name, { text, queries }) => {
  it("says the same things in the same order, each with words", () => {
    expect(text.match(/^#+ .*$/gm)).toEqual([
      `# ${name}`,
      "## Meaning",
      "## Impact",
      "## Diagnosis",
      "## Mitigation",
    ]);
    const sections = text.split(/^#+ .*$/m).slice(1);
    expect(sections.filter((section) => section.trim() === "")).toEqual([]);
  });

  it("names the severity of its rules", () => {
    const alert = alerts.find((one) => one.name === name);
    const line = text.split("\n")[2] ?? "";
    expect(/^\*\*([a-z, ]+)\*\* · \S/.exec(line)?.[1]).toBe(alert && severityOf(alert));
  });

  it("asks Prometheus for something that there is", () => {
    expect(queries).not.toEqual([]);
    expect(queries.flatMap(metricsIn).filter((metric) => !known.has(metric))).toEqual([]);
  });
});

/** Of third-party programs, where no rule and no panel asks for it. Seen on a running platform. */
const OTHERS = {
  "node-exporter": ["node_time_seconds", "node_timex_maxerror_seconds"],
  "postgres-exporter": ["pg_locks_count"],
  "redis-exporter": ["redis_aof_current_size_bytes"],
  "blackbox-exporter": ["probe_http_status_code"],
  "elasticsearch-exporter": [
    "elasticsearch_cluster_health_number_of_nodes",
    "elasticsearch_filesystem_data_available_bytes",
    "elasticsearch_filesystem_data_size_bytes",
  ],
  prometheus: ["prometheus_rule_group_last_duration_seconds", "prometheus_notifications_queue_length"],
};

const rules = [
  ...alertGroups(services),
  ...recordingGroups(scrapesOf(services), services),
  ...sloGroups(services),
].flatMap((group) => group.rules);
const known = new Set([
  ...rules.flatMap((rule) => [...metricsIn(rule.expr), ...(isAlert(rule) ? [] : [rule.record])]),
  ...Object.values(knownMetrics).flat(),
  ...[...natsFamilies, ...engineFamilies].map(({ name }) => name),
  ...Object.values(OTHERS).flat(),
]);

/** What is wrong with a command line, as the program itself would see it. */
function problemsOf(words: readonly string[]): readonly string[] {
  let command: Command = buildProgram(() => undefined);
  let rest = [...words];
  for (;;) {
    const next = command.commands.find((one) => one.name() === rest[0]);
    if (!next) break;
    [command, rest] = [next, rest.slice(1)];
  }
  const problems: string[] = [];
  const given: string[] = [];
  const args: string[] = [];
  while (rest.length > 0) {
    const [word = "", value] = rest;
    const option = word.startsWith("-")
      ? command.options.find(({ long, short }) => long === word || short === word)
      : undefined;
    if (!word.startsWith("-")) args.push(word);
    else if (!option) problems.push(`no option ${word}`);
    else {
      given.push(option.name());
      if (option.required && value === undefined) problems.push(`${word} without a value`);
      if (option.argChoices && !option.argChoices.includes(value ?? ""))
        problems.push(`${word} is not ${value ?? ""}`);
    }
    rest = rest.slice(option?.required === true ? 2 : 1);
  }
  const needed = command.registeredArguments.filter(({ required }) => required).length;
  const most = command.registeredArguments.some(({ variadic }) => variadic)
    ? Infinity
    : command.registeredArguments.length;
  if (command.parent === null) problems.push(`no command ${args[0] ?? ""}`);
  else if (args.length < needed || args.length > most) problems.push(`${args.length} arguments`);
  for (const option of command.options)
    if (
      option.mandatory &&
      option.required &&
      option.defaultValue === undefined &&
      !given.includes(option.name())
    )
      problems.push(`no --${option.name()}`);
  return problems;
}

describe("a page's commands", () => {
  const commands = runbookTexts().flatMap(([page, text]) =>
    commandsIn(text).map((words) => ({ page, words })),
  );

  it("exist, with their options", () => {
    expect(commands.length).toBeGreaterThan(150);
    const wrong = commands.map(({ page, words }) => ({ page, words, problems: problemsOf(words) }));
    expect(wrong.filter(({ problems }) => problems.length > 0)).toEqual([]);
  });

  it("would be found wrong", () => {
    expect(problemsOf(["halt"])).toEqual(["no --reason"]);
    expect(problemsOf(["halt", "--level", "sell", "--reason", "x"])).toEqual(["--level is not sell"]);
    expect(problemsOf(["logs", "--lines", "5", "oms"])).toEqual(["no option --lines"]);
    expect(problemsOf(["load", "smoke", "spike"])).toEqual(["2 arguments"]);
    expect(problemsOf(["restart", "oms"])).toEqual(["no command restart"]);
    expect(problemsOf(["ca", "renew"])).toEqual([]);
  });

  it("speak of services and credentials that there are", () => {
    const containers = plans
      .flatMap((plan) => plan.containers)
      .filter(({ role }) => role !== "writer")
      .map(({ name }) => name);
    const credentials = plans.flatMap((plan) => plan.credentials).map(({ id }) => id);
    const of = (command: string): readonly string[] =>
      commands.flatMap(({ words }) => (words[0] === command && words[1] !== undefined ? [words[1]] : []));
    // without a name it is the logs of all
    const spokenOf = of("logs").filter((word) => !word.startsWith("-"));
    expect(spokenOf.filter((name) => !containers.includes(name))).toEqual([]);
    expect(of("secrets").filter((name) => !credentials.includes(name))).toEqual([]);
    const named = runbookTexts().flatMap(([, text]) =>
      [...text.matchAll(/\btrade2026-([a-z0-9-]+[a-z0-9])/g)].map(([, name = ""]) => name),
    );
    const volumes = plans.flatMap((plan) => plan.volumes).map(({ name }) => name);
    expect(named.length).toBeGreaterThan(50);
    expect(named.filter((name) => !containers.includes(name) && !volumes.includes(name))).toEqual([]);
  });

  it("run in a container what its image has: many have no shell", () => {
    const inHouse = services.flatMap(({ name, image }) =>
      image.kind === "inHouse" ? [[name, ["node"]]] : [],
    );
    const programs: Readonly<Record<string, readonly string[]>> = {
      ...(Object.fromEntries(inHouse) as Record<string, readonly string[]>),
      nats: ["/opt/t26/t26"],
      postgres: ["sh", "psql", "pg_isready"],
      "valkey-state": ["valkey-cli", "df"],
      "valkey-cache": ["valkey-cli"],
      questdb: ["df"],
      s3: ["/usr/bin/weed"],
      prometheus: ["/bin/promtool"],
      alertmanager: ["/bin/amtool"],
    };
    const run = runbookTexts().flatMap(([page, text]) =>
      [...text.matchAll(/docker exec (?:-i |-e [A-Z_]+ )*trade2026-([a-z0-9-]+)\s+\\?\s*(\S+)/g)].map(
        ([, container = "", program = ""]) => ({ page, container, program }),
      ),
    );
    expect(run.length).toBe(
      runbookTexts().reduce((count, [, text]) => count + (text.match(/docker exec /g) ?? []).length, 0),
    );
    expect(run.filter(({ container, program }) => !programs[container]?.includes(program))).toEqual([]);
  });
});

it("leads to pages that there are", () => {
  const names = pages.map(({ alert }) => `${alert}.md`);
  const links = runbookTexts().flatMap(([page, text]) =>
    [...text.matchAll(/\]\(([A-Za-z]+\.md)(#[a-z-]+)?\)/g)].map(([, target = ""]) => ({ page, target })),
  );
  expect(links.filter(({ target }) => target !== "README.md" && !names.includes(target))).toEqual([]);
});
