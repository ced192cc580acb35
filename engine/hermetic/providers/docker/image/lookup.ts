import type Docker from "dockerode";
import { daemonMessage, isNotFound } from "../context";
import type { DockerContext, RegistryAuth } from "../context";

/** An image of the local store: what the official plugin's look-up returns. */
export interface LocalImage {
  readonly id: string;
  readonly repoDigests: readonly string[];
}

/** Looks only in the local store. */
export async function localImage(context: DockerContext, name: string): Promise<LocalImage | undefined> {
  try {
    const inspect = await context.docker.getImage(name).inspect();
    return { id: inspect.Id, repoDigests: (inspect.RepoDigests as string[] | null) ?? [] };
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw new Error(`unable to inspect image ${name}: ${daemonMessage(error)}`, { cause: error });
  }
}

/** Local store first; pulls only what is not there. So new content behind a known tag is never fetched. */
export async function findImage(
  context: DockerContext,
  name: string,
  platform?: string,
): Promise<LocalImage> {
  if (name === "") throw new Error("empty image name is not allowed");
  const local = await localImage(context, name);
  if (local !== undefined) return local;
  await pull(context, name, platform).catch((error: unknown) => {
    throw new Error(`unable to pull image ${name}: error pulling image ${name}: ${daemonMessage(error)}`);
  });
  const pulled = await localImage(context, name);
  if (pulled === undefined) throw new Error(`unable to find or pull image ${name}`);
  return pulled;
}

async function pull(context: DockerContext, name: string, platform: string | undefined): Promise<void> {
  const auth = context.registryAuth.find(({ address }) => address === registryOf(name));
  const options = {
    ...(platform === undefined || platform === "" ? {} : { platform }),
    ...(auth === undefined ? {} : { authconfig: authConfig(auth) }),
  };
  const stream: NodeJS.ReadableStream = await context.docker.pull(name, options);
  await follow(context.docker, stream);
}

/** Waits for the end of a progress stream. @throws the error that the stream reports */
export async function follow(docker: Docker, stream: NodeJS.ReadableStream): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    docker.modem.followProgress(stream, (error: Error | null) =>
      error === null ? resolve() : reject(error),
    );
  });
}

function authConfig(auth: RegistryAuth): Docker.AuthConfigObject & { readonly auth: string } {
  return {
    username: auth.username ?? "",
    password: auth.password ?? "",
    serveraddress: auth.address,
    auth: "",
  };
}

/** The registry whose credentials are looked up, by the official plugin's own reading of the name. */
export function registryOf(name: string): string {
  const first = name.split("/")[0] ?? "";
  const parts = name.split("/").length;
  const isHost = first.includes(".") || first.includes(":") || first === "localhost";
  return parts > 2 || (parts > 1 && isHost) ? first : "registry-1.docker.io";
}
