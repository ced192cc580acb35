import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";

/** Everything the script makes starts so. */
export const PREFIX = "t26eng-";
export const LABEL = { label: "t26eng", value: "1" };

export interface Variant {
  /** Folder of a build context with a Dockerfile. */
  readonly context: string;
  readonly greeting: string;
  readonly healthy: boolean;
  readonly memory: number;
}

/** A small platform: network, protected volume, password, built image, a file writer, a server with a probe, a job. */
export function program({
  context,
  greeting,
  healthy,
  memory,
}: Variant): () => Promise<Record<string, unknown>> {
  return () => {
    const net = new docker.Network("net", {
      name: `${PREFIX}net`,
      labels: [LABEL],
      ipamConfigs: [{ subnet: "10.214.200.0/24", gateway: "10.214.200.1" }],
    });
    const data = new docker.Volume("data", { name: `${PREFIX}data`, labels: [LABEL] });
    const files = new docker.Volume("files", { name: `${PREFIX}files`, labels: [LABEL] });
    const password = new random.RandomPassword("password", { length: 24, special: false });
    const image = new docker.Image("image", {
      imageName: `${PREFIX}subject:1`,
      skipPush: true,
      build: { context, dockerfile: `${context}/Dockerfile` },
    });
    const once = { deleteBeforeReplace: true };
    const writer = new docker.Container(
      "writer",
      {
        name: `${PREFIX}writer`,
        image: image.repoDigest,
        networkMode: "none",
        start: false,
        mustRun: false,
        labels: [LABEL],
        volumes: [{ volumeName: files.name, containerPath: "/files" }],
        uploads: [
          { file: "/files/greeting", content: greeting },
          { file: "/files/password", content: password.result, permissions: "0444" },
        ],
      },
      once,
    );
    const server = new docker.Container(
      "server",
      {
        name: `${PREFIX}server`,
        image: image.repoDigest,
        command: ["serve", healthy ? "healthy" : "sick"],
        labels: [LABEL],
        envs: ["A=1"],
        ports: [{ internal: 8080, external: 38090, ip: "127.0.0.1" }],
        networksAdvanced: [{ name: net.name, aliases: ["server"] }],
        volumes: [
          { volumeName: data.name, containerPath: "/data" },
          { volumeName: files.name, containerPath: "/files", readOnly: true },
          { hostPath: "/var/run/docker.sock", containerPath: "/run/engine.sock", readOnly: true },
        ],
        healthcheck: { tests: ["CMD", "/subject", "probe"], interval: "1s", timeout: "3s", retries: 2 },
        wait: true,
        waitTimeout: healthy ? 60 : 4,
        memory,
        memorySwap: memory,
        restart: "unless-stopped",
        destroyGraceSeconds: 5,
      },
      { ...once, dependsOn: [writer] },
    );
    const job = new docker.Container(
      "job",
      {
        name: `${PREFIX}job`,
        image: image.repoDigest,
        command: ["say", "done"],
        labels: [LABEL],
        networkMode: "none",
        attach: true,
        logs: true,
        mustRun: false,
      },
      { ...once, dependsOn: [server] },
    );
    return Promise.resolve({
      password: password.result,
      hash: password.bcryptHash,
      serverId: server.id,
      jobSaid: job.containerLogs,
      jobEnded: pulumi.output(job.exitCode),
    });
  };
}
