import type Docker from "dockerode";
import { tar } from "../../engine/hermetic/providers/tar";
import type { ContainerPlan } from "../../model/plan";
import { UserError } from "../ui/errors";
import { readContainerFile } from "./archive";
import { exists } from "./status-code";

/** Where a certificate is issued to, in the container that does it. */
export const OUT = "/issued";
export const NOT_YET = "There is no certificate authority yet: `./trade2026 up` makes it.";
export const NOT_UP =
  "The certificate authority is kept, and is read where the platform is up: `./trade2026 up` brings it up.";

export interface Issued {
  readonly cert: string;
  readonly key: string;
  readonly ca: string;
}

/**
 * Runs the toolbox beside the authority's volume, which it only reads, and takes what it has written out of the
 * container: so it works on another host as well, and nothing of it stays there.
 * @param command writes tls.crt, tls.key and ca.crt to {@link OUT}
 * @throws UserError while there is no authority, or with the toolbox's own words
 */
export async function issueOnHost(
  docker: Docker,
  prefix: string,
  { reference, user, mounts }: ContainerPlan,
  command: readonly string[],
): Promise<Issued> {
  const folder = command[command.indexOf("--ca-dir") + 1] ?? "";
  const volume = volumeAt(prefix, mounts, folder);
  // a mount of a volume that is not there would make it
  if (!(await exists(docker.getVolume(volume)))) throw new UserError(NOT_YET);
  const container = await docker.createContainer({
    Image: reference ?? "",
    User: user,
    Cmd: [...command],
    HostConfig: {
      NetworkMode: "none",
      CapDrop: ["ALL"],
      SecurityOpt: ["no-new-privileges:true"],
      Binds: [`${volume}:${folder}:ro`],
    },
  });
  try {
    const place = { name: OUT.slice(1), mode: 0o777, content: Buffer.alloc(0), directory: true };
    await container.putArchive(tar([place]), { path: "/" });
    await container.start();
    const { StatusCode } = (await container.wait()) as { readonly StatusCode: number };
    if (StatusCode !== 0) {
      const said: unknown = await container.logs({ stderr: true, stdout: true, follow: false });
      throw new UserError(`The certificate could not be issued: ${String(said).replace(/[^ -~]+/g, " ")}`);
    }
    const read = async (file: string): Promise<string> =>
      (await readContainerFile(docker, container.id, `${OUT}/${file}`)) ?? "";
    return { cert: await read("tls.crt"), key: await read("tls.key"), ca: await read("ca.crt") };
  } finally {
    await container.remove({ force: true });
  }
}

/** The engine's name of what is mounted there. */
export function volumeAt(prefix: string, mounts: ContainerPlan["mounts"], folder: string): string {
  return `${prefix}-${mounts.find(({ path }) => path === folder)?.volume ?? ""}`;
}
