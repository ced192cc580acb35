import { setTimeout as sleep } from "node:timers/promises";
import { parse, stringify } from "yaml";
import { followedFile } from "../../../../components/core/followed";
import { TLS_PATH } from "../../../../components/gateway/traefik";
import { finish } from "../../../harness/docker";
import { ask } from "../../../harness/https";
import { BASE } from "../../harness/platform";
import type { Fault } from "./fault";
import type { Operator } from "./operator";

/** A whole file, as `t26 follow` hands it over. */
function sealed(text: string): string {
  const { content } = followedFile("any", text.replace(/^# sha256 .*\n$/m, ""));
  if (typeof content !== "string") throw new Error("a followed file has a secret in it");
  return content;
}

type Yaml = Record<string, unknown>;
const edited =
  (edit: (document: Yaml) => void) =>
  (text: string): string => {
    const document = parse(text) as Yaml;
    edit(document);
    return sealed(stringify(document));
  };

const refuses = (alert: string, service: string, file: string): Fault => ({
  tells: [[alert, service]],
  make: (operator) =>
    operator.rewrite(
      service,
      file,
      edited((document) => (document["e2e"] = "no such key")),
    ),
});

export const alertmanagerRefuses = refuses(
  "AlertmanagerConfigurationRefused",
  "alertmanager",
  "/etc/alertmanager/alertmanager.yml",
);
export const prometheusRefuses = refuses(
  "PrometheusConfigurationRefused",
  "prometheus",
  "/etc/prometheus/prometheus.yml",
);

/** Many on both sides: no syntax error, and yet no answer. */
export const ruleFails: Fault = {
  tells: [["PrometheusRulesFail", "prometheus"]],
  make: (operator) =>
    operator.rewrite(
      "prometheus",
      "/etc/prometheus/recordings.yml",
      edited(({ groups }) =>
        (groups as Yaml[]).push({ name: "e2e", rules: [{ record: "e2e:fails", expr: "up * on () up" }] }),
      ),
    ),
};

/** Nobody is told while it is away; what is to be told waits for it. */
export const alertmanagerAway: Fault = {
  tells: [["AlertsDoNotReachAlertmanager", "alertmanager"]],
  make: async (operator) => {
    const start = await operator.stop("alertmanager");
    await sleep(420_000);
    await start();
    return async () => undefined;
  },
};

/** Whoever is at the webhook's address takes nothing more: who else is told has to say so. */
export const webhookRefuses: Fault = {
  tells: [["NotificationsFail", "alertmanager"]],
  by: "mail",
  make: async (operator) => {
    operator.receivers.webhookStatus = 400;
    const start = await operator.stop("welcome");
    return async () => {
      operator.receivers.webhookStatus = 200;
      await start();
    };
  },
};

const DYNAMIC = "/etc/traefik/dynamic/dynamic.yml";

/** The gateway's leaf of three days, and a route that somebody has taken out: both follow from one file. */
export const gatewayWrong: Fault = {
  tells: [
    ["CertificateExpires", "gateway"],
    ["RouteUnreachable", "pnl"],
  ],
  make: async (operator) => {
    const issue = await certificates(operator);
    await issue("3", "9001");
    const undo = await operator.rewrite(
      "gateway",
      DYNAMIC,
      edited(({ http }) => {
        const { routers } = http as { routers: Yaml };
        delete routers["pnl"];
        delete routers["pnl-health"];
      }),
    );
    return async () => {
      await issue();
      await undo();
    };
  },
};

/** Issues the gateway's certificate anew, as the authority's own job does, for so many days. */
async function certificates(operator: Operator): Promise<(days?: string, epoch?: string) => Promise<void>> {
  const { Config, HostConfig, Image } = await operator.container("ca").inspect();
  const command = [...(Config.Cmd ?? [])];
  if (!command.includes(TLS_PATH)) throw new Error(`the authority issues nothing: ${command.join(" ")}`);
  const at = (flag: string): number => command.indexOf(flag) + 1;
  return async (days = command[at("--days")] ?? "", epoch = command[at("--serial-epoch")] ?? "") => {
    const changed = [
      ...command.with(at("--days"), days).with(at("--serial-epoch"), epoch),
      ...["--renew-before", "1d"],
    ];
    await operator.beside(
      Image,
      HostConfig.Binds ?? [],
      async (container) => {
        const { code, stderr } = await finish(container);
        if (code !== 0) throw new Error(`no certificate: exit ${code}: ${stderr}`);
      },
      { Cmd: changed, User: Config.User },
    );
  };
}

/** What is behind a route is gone, and everybody asks for it. */
export const gatewayFails: Fault = {
  tells: [["HighErrorRate", "gateway"]],
  make: async (operator) => {
    const start = await operator.stop("welcome");
    const end = operator.repeat(200, () => ask(`${BASE}/`, { ca: operator.run.api.ca }));
    return async () => {
      await end();
      await start();
    };
  },
};
