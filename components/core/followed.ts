import { createHash } from "node:crypto";
import type { FileSpec, ServiceSpec } from "../../model/service";
import { TOOLBOX_BINARY } from "../../model/probes";

/**
 * A file of a volume is rewritten in place, and a program that reads it meanwhile takes a part of it as the whole. So
 * files that are read again end with their own hash, and `t26 follow` hands over those that are whole.
 */
export function followedFile(path: string, content: string): FileSpec {
  const hash = createHash("sha256").update(content).digest("hex");
  return { path, content: `${content}# sha256 ${hash}\n`, onChange: "reload" };
}

/**
 * Entry point and scratch space of a program that reads its configuration again.
 * @param from folder of the {@link followedFile}s, no folders below it
 * @param to folder where the program finds them
 * @param once a secret, which is handed over as it is before the program starts: with another one the container is replaced
 * @param reload whether it is told by SIGHUP; one that watches the folder itself is not
 */
export function followed(
  program: string,
  {
    from,
    to,
    once,
    reload,
  }: {
    readonly from: string;
    readonly to: string;
    readonly once?: string;
    readonly reload: boolean;
  },
): Pick<ServiceSpec, "tmpfs"> & { readonly entrypoint: readonly string[] } {
  return {
    entrypoint: [
      ...[TOOLBOX_BINARY, "follow", "--from", from, "--to", to],
      ...(once === undefined ? [] : ["--once", once]),
      ...(reload ? ["--reload"] : []),
      "--",
      program,
    ],
    tmpfs: { [to]: { size: "8MiB" } },
  };
}
