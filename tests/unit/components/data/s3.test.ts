import { BUCKETS, s3 } from "../../../../components/data/s3";
import { access } from "../../../../model/service";
import { service } from "../../../support/model";
import { rendered, wiredAmong } from "../../../support/wired";

const mlflow = service({ name: "mlflow", needs: [access(s3, { buckets: ["mlflow-artifacts"] })] });
const stranger = service({ name: "stranger", needs: [s3] });

it("has the platform's buckets", () => {
  expect(BUCKETS).toEqual(["mlflow-artifacts", "feast-registry", "backups"]);
});

it("holds every consumer to the buckets that it was granted", () => {
  expect(JSON.parse(rendered(wiredAmong(s3, [mlflow, stranger]), "s3.json"))).toEqual({
    identities: [
      {
        name: "operator",
        credentials: [{ accessKey: "operator", secretKey: "<s3-operator:plain>" }],
        actions: ["Admin", "Read", "Write", "List", "Tagging"],
      },
      {
        name: "mlflow",
        credentials: [{ accessKey: "mlflow", secretKey: "<s3-mlflow:plain>" }],
        actions: [
          "Read:mlflow-artifacts",
          "Write:mlflow-artifacts",
          "List:mlflow-artifacts",
          "Tagging:mlflow-artifacts",
        ],
      },
      {
        name: "stranger",
        credentials: [{ accessKey: "stranger", secretKey: "<s3-stranger:plain>" }],
        actions: [],
      },
    ],
  });
});

it("signs what its parts say to each other, and keeps the key of encrypted objects like data", () => {
  const wired = wiredAmong(s3, []);
  expect(rendered(wired, "security.toml")).toBe(`[jwt.signing]
key = "<s3-jwt-signing:sha256>"
[jwt.signing.read]
key = "<s3-jwt-signing-read:sha256>"
[jwt.filer_signing]
key = "<s3-jwt-filer-signing:sha256>"
[jwt.filer_signing.read]
key = "<s3-jwt-filer-signing-read:sha256>"
[s3.sse]
kek = "<s3-encryption-key:sha256>"
`);
  expect(s3.data).toHaveLength(1);
});

it("is handed to consumers as their libraries know it, with both halves of the key in files", () => {
  const { env, secrets } = wiredAmong(mlflow, [s3]);
  expect(env).toEqual({
    S3_ENDPOINT: "http://s3:8333",
    S3_REGION: "us-east-1",
    S3_ACCESS_KEY_ID_FILE: "/run/secrets/s3-access-key-id",
    S3_SECRET_ACCESS_KEY_FILE: "/run/secrets/s3-password",
  });
  expect(secrets.map(({ path }) => path)).toEqual(["s3-password", "s3-access-key-id"]);
  expect(rendered(wiredAmong(mlflow, [s3]), "s3-access-key-id")).toBe("mlflow");
});

it("listens on loopback but for S3 itself and its metrics", () => {
  expect(s3.command).toEqual(
    expect.arrayContaining([
      "-ip=127.0.0.1",
      "-ip.bind=127.0.0.1",
      "-s3.ip.bind=0.0.0.0",
      "-s3.iam=false",
      "-s3.autoCreateBucket=false",
    ]),
  );
});
