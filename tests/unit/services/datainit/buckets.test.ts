import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { initBuckets } from "../../../../services/datainit/src/buckets";
import { FakeStore, type Answer, type Asked } from "./fake-http";

let dir: string;
let fake: FakeStore;
let url: string;
beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), "t26-buckets-"));
  writeFileSync(join(dir, "id"), "KEYID\n");
  writeFileSync(join(dir, "key"), "s3cret\n");
  fake = new FakeStore();
  url = await fake.start();
});
afterEach(async () => {
  await fake.stop();
  rmSync(dir, { recursive: true });
});

const xml = (content: string, status = 200): Answer => ({
  status,
  body: content,
  headers: { "content-type": "application/xml" },
});
const error = (code: string, status: number) =>
  xml(`<Error><Code>${code}</Code><Message>${code}</Message></Error>`, status);

/** Buckets in memory; "off" cannot keep versions. */
class Buckets {
  readonly versions = new Map<string, string>();
  keepsVersions = true;

  answer = ({ method, path, query, body }: Asked): Answer => {
    const name = path.replaceAll("/", "");
    if (method === "HEAD") {
      return { status: this.versions.has(name) ? 200 : 404 };
    }
    if (!query.has("versioning")) {
      this.versions.set(name, "");
      return {};
    }
    if (!this.keepsVersions) {
      return error("NotImplemented", 501);
    }
    if (method === "PUT") {
      this.versions.set(name, /<Status>(\w+)<\/Status>/.exec(body)?.[1] ?? "");
      return {};
    }
    const status = this.versions.get(name);
    return xml(
      `<VersioningConfiguration>${status ? `<Status>${status}</Status>` : ""}</VersioningConfiguration>`,
    );
  };
}

async function init(args: readonly string[], env: Record<string, string> = {}): Promise<string[]> {
  const said: string[] = [];
  await initBuckets({
    args,
    env: {
      S3_ENDPOINT: url,
      S3_ACCESS_KEY_ID_FILE: join(dir, "id"),
      S3_SECRET_ACCESS_KEY_FILE: join(dir, "key"),
      ...env,
    },
    connectTimeoutMs: 500,
    say: (line) => said.push(line),
  });
  return said;
}

test("buckets from the arguments and the environment, each once, with versions", async () => {
  const store = new Buckets();
  fake.answer = store.answer;
  expect(await init(["backups", "mlflow-artifacts"], { S3_BUCKETS: "feast-registry,backups" })).toEqual([
    "backups created, keeps versions",
    "mlflow-artifacts created, keeps versions",
    "feast-registry created, keeps versions",
  ]);
  expect([...store.versions.values()]).toEqual(["Enabled", "Enabled", "Enabled"]);
  const before = fake.asked.length;
  expect(await init(["backups"])).toEqual(["backups as wanted, keeps versions"]);
  expect(fake.asked.slice(before).map(({ method }) => method)).toEqual(["HEAD", "GET"]);
});

test("requests are signed with the key, which is not sent", async () => {
  fake.answer = new Buckets().answer;
  await init(["backups"]);
  for (const { headers, query, body } of fake.asked) {
    expect(headers.authorization).toMatch(/^AWS4-HMAC-SHA256 Credential=KEYID\/\d+\/us-east-1\/s3\//);
    expect(JSON.stringify([headers, query.toString(), body])).not.toContain("s3cret");
  }
});

test("a store that cannot keep versions is said to, and is no error", async () => {
  const store = new Buckets();
  store.keepsVersions = false;
  fake.answer = store.answer;
  expect(await init(["backups"])).toEqual([
    "backups created, without versions: the store does not support them",
  ]);
});

test("a refused key is final and plain", async () => {
  fake.answer = () => error("SignatureDoesNotMatch", 403);
  await expect(init(["backups"])).rejects.toThrow(
    /^look for bucket backups: 403 .*the store refuses our key/,
  );
  expect(fake.asked).toHaveLength(1);
});

test("a store on its way up is waited for", async () => {
  const store = new Buckets();
  let early = 2;
  fake.answer = (asked) => (early-- > 0 ? { status: 503 } : store.answer(asked));
  expect(await init(["backups"])).toEqual(["backups created, keeps versions"]);
  fake.answer = () => ({ status: 503 });
  await expect(init(["backups"])).rejects.toThrow(/S3 at .* did not answer within 0.5 s/);
});

test("names that no store takes, and none at all", async () => {
  await expect(init(["A", "has space", "ok-name"])).rejects.toThrow(/bucket "A": .*bucket "has space"/);
  await expect(init([])).rejects.toThrow("no bucket named");
  expect(fake.asked).toEqual([]);
});
