import { execProbe } from "../../model/probes";
import { joinTexts, secretRef, secretText, type Credential, type SecretText } from "../../model/secrets";
import {
  defineService,
  thirdParty,
  type ConfigureContext,
  type Grant,
  type ServiceSpec,
} from "../../model/service";
import type { Memory } from "../../model/units";

const CONFIG_PATH = "/etc/valkey";
const ACL = "/run/secrets/users.acl";

/** Reads the password from its file into a pipe: not in a command line, not in an environment. */
const PROBE = `{ printf 'AUTH probe '; cat /run/secrets/probe-password; printf '\\nPING\\n'; } | valkey-cli | grep -q PONG`;

/** Durable state: nothing is ever evicted, every write is in the append-only file. */
export const valkeyState = valkey({
  name: "valkey-state",
  title: "Valkey (state)",
  tier: "P0",
  memory: "512MiB",
  settings: {
    maxmemory: "384mb",
    "maxmemory-policy": "noeviction",
    appendonly: "yes",
    appendfsync: "everysec",
  },
  durable: true,
});

/** Cache: bounded, the least recently used goes first, gone with the container. */
export const valkeyCache = valkey({
  name: "valkey-cache",
  title: "Valkey (cache)",
  tier: "P1",
  memory: "384MiB",
  settings: { maxmemory: "256mb", "maxmemory-policy": "allkeys-lru", appendonly: "no", save: "" },
  durable: false,
});

interface ValkeyInput extends Pick<ServiceSpec, "name" | "title" | "tier"> {
  readonly memory: Memory;
  readonly settings: Readonly<Record<string, string>>;
  readonly durable: boolean;
}

function valkey({ name, title, tier, memory, settings, durable }: ValkeyInput): ServiceSpec {
  return defineService({
    name,
    title,
    capability: "data",
    image: thirdParty("valkey"),
    lanes: ["backend"],
    ports: { redis: 6379 },
    entrypoint: ["valkey-server"],
    command: [`${CONFIG_PATH}/valkey.conf`],
    configPath: CONFIG_PATH,
    probe: execProbe(["sh", "-c", PROBE]),
    metrics: { kind: "exporter", exporter: "redis" },
    endpoint: { port: "redis", scheme: "redis", credentials: "perConsumer" },
    tools: [{ hostPort: name, port: "redis", protocol: "tcp", login: "own", data: true, title }],
    resources: { memory, cpus: 0.5, precedence: durable ? "first" : "normal" },
    user: "10002:10002",
    ...(durable
      ? { data: [{ name: `${name}-data`, path: "/data", backup: { method: "valkey rdb" } }] }
      : { tmpfs: { "/data": { size: "16MiB" } } }),
    tier,
    gate: true,
    stopGrace: "30s",
    slo: { availability: 99.9 },
    configure: (context) => {
      const probe = context.own("probe", `${title}: health check`);
      return {
        config: [{ path: "valkey.conf", content: config(settings) }],
        secrets: [
          { path: "users.acl", content: acl(context, probe, durable) },
          { path: "probe-password", content: secretText`${secretRef(probe)}` },
        ],
      };
    },
  });
}

function config(settings: ValkeyInput["settings"]): string {
  const all = { bind: "0.0.0.0", port: "6379", dir: "/data", aclfile: ACL, ...settings };
  return Object.entries(all)
    .map(([key, value]) => `${key} ${value === "" ? '""' : value}\n`)
    .join("");
}

/**
 * Nobody can be the default user, which is off and has no password: who does not log in can do nothing. Where there
 * is an append-only file it has every permission all the same, since the server replays transactions as that user, and
 * drops what it may not do, without failing (valkey-io/valkey#3983).
 * Grants are `keys` (patterns), `channels` and `commands`.
 */
function acl({ operator, consumers }: ConfigureContext, probe: Credential, durable: boolean): SecretText {
  return joinTexts([
    durable ? "user default off resetpass ~* &* +@all\n" : "user default off\n",
    aclUser(operator, { keys: ["*"], channels: ["*"], commands: ["+@all"] }),
    aclUser(probe, { commands: ["+ping"] }),
    ...consumers.map(({ credential, grant }) => aclUser(credential, grant)),
  ]);
}

/** Without an explicit list a consumer may use the data commands on its own prefix, and no dangerous or admin ones. */
function aclUser(credential: Credential, grant: Grant): SecretText {
  const list = (key: string, otherwise: readonly string[]): readonly string[] => {
    const value = grant[key];
    return Array.isArray(value) ? (value as readonly string[]) : otherwise;
  };
  const commands = list("commands", ["+@all", "-@dangerous", "-@admin"]);
  const keys = list("keys", "commands" in grant ? [] : [`${credential.username}:*`]).map(
    (pattern) => `~${pattern}`,
  );
  const channels = list("channels", []).map((pattern) => `&${pattern}`);
  const rules = ["resetkeys", ...keys, "resetchannels", ...channels, "-@all", ...commands].join(" ");
  return secretText`user ${credential.username} on #${secretRef(credential, "sha256")} ${rules}\n`;
}
