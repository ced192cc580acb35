import { entropy, leaks } from "../../../../model/hardening/leaks";

const nothing = { environment: [], labels: {}, command: [], probe: [] };
const random = "aB3dE6gH9jK2mN5pQ8sT1vW4yZ7bC0eF3hJ6kL9n";

describe("what looks like a credential", () => {
  it.each([
    ["PASSWORD=hunter2", "environment PASSWORD looks like a credential"],
    ["DB_PASSWD=x", "environment DB_PASSWD looks like a credential"],
    ["AWS_SECRET_ACCESS_KEY=x", "environment AWS_SECRET_ACCESS_KEY looks like a credential"],
    ["GITHUB_TOKEN=x", "environment GITHUB_TOKEN looks like a credential"],
    [`X=${random}`, "the value of environment X looks like a credential"],
    ["URL=amqp://app:pw@bus:5672", "the value of environment URL looks like a credential"],
    [`OPTIONS=--header=Authorization:${random}`, "the value of environment OPTIONS looks like a credential"],
  ])("%s", (entry, expected) => {
    expect(leaks({ ...nothing, environment: [entry] })).toEqual([expected]);
  });

  it("in labels, commands and probes", () => {
    expect(
      leaks({
        environment: [],
        labels: { "my.api-key": "x" },
        command: ["serve", "--token=x"],
        probe: ["CMD", random],
      }),
    ).toEqual([
      "label my.api-key looks like a credential",
      "word 2 of the command looks like a credential",
      "word 2 of the probe looks like a credential",
    ]);
  });
});

it.each([
  "STORE_PASSWORD_FILE=/run/secrets/store-password",
  "POSTGRES_PASSWORD_FILE=/run/secrets/operator-password",
  "OIDC_TOKEN_URL=https://localhost/token",
  "SSH_KEY=",
  "TOKEN=/run/secrets/token",
  "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
  "GPG_KEY_ID=7169605F62C751356D054A26A821E680E5FA6305",
  "JAVA_OPTS=-XX:+UseG1GC -Xms256m -Dlog4j2.formatMsgNoLookups=true",
  "POSTGRES_INITDB_ARGS=--auth-host=scram-sha-256 --auth-local=scram-sha-256",
  "IMAGE=sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
  "STORE_URL=postgresql://postgres:5432",
])("lets %s be", (entry) => {
  expect(leaks({ ...nothing, environment: [entry], command: [entry] })).toEqual([]);
});

it("measures disorder in bits a character", () => {
  expect(entropy("aaaa")).toBeCloseTo(0);
  expect(entropy("abab")).toBeCloseTo(1);
  expect(entropy("abcd")).toBeCloseTo(2);
  expect(entropy(random)).toBeGreaterThan(4.5);
});
