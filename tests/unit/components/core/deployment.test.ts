import * as pulumi from "@pulumi/pulumi";
import { Deployment } from "../../../../components/core/deployment";
import { inHouse, thirdParty } from "../../../../model/service";
import { secretRef, secretText } from "../../../../model/secrets";
import {
  BUILT_IMAGE,
  CONTAINER,
  failureOf,
  imageId,
  nameOf,
  NETWORK,
  passwordOf,
  PASSWORD,
  record,
  REMOTE_IMAGE,
  valueOf,
  VOLUME,
  type Recording,
} from "../../../support/mocks";
import { job, plan, service, settings } from "../../../support/model";
import { deploy, recordPlan } from "../../../support/stack";

const store = service({
  name: "store",
  ports: { sql: 5432 },
  endpoint: { port: "sql", scheme: "postgresql", credentials: "perConsumer" },
  probe: {
    kind: "tcp",
    port: "sql",
    timing: { interval: "5s", timeout: "3s", retries: 3, startPeriod: "1s" },
  },
  data: [{ name: "store-data", path: "/data", backup: { method: "dump" } }],
  gate: true,
  configure: ({ operator }) => ({
    secrets: [
      {
        path: "admin",
        content: secretText`root:${secretRef(operator)}:${secretRef(operator, "sha256")}:${secretRef(operator, "bcrypt")}\n`,
      },
    ],
  }),
});
const seed = job({ name: "seed", needs: [store] });
const app = service({
  name: "app",
  image: inHouse("app"),
  lanes: ["lowlatency", "backend"],
  needs: [store, seed],
  configure: () => ({ config: [{ path: "app.json", content: "{}" }] }),
});
const platform = plan([store, seed, app]);

let up: Recording<Deployment>;
let preview: Recording<Deployment>;
beforeAll(async () => {
  up = await recordPlan(platform);
  preview = await recordPlan(platform, { preview: true });
});

