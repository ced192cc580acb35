import { stringify } from "yaml";
import { alertGroups } from "../../../components/sre/alerts";
import { recordingGroups } from "../../../components/sre/recordings";
import { renderRules } from "../../../components/sre/rule";
import { scrapesOf } from "../../../components/sre/scrape";
import { sloGroups } from "../../../components/sre/slo";
import type { ServiceSpec } from "../../../model/service";
import type { AlertCase, Family, Firing } from "./case";

/**
 * A family as promtool's test file, and the file of rules that it names, by their names. The groups are evaluated in
 * their order: what is recorded is there for the alerts of the same moment, where Prometheus may be one evaluation
 * late. https://prometheus.io/docs/prometheus/latest/configuration/unit_testing_rules/
 * @param platform the real specs
 */
export function promtoolFiles(
  { of, every, cases }: Family,
  platform: readonly ServiceSpec[],
): Readonly<Record<"tests.yml" | "rules.yml", string>> {
  const services = platform.filter(({ name }) => of.includes(name));
  const groups = [
    ...recordingGroups(scrapesOf(services), services),
    ...sloGroups(services),
    ...alertGroups(services),
  ].filter(({ rules }) => rules.length > 0);
  const tests = {
    rule_files: ["rules.yml"],
    evaluation_interval: every,
    group_eval_order: groups.map(({ name }) => name),
    tests: cases.map(renderCase),
  };
  return {
    "rules.yml": renderRules(groups),
    "tests.yml": stringify(tests, { lineWidth: 0, aliasDuplicateObjects: false }),
  };
}

function renderCase(one: AlertCase): object {
  const { alert, name, series, every = "15s", quietAt = [], firesAt, as = [] } = one;
  return {
    name: `${alert}: ${name}`,
    interval: every,
    input_series: Object.entries(series).map(([selector, values]) => ({ series: selector, values })),
    alert_rule_test: [
      ...quietAt.map((moment) => ({ eval_time: moment, alertname: alert, exp_alerts: [] })),
      ...(firesAt === undefined
        ? []
        : [
            { eval_time: firesAt, alertname: alert, exp_alerts: as.map((firing) => expected(alert, firing)) },
          ]),
    ],
  };
}

const expected = (alert: string, { labels, summary, description, dashboard }: Firing): object => ({
  exp_labels: labels,
  exp_annotations: {
    summary,
    description,
    dashboard,
    runbook_url: `docs/operations/runbooks/${alert}.md`,
  },
});
