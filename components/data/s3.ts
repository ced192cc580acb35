import { httpProbe } from "../../model/probes";
import { joinTexts, secretRef, secretText, type Credential, type SecretText } from "../../model/secrets";
import { defineService, thirdParty, type ConfigureContext } from "../../model/service";

/** What the platform keeps in S3. */
export const BUCKETS = ["mlflow-artifacts", "feast-registry", "backups"] as const;

const S3_PORT = 8333;

/**
 * Object store (SeaweedFS). An identity for each consumer, held to the buckets that its need grants (`buckets`).
 * Master, volume and filer listen on loopback only; the gRPC port of its S3 gateway cannot, and asks for a token.
 */
export const s3 = defineService({
  name: "s3",
  title: "S3 object store",
  capability: "data",
  image: thirdParty("seaweedfs"),
  lanes: ["backend"],
  ports: { http: S3_PORT, grpc: S3_PORT + 10_000, metrics: 9327 },
  entrypoint: ["/usr/bin/weed"],
  command: [
    ...["-logtostderr=true", "-config_dir=/run/secrets", "server"],
    ...["-dir=/data", "-ip=127.0.0.1", "-ip.bind=127.0.0.1", "-filer"],
    ...["-s3", "-s3.ip.bind=0.0.0.0", `-s3.port=${S3_PORT}`, "-s3.config=/run/secrets/s3.json"],
    ...["-s3.iam=false", "-s3.autoCreateBucket=false", "-s3.allowDeleteBucketNotEmpty=false"],
    ...["-s3.port.iceberg=0", "-s3.port.lance=0"],
    // Without these two, a handful of large transfers takes all memory there is.
    ...["-s3.concurrentUploadLimitMB=64", "-s3.readerCacheSizeMB=64"],
    ...["-metricsPort=9327", "-metricsIp=0.0.0.0"],
    ...["-master.telemetry=false", "-master.electionTimeout=1s", "-master.volumeSizeLimitMB=1024"],
    ...["-volume.max=0", "-volume.preStopSeconds=1"],
  ],
  env: { GOMEMLIMIT: "500MiB" },
  probe: httpProbe("/healthz", { startPeriod: "30s" }),
  metrics: { kind: "endpoint", port: "metrics", path: "/metrics" },
  endpoint: {
    port: "http",
    scheme: "http",
    credentials: "perConsumer",
    environment: ({ host, port, passwordFile }) => ({
      S3_ENDPOINT: `http://${host}:${port}`,
      S3_REGION: "us-east-1",
      S3_ACCESS_KEY_ID_FILE: "/run/secrets/s3-access-key-id",
      S3_SECRET_ACCESS_KEY_FILE: passwordFile,
    }),
    secretFiles: ({ username }) => [{ path: "s3-access-key-id", content: username }],
  },
  tools: [{ hostPort: "s3", port: "http", protocol: "http", login: "own", data: true, title: "S3" }],
  resources: { memory: "768MiB", cpus: 1, precedence: "last" },
  user: "1000:1000",
  data: [{ name: "s3-data", path: "/data", backup: { method: "s3 mirror" } }],
  tmpfs: { "/tmp": { size: "16MiB" } },
  tier: "P1",
  gate: true,
  stopGrace: "30s",
  slo: { availability: 99.5 },
  configure: (context) => ({
    secrets: [
      { path: "s3.json", content: identities(context) },
      { path: "security.toml", content: security(context) },
    ],
  }),
});

/** SigV4 needs the secret key itself on the server's side. */
function identities({ operator, consumers }: ConfigureContext): SecretText {
  const all = [
    identity(operator, ["Admin", "Read", "Write", "List", "Tagging"]),
    ...consumers.map(({ credential, grant }) =>
      identity(
        credential,
        (Array.isArray(grant.buckets) ? (grant.buckets as readonly string[]) : []).flatMap((bucket) =>
          ["Read", "Write", "List", "Tagging"].map((action) => `${action}:${bucket}`),
        ),
      ),
    ),
  ];
  return secretText`{"identities": [\n${joinTexts(all, ",\n")}\n]}\n`;
}

function identity(credential: Credential, actions: readonly string[]): SecretText {
  const { username } = credential;
  return secretText`{"name": "${username}", "credentials": [{"accessKey": "${username}", "secretKey": "${secretRef(credential)}"}], "actions": ${JSON.stringify(actions)}}`;
}

/**
 * Keys of its own parts among themselves, and the key that encrypted objects are locked with. Without the filer's
 * signing key any neighbour on the lane may add an identity through the gRPC port.
 */
function security({ own }: ConfigureContext): SecretText {
  const key = (name: string): SecretText =>
    secretText`key = "${secretRef(own(name, `S3: ${name}`), "sha256")}"`;
  return secretText`[jwt.signing]
${key("jwt-signing")}
[jwt.signing.read]
${key("jwt-signing-read")}
[jwt.filer_signing]
${key("jwt-filer-signing")}
[jwt.filer_signing.read]
${key("jwt-filer-signing-read")}
[s3.sse]
kek = "${secretRef(own("encryption-key", "S3: key of encrypted objects"), "sha256")}"
`;
}