describe("a deployment", () => {
  it("makes exactly the planned resources", () => {
    const names = (type: string): string[] =>
      up
        .ofType(type)
        .map(({ name }) => name)
        .sort();
    expect(names(CONTAINER)).toEqual(platform.containers.map(({ name }) => name).sort());
    expect(names(VOLUME)).toEqual(platform.volumes.map(({ name }) => name).sort());
    expect(names(NETWORK)).toEqual(["backend", "frontend", "lowlatency"]);
    expect(names(PASSWORD)).toEqual(["store-app", "store-operator", "store-seed"]);
    expect(names(REMOTE_IMAGE)).toEqual(["image-seed", "image-store", "image-toolbox"]);
    expect(names(BUILT_IMAGE)).toEqual(["image-app"]);
    expect(new Set(up.resources.map(({ urn }) => urn)).size).toBe(up.resources.length);
  });

  it("puts every resource under a component of its own kind", () => {
    const parents = Object.fromEntries(
      up.resources.map(({ name, type, parent }) => [
        `${type.split(":").at(-1)} ${name}`,
        parent === "" ? "" : `${parent.split("::")[2]} ${nameOf(parent)}`,
      ]),
    );
    expect(parents).toEqual({
      "Images images": "",
      "Lanes lanes": "",
      "Credentials credentials": "",
      "Toolbox toolbox": "",
      "Everything everything": "",
      "Network frontend": "trade2026:network:Lanes lanes",
      "Network lowlatency": "trade2026:network:Lanes lanes",
      "Network backend": "trade2026:network:Lanes lanes",
      "RemoteImage image-toolbox": "trade2026:core:Images images",
      "RemoteImage image-store": "trade2026:core:Images images",
      "RemoteImage image-seed": "trade2026:core:Images images",
      "Image image-app": "trade2026:core:Images images",
      "RandomPassword store-app": "trade2026:core:Credentials credentials",
      "RandomPassword store-operator": "trade2026:core:Credentials credentials",
      "RandomPassword store-seed": "trade2026:core:Credentials credentials",
      "SharedVolume toolbox": "trade2026:core:Toolbox toolbox",
      "Volume toolbox": "trade2026:core:Toolbox$trade2026:core:SharedVolume toolbox",
      "Container toolbox": "trade2026:core:Toolbox toolbox",
      "Service store": "trade2026:test:Everything everything",
      "DataVolume store-data": "trade2026:test:Everything$trade2026:core:Service store",
      "Volume store-data": "trade2026:core:Service$trade2026:core:DataVolume store-data",
      "Container store-data-owner": "trade2026:core:Service$trade2026:core:DataVolume store-data",
      "SecretVolume store-secrets": "trade2026:test:Everything$trade2026:core:Service store",
      "Volume store-secrets": "trade2026:core:Service$trade2026:core:SecretVolume store-secrets",
      "Container store-secrets": "trade2026:core:Service$trade2026:core:SecretVolume store-secrets",
      "Container store": "trade2026:test:Everything$trade2026:core:Service store",
      "Job seed": "trade2026:test:Everything everything",
      "SecretVolume seed-secrets": "trade2026:test:Everything$trade2026:core:Job seed",
      "Volume seed-secrets": "trade2026:core:Job$trade2026:core:SecretVolume seed-secrets",
      "Container seed-secrets": "trade2026:core:Job$trade2026:core:SecretVolume seed-secrets",
      "Container seed": "trade2026:test:Everything$trade2026:core:Job seed",
      "Service app": "trade2026:test:Everything everything",
      "ConfigVolume app-config": "trade2026:test:Everything$trade2026:core:Service app",
      "Volume app-config": "trade2026:core:Service$trade2026:core:ConfigVolume app-config",
      "Container app-config": "trade2026:core:Service$trade2026:core:ConfigVolume app-config",
      "SecretVolume app-secrets": "trade2026:test:Everything$trade2026:core:Service app",
      "Volume app-secrets": "trade2026:core:Service$trade2026:core:SecretVolume app-secrets",
      "Container app-secrets": "trade2026:core:Service$trade2026:core:SecretVolume app-secrets",
      "Container app": "trade2026:test:Everything$trade2026:core:Service app",
    });
  });

  it("keeps the inputs of components out of the state", () => {
    expect(up.resources.filter(({ custom, inputs }) => !custom && Object.keys(inputs).length > 0)).toEqual(
      [],
    );
  });

  it("lets a container wait for what its plan says, and for nothing that its plan does not say", () => {
    const gates = Object.fromEntries(
      platform.containers.map(({ name }) => [
        name,
        up
          .one(CONTAINER, name)
          .dependsOn.filter((other) => other.startsWith("Container "))
          .map((other) => other.slice("Container ".length)),
      ]),
    );
    expect(gates).toEqual({
      toolbox: [],
      "store-secrets": [],
      "seed-secrets": [],
      "app-config": [],
      "app-secrets": [],
      "store-data-owner": [],
      store: ["store-data-owner", "store-secrets", "toolbox"],
      seed: ["seed-secrets", "store", "toolbox"],
      app: ["app-config", "app-secrets", "seed", "store", "toolbox"],
    });
  });

  it("replaces containers before it creates their successors, also for what the provider would silently ignore", () => {
    for (const container of up.ofType(CONTAINER)) {
      expect([container.name, container.deleteBeforeReplace, container.replaceOnChanges]).toEqual([
        container.name,
        true,
        ["healthcheck", "init", "tmpfs", "cpuPeriod", "cpuQuota", "rm"],
      ]);
    }
  });

  it("runs images by their id", () => {
    expect(up.one(CONTAINER, "store").inputs.image).toBe(imageId("docker.io/test/store:1.0"));
    expect(up.one(CONTAINER, "app").inputs.image).toBe(
      imageId(String(up.one(BUILT_IMAGE, "image-app").inputs.imageName)),
    );
    expect(up.one(REMOTE_IMAGE, "image-store").inputs).toEqual({
      name: "docker.io/test/store:1.0",
      keepLocally: true,
    });
    expect(up.one(BUILT_IMAGE, "image-app").inputs).toMatchObject({
      skipPush: true,
      build: {
        context: "bundles/app",
        dockerfile: "bundles/app/Dockerfile",
        args: { BASE: "trade2026/node:0123456789ab" },
      },
    });
  });

  describe("secrets", () => {
    it("are passwords of 40 letters and digits; the store's own are kept as long as its data", () => {
      const passwords = up.ofType(PASSWORD);
      expect(passwords.map(({ inputs }) => inputs)).toEqual(
        passwords.map(() => ({ length: 40, special: false })),
      );
      expect(Object.fromEntries(passwords.map(({ name, protect }) => [name, protect]))).toMatchObject({
        "store-operator": true,
        "store-app": false,
      });
    });

    it("reach only the uploads of their writers, filled in and marked as secret", () => {
      expect(up.one(CONTAINER, "store-secrets").secretInputs).toEqual(["uploads"]);
      const id = "store-operator";
      const sha256 = imageId(passwordOf(id)).slice("sha256:".length);
      expect(up.one(CONTAINER, "store-secrets").inputs.uploads).toEqual([
        {
          file: "/volume/admin",
          content: `root:${passwordOf(id)}:${sha256}:bcrypt(${id})\n`,
          permissions: "0444",
        },
      ]);
      const elsewhere = up.resources.filter(
        ({ name, type, secretInputs }) =>
          secretInputs.length > 0 && !(type === CONTAINER && name.endsWith("-secrets")),
      );
      expect(elsewhere.map(({ name, secretInputs }) => [name, secretInputs])).toEqual([]);
    });

    it("appear nowhere else, not even unmarked", () => {
      const passwords = platform.credentials.map(({ id }) => passwordOf(id));
      for (const { name, type, inputs } of up.resources) {
        const { uploads: _, ...rest } =
          type === CONTAINER && name.endsWith("-secrets") ? inputs : { ...inputs, uploads: undefined };
        expect([name, passwords.filter((password) => JSON.stringify(rest).includes(password))]).toEqual([
          name,
          [],
        ]);
      }
    });

    it("replace their consumer when they change, by a label that gives nothing away", () => {
      const label = (recording: Recording<unknown>, name: string): unknown =>
        (recording.one(CONTAINER, name).inputs.labels as { label: string; value: string }[]).find(
          (one) => one.label === "com.trade2026.secrets",
        )?.value;
      expect(label(up, "store")).toMatch(/^[0-9a-f]{12}$/);
      expect(up.one(CONTAINER, "store").secretInputs).toEqual([]);
      expect(label(up, "app")).not.toBe(label(up, "store"));
      expect(up.one(CONTAINER, "seed-secrets").inputs.labels).not.toContainEqual(
        expect.objectContaining({ label: "com.trade2026.secrets" }),
      );
    });
  });

  describe("volumes", () => {
    it("with data are protected, retained, and never replaced for a label", () => {
      expect(up.one(VOLUME, "store-data")).toMatchObject({
        protect: true,
        retainOnDelete: true,
        deleteBeforeReplace: true,
        ignoreChanges: ["labels", "driverOpts"],
        inputs: {
          name: "trade2026-store-data",
          labels: [
            { label: "com.trade2026.stack", value: "trade2026" },
            { label: "com.trade2026.kind", value: "data" },
          ],
        },
      });
    });

    it.each(["toolbox", "store-secrets", "app-config"])("without any are made again: %s", (name) => {
      expect(up.one(VOLUME, name)).toMatchObject({
        protect: false,
        retainOnDelete: false,
        deleteBeforeReplace: true,
        inputs: { name: `trade2026-${name}` },
      });
    });
  });

  it("makes the lanes with explicit addresses and nothing volatile on them", () => {
    expect(up.one(NETWORK, "backend")).toMatchObject({
      deleteBeforeReplace: true,
      inputs: {
        name: "trade2026-backend",
        driver: "bridge",
        internal: true,
        ipamConfigs: [{ subnet: "172.21.0.0/16", gateway: "172.21.0.1" }],
        options: { "com.docker.network.bridge.name": "trade2026-back" },
        labels: [{ label: "com.trade2026.stack", value: "trade2026" }],
      },
    });
    expect(up.ofType(NETWORK).map(({ name, inputs }) => [name, inputs.internal])).toEqual([
      ["frontend", false],
      ["lowlatency", true],
      ["backend", true],
    ]);
  });

  it("hides the log of a job, which may say anything", () => {
    expect(up.one(CONTAINER, "seed").additionalSecretOutputs).toEqual(["containerLogs"]);
    expect(up.one(CONTAINER, "store").additionalSecretOutputs).toEqual([]);
  });
});

