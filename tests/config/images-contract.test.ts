import { readFileSync } from "node:fs";
import { join } from "node:path";
import type Docker from "dockerode";
import { recipeTag } from "../../images/builder";
import { parseRecipe } from "../../images/builder/recipe";
import { parseImageLock } from "../../model/images";
import { engine, finish } from "../harness/docker";

const ROOT = join(__dirname, "../..");
const LABEL = "com.trade2026.test";

/** Programs of the lock with the tag of the image that their recipe builds. */
const built = Object.entries(
  parseImageLock(readFileSync(join(ROOT, "configs/images.yaml"), "utf8")).programs,
).flatMap(([name, { recipe, contract }]) =>
  recipe !== null && contract !== null ? [{ name, tag: recipeTag(ROOT, recipe), contract }] : [],
);

describe("what the lock promises of the images built here", () => {
  let docker: Docker;
  beforeAll(async () => {
    docker = await engine();
  });

  /** A container that is never started: the engine answers about its files. */
  async function inContainer<T>(tag: string, use: (container: Docker.Container) => Promise<T>): Promise<T> {
    const container = await docker.createContainer({ Image: tag, Cmd: ["-"], Labels: { [LABEL]: "images" } });
    try {
      return await use(container);
    } finally {
      await container.remove({ force: true });
    }
  }

  const has = (container: Docker.Container, path: string): Promise<boolean> =>
    container.infoArchive({ path }).then(
      (answer) => {
        answer.on("error", () => undefined).resume();
        return true;
      },
      () => false,
    );

  it.each(built)("$name runs as the user of its contract", async ({ tag, contract: { uid, gid } }) => {
    expect((await docker.getImage(tag).inspect()).Config.User).toBe(`${uid}:${gid}`);
  });

  it.each(built.filter(({ contract }) => contract.binary !== null))(
    "$name has its program at $contract.binary",
    ({ tag, contract }) =>
      inContainer(tag, async (container) => {
        expect(await has(container, contract.binary ?? "")).toBe(true);
        expect(await has(container, `${contract.binary ?? ""}-that-is-not-there`)).toBe(false);
      }),
  );

  it.each(built)("$name declares no volume, no health check and no secret", async ({ tag }) => {
    const { Config } = await docker.getImage(tag).inspect();
    expect(Config.Volumes ?? {}).toEqual({});
    expect((Config as { Healthcheck?: unknown }).Healthcheck).toBeUndefined();
    expect(Config.Env.filter((variable) => /PASSWORD|SECRET|TOKEN|PROXY|_KEY=/i.test(variable))).toEqual([]);
  });

  it.each([
    ["prometheus", "/bin/prometheus"],
    ["prometheus", "/bin/promtool"],
    ["alertmanager", "/bin/alertmanager"],
    ["alertmanager", "/bin/amtool"],
    ["node-exporter", "/bin/node_exporter"],
    ["redis-exporter", "/redis_exporter"],
    ["postgres-exporter", "/bin/postgres_exporter"],
    ["elasticsearch-exporter", "/bin/elasticsearch_exporter"],
    ["blackbox-exporter", "/bin/blackbox_exporter"],
  ])("%s runs %s, of the version that its recipe names", async (recipe, program) => {
    const { version } = parseRecipe(
      recipe,
      readFileSync(join(ROOT, "images", recipe, "recipe.yaml"), "utf8"),
    );
    const container = await docker.createContainer({
      Image: recipeTag(ROOT, recipe),
      Entrypoint: [program, "--version"],
      Labels: { [LABEL]: "images" },
      HostConfig: {
        NetworkMode: "none",
        ReadonlyRootfs: true,
        CapDrop: ["ALL"],
        SecurityOpt: ["no-new-privileges"],
      },
    });
    try {
      const { stdout, stderr, code } = await finish(container, 30);
      expect(code).toBe(0);
      expect(`${stdout}${stderr}`).toMatch(new RegExp(`\\bv?${version.replaceAll(".", "\\.")}\\.\\d`));
    } finally {
      await container.remove({ force: true });
    }
  });

  it.each(["debian", "node", "valkey", "postgres"])(
    "%s holds nothing that makes a user another one",
    async (recipe) => {
      const container = await docker.createContainer({
        Image: recipeTag(ROOT, recipe),
        Entrypoint: ["find", "/", "-xdev", "-perm", "/6000", "-type", "f"],
        User: "0:0",
        Tty: true,
        Labels: { [LABEL]: "images" },
        HostConfig: { NetworkMode: "none" },
      });
      try {
        await container.start();
        await container.wait();
        const output = (await container.logs({ stdout: true, stderr: true, follow: false })).toString();
        expect(output).toBe("");
      } finally {
        await container.remove({ force: true });
      }
    },
  );
});
