import { httpProbe } from "../../model/probes";
import { access, defineService, thirdParty, type ServiceSpec } from "../../model/service";
import { followed, followedFile } from "../core/followed";
import { prometheus } from "./prometheus";
import { receiverSecrets } from "./receivers";
import { alertmanagerConfig } from "./routing";
import { statusApi } from "./status";
import { PROBE_LOGIN, webConfig } from "./web-config";

const CONFIG = "/run/alertmanager";
const FOLLOWED = followed("/bin/alertmanager", { from: "/etc/alertmanager", to: CONFIG, reload: true });

/** Groups alerts, says each once, and to whom. Its receivers are the stack's setting `alerts`. */
export const alertmanager: ServiceSpec = defineService({
  name: "alertmanager",
  title: "Alertmanager",
  capability: "sre",
  image: thirdParty("alertmanager"),
  lanes: ["backend", "frontend"],
  egress: "notifications go to mail servers and services outside",
  ports: { http: 9093 },
  entrypoint: FOLLOWED.entrypoint,
  command: [
    `--config.file=${CONFIG}/alertmanager.yml`,
    "--web.config.file=/run/secrets/web.yml",
    "--storage.path=/alertmanager",
    // one of them: nobody to gossip with
    "--cluster.listen-address=",
  ],
  probe: httpProbe("/-/ready", { loginFile: PROBE_LOGIN }),
  metrics: { kind: "endpoint", port: "http", path: "/metrics", login: true },
  endpoint: { port: "http", scheme: "http", credentials: "perConsumer" },
  tools: [
    {
      hostPort: "alertmanager",
      port: "http",
      protocol: "http",
      login: "basic",
      // who silences an alert keeps it from everybody
      role: "viewer",
      changes: "admin",
      data: false,
      title: "Alertmanager",
    },
  ],
  needs: [prometheus, access(statusApi, { alerts: true })],
  resources: { memory: "128MiB", cpus: 0.25 },
  user: "65534:65534",
  configPath: "/etc/alertmanager",
  // silences, and what was said already
  data: [{ name: "alertmanager-data", path: "/alertmanager", backup: { method: "files" } }],
  tmpfs: FOLLOWED.tmpfs,
  tier: "P1",
  slo: { availability: 99.9 },
  configure: (context) => ({
    config: [followedFile("alertmanager.yml", alertmanagerConfig(context))],
    secrets: [
      ...webConfig("Alertmanager", context, {
        others: [{ username: "prometheus", credential: context.credentialAt(prometheus) }],
      }),
      ...receiverSecrets(context),
    ],
  }),
});
