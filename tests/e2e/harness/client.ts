import type Docker from "dockerode";
import { bundleEntry } from "../../../services/build";
import { ROOT } from "../../../stacks/inputs";
import { archiveOf, engine, finish } from "../../harness/docker";
import type { AccessFile, Outcome } from "../client/store";
import { physical, TEST_LABEL } from "./platform";
import { say } from "./progress";

const [labelName = "", labelValue = ""] = TEST_LABEL.split("=");
export const TEST_LABELS: Readonly<Record<string, string>> = { [labelName]: labelValue };

export type Outcomes = Readonly<Record<string, Readonly<Record<string, Outcome>>>>;

/**
 * A client on the internal lanes: the runtime image of our own services, its program and its credentials in volumes
 * of its own, hardened like everything else there.
 */
export class LaneClient {
  private constructor(
    private readonly docker: Docker,
    private readonly image: string,
  ) {}

  /** @param image the runtime of in-house services */
  static async open(image: string, access: AccessFile): Promise<LaneClient> {
    const client = new LaneClient(await engine(), image);
    await client.#fill(access);
    return client;
  }

  async run(...command: readonly string[]): Promise<Outcomes> {
    const container = await this.docker.createContainer({
      Image: this.image,
      name: physical(`test-client-${Date.now()}`),
      Labels: { ...TEST_LABELS },
      Entrypoint: ["node", "/client/main.js"],
      Cmd: [...command],
      User: "65532:65532",
      HostConfig: {
        NetworkMode: physical("lowlatency"),
        Binds: [`${VOLUMES.program}:/client:ro`, `${VOLUMES.secrets}:/run/secrets:ro`],
        ReadonlyRootfs: true,
        CapDrop: ["ALL"],
        SecurityOpt: ["no-new-privileges:true"],
        Memory: 512 * 1024 ** 2,
      },
    });
    try {
      await this.docker.getNetwork(physical("backend")).connect({ Container: container.id });
      const began = Date.now();
      const { code, stdout, stderr } = await finish(container, 180);
      say(`client ${command[0] ?? ""}: exit ${code}, ${((Date.now() - began) / 1000).toFixed(1)} s`);
      if (code !== 0) throw new Error(`client ${command.join(" ")}: exit ${code}\n${stdout}${stderr}`);
      return JSON.parse(stdout) as Outcomes;
    } finally {
      await container.remove({ force: true });
    }
  }

  async close(): Promise<void> {
    for (const Name of Object.values(VOLUMES))
      await this.docker
        .getVolume(Name)
        .remove({ force: true })
        .catch(() => undefined);
  }

  async #fill(access: AccessFile): Promise<void> {
    const program = Object.fromEntries(
      bundleEntry(ROOT, "tests/e2e/client/main.ts").outputs.map(([name, bytes]) => [
        `program/${name}`,
        bytes,
      ]),
    );
    for (const Name of Object.values(VOLUMES))
      await this.docker.createVolume({ Name, Labels: { ...TEST_LABELS } });
    const writer = await this.docker.createContainer({
      Image: this.image,
      name: physical("test-client-files"),
      Labels: { ...TEST_LABELS },
      HostConfig: {
        NetworkMode: "none",
        Binds: [`${VOLUMES.program}:/program`, `${VOLUMES.secrets}:/secrets`],
      },
    });
    await writer.putArchive(archiveOf({ ...program, "secrets/access.json": JSON.stringify(access) }), {
      path: "/",
    });
    await writer.remove({ force: true });
  }
}

const VOLUMES = {
  program: physical("test-client-program"),
  secrets: physical("test-client-secrets"),
} as const;