describe("a preview", () => {
  it("registers the same resources, though nothing is known of what does not exist yet", () => {
    const identity = ({ type, name, parent }: { type: string; name: string; parent: string }): string =>
      `${parent} > ${type} ${name}`;
    expect(preview.resources.map(identity).sort()).toEqual(up.resources.map(identity).sort());
  });

  it("knows everything about a container but its image and its secrets", () => {
    const { inputs } = preview.one(CONTAINER, "store");
    // The SDK's own mark for what is unknown.
    expect(inputs.image).toBe("04da6b54-80e4-46f7-96ec-b56ff0331ba9");
    expect(inputs).toMatchObject({
      name: "trade2026-store",
      restart: "unless-stopped",
      readOnly: true,
      memory: 256,
    });
    expect(inputs.networksAdvanced).toEqual([{ name: "trade2026-backend", aliases: ["store"] }]);
  });
});

describe("a rotated secret", () => {
  it("replaces the containers that read it, and no other", async () => {
    const labels = (recording: Recording<unknown>): Readonly<Record<string, unknown>> =>
      Object.fromEntries(recording.ofType(CONTAINER).map(({ name, inputs }) => [name, inputs.labels]));
    const before = labels(up);
    const after = labels(
      await recordPlan(platform, { outputs: { "store-app": { result: pulumi.secret("another") } } }),
    );
    expect(
      Object.keys(before).filter((name) => JSON.stringify(before[name]) !== JSON.stringify(after[name])),
    ).toEqual(["app"]);
  });
});

