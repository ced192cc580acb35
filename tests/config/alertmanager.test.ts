import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type Docker from "dockerode";
import { alertGroups } from "../../components/sre/alerts";
import { isAlert, type Alert } from "../../components/sre/rule";
import { UNKNOWN_HOST } from "../../model/host";
import type { ServiceSpec } from "../../model/service";
import { parseSettings } from "../../model/settings";
import { platformWorkloads } from "../../stacks/catalogue";
import { loadPlan } from "../../stacks/inputs";
import { execIn } from "../harness/docker";
import { Sandbox } from "./sandbox";

const CONFIG = "/etc/alertmanager/alertmanager.yml";
const AMTOOL = { entrypoint: ["/bin/amtool"] };

/** With every receiver that there can be. */
const secrets = mkdtempSync(join(tmpdir(), "t26-alerts-"));
const secret = (name: string): string => {
  const file = join(secrets, name);
  writeFileSync(file, `https://example.org/${name}\n`);
  return file;
};
const plan = loadPlan(
  parseSettings({
    images: "packages",
    alerts: {
      email: {
        ...{ to: ["desk@example.org"], from: "t26@example.org", smarthost: "mail.example.org:587" },
        ...{ username: "t26", passwordFile: secret("smtp") },
      },
      slack: { channel: "#trading", urlFile: secret("slack") },
      pagerduty: { routingKeyFile: secret("pagerduty") },
      webhook: { urlFile: secret("webhook") },
      heartbeat: { urlFile: secret("heartbeat") },
    },
  }),
  UNKNOWN_HOST,
);

let sandbox: Sandbox;
let idle: Docker.Container;
beforeAll(async () => {
  sandbox = await Sandbox.open("alertmanager", plan);
  idle = await sandbox.create("alertmanager", { idle: true });
  await idle.start();
});
afterAll(async () => {
  rmSync(secrets, { recursive: true });
  await sandbox.close();
});

it("is taken with every receiver, and without any", async () => {
  const check = { ...AMTOOL, command: ["check-config", CONFIG] };
  expect(await sandbox.run("alertmanager", check)).toMatchObject({ code: 0 });
  const bare = await Sandbox.open(
    "alertmanager-bare",
    loadPlan(parseSettings({ images: "packages" }), UNKNOWN_HOST),
  );
  try {
    expect(await bare.run("alertmanager", check)).toMatchObject({ code: 0 });
    const broken = (bare.files("alertmanager")[CONFIG] ?? "").replace(
      "receiver: warning",
      "receiver: nobody",
    );
    expect((await bare.run("alertmanager", { ...check, files: { [CONFIG]: broken } })).code).not.toBe(0);
  } finally {
    await bare.close();
  }
});

const services = platformWorkloads.filter((workload): workload is ServiceSpec => workload.kind === "service");
const alerts = alertGroups(services).flatMap(({ rules }) => rules.filter(isAlert));
/** One of each name and severity: the route looks at nothing else. */
const distinct = [...new Map(alerts.map((alert) => [`${alert.alert} ${alert.severity}`, alert])).values()];

/** Everybody who hears of it. Of what the status page's readers do not notice it is not told. */
function expectedReceivers({ alert, severity }: Alert): string {
  if (alert === "Watchdog") return "heartbeat";
  return severity === "info" ? "info" : `status-page,${severity}`;
}

it.each(distinct.map((alert) => [alert.alert, alert.severity, alert] as const))(
  "%s (%s) goes to those who are to hear of it",
  async (name, severity, alert) => {
    const labels = { alertname: name, severity, ...alert.labels };
    const answer = await execIn(idle, [
      ...["/bin/amtool", "config", "routes", "test", `--config.file=${CONFIG}`],
      ...Object.entries(labels).map(([key, value]) => `${key}=${JSON.stringify(value)}`),
    ]);
    expect(answer.stdout.trim()).toBe(expectedReceivers(alert));
  },
);

it("tells what nobody has thought of to those who look by day", async () => {
  const answer = await execIn(idle, [
    "/bin/amtool",
    "config",
    "routes",
    "test",
    `--config.file=${CONFIG}`,
    "alertname=New",
  ]);
  expect(answer.stdout.trim()).toBe("warning");
});
