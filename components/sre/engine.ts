import { httpProbe } from "../../model/probes";
import { joinTexts, secretRef, secretText, type SecretText } from "../../model/secrets";
import { access, defineService, thirdParty, type ConfigureContext, type Waiver } from "../../model/service";
import { kitService } from "../core/kit-service";
import { KIT_EXPORTER } from "./exporters";

const SOCKET = "/var/run/docker.sock";
const USERS = "/run/secrets/users";
const EXPIRES = "2027-11-30";

const waived = (control: string, reason: string): Waiver => ({ control, reason, expires: EXPIRES });

/**
 * The one container that holds the engine's socket, and the only way to the engine for everything else: a program of
 * ours that can only read, knows this stack's containers alone, and tells a fixed choice of facts about them to who
 * logs in. Usage, restarts and ends of containers are known to the engine and to nobody else.
 */
export const engineProxy = defineService({
  name: "engine-proxy",
  title: "Engine window",
  capability: "sre",
  image: thirdParty("toolbox"),
  lanes: ["backend"],
  ports: { http: 2375 },
  entrypoint: ["/t26"],
  probe: httpProbe("/health"),
  endpoint: { port: "http", scheme: "http", credentials: "perConsumer" },
  metrics: {
    kind: "none",
    reason: "engine-exporter says whether it can be read; the rest is its container's",
  },
  resources: { memory: "64MiB", cpus: 0.25 },
  user: "0:0",
  hostMounts: [
    {
      source: SOCKET,
      path: SOCKET,
      readOnly: true,
      reason: "usage, restarts and ends of containers are known to the engine alone",
    },
  ],
  waivers: [
    waived(
      "D6",
      "the socket belongs to root and to a group whose number differs from host to host; without any capability",
    ),
    waived(
      "D12",
      "holds the socket so that nobody else has to; it answers five questions and writes nothing",
    ),
    waived("D13", "the socket lies in a folder of the host's; nothing else of it is mounted"),
  ],
  tier: "P1",
  slo: { availability: 99 },
  configure: (context) => ({
    command: ["engine-proxy", "--stack", context.settings.prefix, "--users", USERS, "--socket", SOCKET],
    secrets: [{ path: "users", content: users(context) }],
  }),
});

/** One `name:sha256` a line. */
function users({ operator, consumers }: ConfigureContext): SecretText {
  return joinTexts(
    [operator, ...consumers.map(({ credential }) => credential)].map(
      (login) => secretText`${login.username}:${secretRef(login, "sha256")}\n`,
    ),
  );
}

/** What the containers of this stack use, by service: `container_*`. The page says of whom (`honor_labels`). */
export const engineExporter = kitService({
  ...KIT_EXPORTER,
  name: "engine-exporter",
  title: "Container exporter",
  port: 9105,
  lanes: ["backend"],
  needs: [access(engineProxy, {})],
  metrics: { kind: "endpoint", port: "http", path: "/metrics", ofOthers: true },
});
