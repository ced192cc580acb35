import type Docker from "dockerode";
import { alertGroups } from "../../../components/sre/alerts";
import { isAlert, type Severity } from "../../../components/sre/rule";
import type { ServiceSpec } from "../../../model/service";
import { until } from "../../harness/docker";
import { provoke, type Outcome } from "./faults/fault";
import { Operator } from "./faults/operator";
import { WAVES } from "./faults/waves";
import type { Prometheus } from "./prometheus";
import type { Receivers } from "./receivers";

/** A promise that was broken is told for half an hour, by its longer windows. */
const OVER_SECONDS = 2700;

/**
 * Faults of every kind on the running platform, each told by its alert to a real mail server and a real webhook, and
 * told to be over when it is taken away.
 *
 * @param wanted alerts by name
 */
export function faultCases(
  docker: () => Docker,
  prometheus: () => Prometheus,
  receivers: () => Receivers,
  services: readonly ServiceSpec[],
  wanted: readonly string[] | "all",
): void {
  const rules = alertGroups(services).flatMap((group) => group.rules.filter(isAlert));
  const severity = (name: string, service: string): Severity | undefined =>
    rules.find(({ alert, labels }) => alert === name && labels?.["service"] === service)?.severity;
  let operator: Operator;
  const all: Outcome[] = [];
  beforeAll(async () => {
    operator = await Operator.open(docker(), prometheus(), receivers());
  });
  afterAll(() => operator?.close());

  const waves = Object.entries(WAVES).flatMap(([title, faults]) => {
    const chosen = faults.filter(
      ({ tells }) => wanted === "all" || tells.some(([alert]) => wanted.includes(alert)),
    );
    return chosen.length === 0 ? [] : [[title, chosen] as const];
  });

  describe.each(waves)("%s", (_, faults) => {
    let outcomes: readonly Outcome[] = [];
    beforeAll(async () => {
      outcomes = await provoke(faults, operator);
      all.push(...outcomes);
    }, 1_500_000);

    it.each(faults.flatMap(({ tells, by }) => tells.map(([alert, service]) => ({ alert, service, by }))))(
      "$alert of $service is told",
      ({ alert, service, by }) => {
        const outcome = outcomes.find((one) => one.alert === alert && one.service === service);
        expect(outcome?.problem).toBeUndefined();
        expect(outcome?.mail).toBe(true);
        if (by === undefined)
          expect(outcome?.told).toMatchObject({
            labels: { alertname: alert, service, severity: severity(alert, service) },
            group: { alertname: alert, service },
            annotations: { runbook_url: `docs/operations/runbooks/${alert}.md` },
          });
      },
    );
  });

  it("each is told to be over", async () => {
    const told = all.filter(({ told: by }) => by !== undefined);
    const open = (): readonly string[] =>
      told
        .filter(
          ({ alert, service, since }) =>
            !receivers()
              .of(alert, service, since)
              .some(({ status }) => status === "resolved"),
        )
        .map(({ alert, service }) => `${alert} ${service}`);
    await until(
      "all is over",
      OVER_SECONDS,
      async () => open(),
      (left) => left.length === 0,
      5000,
    );
  }, 3_000_000);
}