describe("a job that fails", () => {
  it("stops what waits for it, with its last lines", async () => {
    const logs = Array.from({ length: 20 }, (_, index) => `line ${index + 1}`).join("\n");
    const { result } = await record(
      () => {
        const [gate] = deploy(plan([job({ name: "migrate" })])).gates(["migrate"]);
        return { failure: failureOf(gate) };
      },
      { outputs: { migrate: { exitCode: 3, containerLogs: `${logs}\n` } } },
    );
    expect(await result.failure).toBe(
      `Job migrate failed with exit code 3. Its last lines:\n${logs.split("\n").slice(-15).join("\n")}\nThe next up runs it again; docker logs trade2026-migrate has everything.`,
    );
  });

  it("is nothing when it exits with 0", async () => {
    const { result } = await recordPlan(plan([job({ name: "migrate" })]));
    expect(await valueOf(result.gates(["migrate"])[0])).toMatchObject({ __pulumiType: CONTAINER });
  });

  it("is let through by a preview, which runs nothing", async () => {
    const { result } = await recordPlan(plan([job({ name: "migrate" })]), {
      preview: true,
      outputs: { migrate: { exitCode: 3 } },
    });
    expect(await valueOf(result.gates(["migrate"])[0])).toMatchObject({ __pulumiType: CONTAINER });
  });
});

describe("an image of the operator's own", () => {
  it("runs in its service alone; others of the same program keep theirs", async () => {
    const shared = thirdParty("postgres");
    const two = plan([service({ name: "postgres", image: shared }), job({ name: "app-db", image: shared })], {
      settings: settings({ imageOverrides: { postgres: "example.com/postgres:17-mine" } }),
    });
    const own = await recordPlan(two);
    expect(
      own
        .ofType(REMOTE_IMAGE)
        .map(({ name, inputs }) => [name, inputs.name])
        .sort(),
    ).toEqual([
      ["image-postgres", "docker.io/test/postgres:1.0"],
      ["image-postgres-override", "example.com/postgres:17-mine"],
      ["image-toolbox", "docker.io/test/toolbox:1.0"],
    ]);
    expect(own.one(CONTAINER, "postgres").inputs.image).toBe(imageId("example.com/postgres:17-mine"));
    expect(own.one(CONTAINER, "app-db").inputs.image).toBe(imageId("docker.io/test/postgres:1.0"));
  });
});

describe("two platforms", () => {
  it("share a host without a name in common", async () => {
    const names = (recording: Recording<unknown>): unknown[] =>
      recording.resources
        .filter(({ type }) => [CONTAINER, VOLUME, NETWORK].includes(type))
        .map(({ inputs }) => inputs.name);
    const first = names(up);
    const second = names(
      await recordPlan(plan([store, seed, app], { settings: settings({ prefix: "second" }) })),
    );
    expect(second.filter((name) => first.includes(name))).toEqual([]);
    expect(second.every((name) => String(name).startsWith("second-"))).toBe(true);
  });
});

describe("a reference to something that is not there yet", () => {
  it.each([
    ["a lane", (deployment: Deployment) => deployment.network("backend"), 'lane "backend"'],
    ["a volume", (deployment: Deployment) => deployment.volume("store-data"), 'volume "store-data"'],
    [
      "an image",
      (deployment: Deployment) => deployment.image("docker.io/test/store:1.0"),
      'image "docker.io/test/store:1.0"',
    ],
    ["a container", (deployment: Deployment) => deployment.container("ghost"), 'container "ghost"'],
    ["a dependency", (deployment: Deployment) => deployment.gates(["store"]), 'dependency "store"'],
    [
      "a credential",
      (deployment: Deployment) => deployment.secret({ credential: "store-app", form: "plain" }),
      'credential "store-app"',
    ],
  ])("fails by name: %s", async (_, refer, what) => {
    const { result } = await record(() => new Deployment(platform));
    expect(() => refer(result)).toThrow(`${what} is used before it is created: check the order in stacks/`);
  });
});
