import { readFileSync } from "node:fs";
import { join } from "node:path";
import { lintDockerfile } from "../../../images/builder/lint";
import { recipeNames } from "../../../images/builder/source";
import { parseRecipe } from "../../../images/builder/recipe";

const ROOT = join(__dirname, "../../..");
const read = (name: string, file: string): string => readFileSync(join(ROOT, "images", name, file), "utf8");
const withDockerfile = recipeNames(ROOT).filter(
  (name) => parseRecipe(name, read(name, "recipe.yaml")).debootstrap === undefined,
);

describe("the Dockerfiles of images/", () => {
  it("are found", () =>
    expect(withDockerfile).toEqual(
      expect.arrayContaining(["nats", "node", "postgres", "traefik", "valkey"]),
    ));

  it.each(withDockerfile)("%s keeps the rules", (name) =>
    expect(lintDockerfile(read(name, "Dockerfile"))).toEqual([]),
  );
});

describe("lintDockerfile", () => {
  const install =
    "RUN apt-get update && apt-get install -y --no-install-recommends curl=8.* && rm -rf /var/lib/apt/lists/*";
  const file = (...lines: readonly string[]): string =>
    ["ARG BASE", "FROM ${BASE}", ...lines, "USER 10:10"].join("\n");
  const rules = (text: string): readonly string[] => lintDockerfile(text).map(({ rule }) => rule);

  it("has nothing against a good one", () => {
    expect(rules(file(install, "COPY files/a /a", "WORKDIR /app", 'ENTRYPOINT ["/a"]'))).toEqual([]);
    expect(
      rules("ARG BASE\nFROM ${BASE} AS build\nRUN true\nFROM scratch\nCOPY --from=build /a /a\nUSER 1\n"),
    ).toEqual([]);
    expect(rules("FROM scratch AS one\nFROM one\nUSER 1")).toEqual([]);
  });

  it.each([
    ["no-add", "ADD files/a.tar /"],
    ["no-latest", "LABEL version=latest"],
    ["apt-upgrade", "RUN apt-get upgrade -y"],
    ["apt-upgrade", "RUN apt-get -y dist-upgrade"],
    ["apt-get", "RUN true && apt list"],
    ["apt-update", install.replace("apt-get update && ", "")],
    ["apt-flags", install.replace(" -y", "")],
    ["apt-flags", install.replace(" --no-install-recommends", "")],
    ["apt-version", install.replace("=8.*", "")],
    ["apt-version", install.replace("curl=8.*", "curl=8.* jq")],
    [
      "apt-version",
      install.replace("install -y", "install -y -o Dpkg::Options::=--force-confold").replace("=8.*", ""),
    ],
    ["apt-lists", install.replace(" && rm -rf /var/lib/apt/lists/*", "")],
    ["no-cd", "RUN cd /tmp && true"],
    ["no-sudo", "RUN sudo true"],
    ["setuid", "RUN chmod u+s /a"],
    ["setuid", "RUN chmod -R 4755 /a"],
    ["setuid", "RUN install --mode=2755 /a /b"],
    ["pipefail", "RUN cat /a | sort"],
    ["exec-form", "CMD run"],
    ["exec-form", 'ENTRYPOINT ["a", 1]'],
    ["workdir", "WORKDIR app"],
    ["no-secret", "ENV DB_PASSWORD=x"],
    ["no-secret", "ARG HTTP_PROXY"],
    ["classic-builder", "RUN --mount=type=cache,target=/x true"],
    ["classic-builder", "COPY --chmod=755 a /a"],
    ["classic-builder", "RUN cat <<EOF > /a"],
    ["no-healthcheck", 'HEALTHCHECK CMD ["true"]'],
  ])("%s: %s", (rule, line) => expect(rules(file(line))).toEqual([rule]));

  it.each([
    ["somebody's image", "FROM docker.io/library/debian:13\nUSER 1", ["from"]],
    ["a later stage", "FROM two AS one\nFROM scratch AS two\nUSER 1", ["from"]],
    ["no user", "FROM scratch\nCOPY a /a", ["user"]],
    ["root by number", "FROM scratch\nUSER 0:0", ["user"]],
    ["a user's name", "FROM scratch\nUSER nobody", ["user"]],
    ["root again at the end", "FROM scratch\nUSER 5\nUSER 0", ["user"]],
    ["a user only in an earlier stage", "FROM scratch AS a\nUSER 5\nFROM a\nCOPY b /b", ["user"]],
  ])("refuses %s", (_, text, expected) => expect(rules(text)).toEqual(expected));

  it("reads continued lines as one, skips comments in them, and tells the first line", () => {
    const text = file(
      "RUN apt-get update \\",
      " # why",
      " && apt-get install -y --no-install-recommends \\",
      "   curl",
      "COPY a /a",
    );
    expect(lintDockerfile(text).map(({ line, rule }) => [line, rule])).toEqual([
      [3, "apt-version"],
      [3, "apt-lists"],
    ]);
  });
});
