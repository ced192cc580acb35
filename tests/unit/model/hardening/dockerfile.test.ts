import { dockerfileProblems } from "../../../../model/hardening/dockerfile";

const GOOD = `# a comment
ARG BASE
FROM \${BASE}
RUN apt-get update \\
 && apt-get install -y --no-install-recommends valkey-server=8.1.* \\
 # why
 && rm -rf /var/lib/apt/lists/*
COPY artifacts/a files/b /
WORKDIR /srv
ENV DB_PASSWORD_FILE=/run/secrets/db
USER 10002:10002
ENTRYPOINT ["/usr/bin/valkey-server"]
`;

it("has nothing against a Dockerfile of ours", () => {
  expect(dockerfileProblems(GOOD)).toEqual([]);
});

it.each([
  ["ADD a /a", "uses ADD; COPY is expected"],
  ["add https://example.com/a /a", "uses ADD; COPY is expected"],
  ["WORKDIR srv", "has the relative WORKDIR srv"],
  ["ENV API_TOKEN=abc", "has a secret in ENV"],
  ["ARG DB_PASSWORD", "has a secret in ARG"],
  ["RUN apt-get upgrade -y", "upgrades packages; a newer base is expected"],
  ["RUN apt-get update && apt-get -y dist-upgrade", "upgrades packages; a newer base is expected"],
  ["RUN apt-get install -y curl", "installs curl without a version"],
  ["RUN apt-get update \\\n && apt-get install -y a=1 \\\n    b", "installs b without a version"],
  ["RUN pip install numpy==2.0 pandas", "installs pandas without a version"],
  ["RUN cd /srv && make", "changes folder in RUN; WORKDIR is expected"],
  ["RUN chmod 4755 /bin/su", "sets a setuid or setgid bit"],
  ["RUN chmod u+s /bin/su", "sets a setuid or setgid bit"],
])("finds %j", (line, problem) => {
  expect(dockerfileProblems(GOOD.replace("WORKDIR /srv", line))).toEqual([problem]);
});

it.each([
  "RUN chmod 0755 /a",
  "RUN chmod 755 /a",
  "RUN pip install -r requirements.txt",
  "RUN apt-get remove -y curl",
])("lets %j be", (line) => {
  expect(dockerfileProblems(GOOD.replace("WORKDIR /srv", line))).toEqual([]);
});

describe("USER", () => {
  it.each([
    ["USER 0", "ends as USER 0; a number other than 0 is expected"],
    ["USER root", "ends as USER root; a number other than 0 is expected"],
    ["USER 1000:0", "ends as USER 1000:0; a number other than 0 is expected"],
    ["", "names no USER"],
    ["USER 1\nFROM scratch", "names no USER"],
    ["USER 0\nRUN x\nUSER 7:7", undefined],
  ])("%j", (lines, problem) => {
    expect(dockerfileProblems(GOOD.replace("USER 10002:10002", lines))).toEqual(
      problem === undefined ? [] : [problem],
    );
  });
});
