import { httpProbe } from "../../model/probes";
import { joinTexts, secretRef, secretText, type Credential, type SecretText } from "../../model/secrets";
import { defineService, thirdParty, type ConfigureContext, type Grant } from "../../model/service";

const CONFIG = "/run/secrets/nats.conf";

/**
 * Message bus. JetStream on its own volume; one account, a user for each consumer with the subjects that its need
 * grants (`publish`, `subscribe`) and nothing else.
 */
export const nats = defineService({
  name: "nats",
  title: "NATS",
  capability: "data",
  image: thirdParty("nats"),
  lanes: ["lowlatency"],
  ports: { client: 4222, monitor: 8222 },
  entrypoint: ["/nats-server"],
  command: ["--config", CONFIG],
  probe: httpProbe("/healthz", { port: "monitor" }),
  metrics: { kind: "exporter", exporter: "nats" },
  endpoint: { port: "client", scheme: "nats", credentials: "perConsumer" },
  tools: [{ hostPort: "nats", port: "client", protocol: "tcp", login: "own", data: true, title: "NATS" }],
  resources: { memory: "512MiB", cpus: 1, precedence: "first" },
  user: "10002:10002",
  data: [{ name: "nats-data", path: "/data", backup: { method: "nats stream backup" } }],
  tier: "P0",
  gate: true,
  stopGrace: "30s",
  slo: { availability: 99.9 },
  configure: (context) => ({ secrets: [{ path: "nats.conf", content: natsConfig(context) }] }),
});

/** In the secret volume for its password hashes. `sync_interval: always`: an acknowledged order is on disk. */
function natsConfig({ operator, consumers, own }: ConfigureContext): SecretText {
  const system = own("system", "NATS: system account");
  const users = [
    user(operator, { publish: [">"], subscribe: [">"] }),
    ...consumers.map(({ credential, grant }) => user(credential, grant)),
  ];
  return secretText`server_name: nats
listen: "0.0.0.0:4222"
http: "0.0.0.0:8222"
max_payload: 1MB
max_connections: 4096
write_deadline: "10s"
jetstream {
  store_dir: "/data"
  max_memory_store: 128MB
  max_file_store: 16GB
  sync_interval: always
}
accounts {
  TRADE {
    jetstream: enabled
    users: [
${joinTexts(users)}    ]
  }
  SYS {
    users: [ { user: "${system.username}", password: "${secretRef(system, "bcrypt")}" } ]
  }
}
system_account: SYS
`;
}

function user(credential: Credential, grant: Grant): SecretText {
  return secretText`      { user: "${credential.username}", password: "${secretRef(credential, "bcrypt")}", permissions: { publish: ${subjects(grant.publish)}, subscribe: ${subjects(grant.subscribe)}${grant.respond === true ? ", allow_responses: true" : ""} } }\n`;
}

/** No subjects is a denial of all; an empty list would allow them all. */
function subjects(granted: Grant[string] | undefined): string {
  const list = Array.isArray(granted) ? granted : [];
  return list.length === 0 ? '{ deny: [">"] }' : `{ allow: ${JSON.stringify(list)} }`;
}
