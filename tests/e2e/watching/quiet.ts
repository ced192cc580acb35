import { setTimeout as sleep } from "node:timers/promises";
import { trade2026, tsx, up, verb } from "../harness/command";
import { BORROWED, STACK } from "../harness/platform";
import { say } from "../harness/progress";
import type { Prometheus } from "./prometheus";
import type { Receivers, Told } from "./receivers";

/**
 * An ordinary half hour wakes nobody: a hundred requests a second, and in the midst of it a release of every in-house
 * service, and its taking back. The rules are those that the faults are told by.
 */
export function quietCases(prometheus: () => Prometheus, receivers: () => Receivers, minutes: number): void {
  it(
    `${minutes} minutes of normal load and a release of every service of ours raise no page`,
    async () => {
      const since = Date.now();
      const load = verb("load", ["normal", "--duration", `${minutes}m`], {
        limitSeconds: minutes * 60 + 300,
      });
      await sleep((minutes * 60_000) / 3);
      const release = await tsx("tests/e2e/harness/changed-up.ts", ["release"]);
      await sleep((minutes * 60_000) / 6);
      // a platform of somebody's own is left as its own source has it
      const back = BORROWED ? await trade2026(["up", "--stack", STACK, "--yes"]) : await up();
      const { code, text } = await load;
      say(text.split("\n").slice(-30).join("\n"));
      const told = receivers().told.filter(({ at, status }) => at >= since && status === "firing");
      for (const alert of told) say(`told: ${nameOf(alert)} after ${(alert.at - since) / 1000} s`);
      const fired = await prometheus().query(
        `max by (alertname, service, severity) (max_over_time(ALERTS{alertstate="firing",severity=~"critical|warning"}[${minutes + 5}m]))`,
      );
      for (const { metric } of fired)
        say(`fired: ${metric["severity"]} ${metric["alertname"]} ${metric["service"]}`);

      expect({ release: release.code, back: back.code }).toEqual({ release: 0, back: 0 });
      // it ran to its end: 1 says that a limit was broken, which replacing what answers may do
      expect([0, 1]).toContain(code);
      expect(text).toContain("Report:");
      expect(told.filter(({ labels }) => labels["severity"] === "critical").map(nameOf)).toEqual([]);
    },
    (minutes + 15) * 60_000,
  );
}

const nameOf = ({ labels }: Told): string =>
  `${labels["severity"]} ${labels["alertname"]} ${labels["service"]}`;
