import type Docker from "dockerode";
import { physical } from "../harness/platform";
import { say } from "../harness/progress";
import { wellAgain } from "../harness/well";
import type { Receivers } from "./receivers";

/** From the fault until somebody has been told of a service that is down. */
const LIMIT_SECONDS = 120;

/** What is down on the running platform, and what arrives at a real mail server and a real webhook. */
export function downCases(docker: () => Docker, receivers: () => Receivers): void {
  const stop = (name: string): Promise<unknown> => docker().getContainer(physical(name)).stop();
  const start = async (name: string): Promise<void> => {
    await docker().getContainer(physical(name)).start();
    await wellAgain(docker(), name, 90);
  };
  const firing = (alert: string, service: string, since: number) =>
    receivers().hears("firing", alert, service, since, LIMIT_SECONDS);
  const resolved = (alert: string, service: string, since: number) =>
    receivers().hears("resolved", alert, service, since, 240);

  it("two services that are down: each told once, by mail and by webhook, within two minutes; and their end", async () => {
    const since = Date.now();
    // one that wakes somebody, one that waits for the day
    const victims = [
      { name: "pnl", severity: "critical" },
      { name: "welcome", severity: "warning" },
    ] as const;
    try {
      await Promise.all(victims.map(({ name }) => stop(name)));
      for (const { name, severity } of victims) {
        const told = await firing("ServiceDown", name, since);
        say(`ServiceDown of ${name}: told ${(told.at - since) / 1000} s after the fault`);
        expect(told).toMatchObject({
          labels: { severity, service: name },
          group: { alertname: "ServiceDown", service: name },
          annotations: {
            runbook_url: "docs/operations/runbooks/ServiceDown.md",
            dashboard: `service-${name}`,
          },
        });
        const mail = await receivers().mailed("ServiceDown", name, since, 30);
        expect(mail).toMatchObject({ to: ["desk@example.org"], subject: `[FIRING:1] ServiceDown ${name}` });
      }
      // its route is down too, which says nothing new: longer than that alert waits and is grouped
      await new Promise((resolve) => setTimeout(resolve, 45_000));
      const symptoms = receivers().told.filter(
        ({ labels, at }) =>
          at >= since && labels["alertname"] === "RouteUnreachable" && labels["service"] === "pnl",
      );
      expect(symptoms).toEqual([]);
    } finally {
      await Promise.all(victims.map(({ name }) => start(name)));
    }
    for (const { name } of victims) {
      await resolved("ServiceDown", name, since);
      expect(
        receivers()
          .of("ServiceDown", name, since)
          .filter(({ status }) => status === "firing"),
      ).toHaveLength(1);
    }
  });

  it("a store that is down speaks for those who stand on it", async () => {
    const since = Date.now();
    try {
      await stop("nats");
      await firing("ServiceDown", "nats", since);
      // those on it are not ready by now, and their alert would have come
      await new Promise((resolve) => setTimeout(resolve, 60_000));
      const others = receivers().told.filter(
        ({ labels, at, status }) =>
          at >= since &&
          status === "firing" &&
          labels["alertname"] === "ServiceDown" &&
          labels["service"] !== "nats",
      );
      expect(others.map(({ labels }) => labels["service"])).toEqual([]);
    } finally {
      await start("nats");
    }
    await resolved("ServiceDown", "nats", since);
  });
}
