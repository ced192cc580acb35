import { readFileSync } from "node:fs";
import { Writable } from "node:stream";
import { finished } from "node:stream/promises";
import type Docker from "dockerode";
import type { Timing } from "../../protocol/provider";
import { flag, int, maps, text, texts } from "../../protocol/values";
import type { ValueMap } from "../../protocol/values";
import { tar } from "../../tar";
import { daemonMessage, isNotFound, isUnchanged } from "../context";
import type { DockerContext } from "../context";
import type { Inspect } from "./inspect";
import { present } from "./create-options";

export const UNHEALTHY = "container failed to be in healthy state";
const NO_HEALTHCHECK =
  "you have supplied a 'wait' argument, but the container does not have a healthcheck defined. " +
  "Please remove the 'wait' argument or add a 'healthcheck' attribute";
const FIRST_POLL_MS = 60;
const SLOWEST_POLL_MS = 500;

/** Leaves the default bridge and joins the wanted networks: only these are attached then. */
export async function connectNetworks(context: DockerContext, id: string, inputs: ValueMap): Promise<void> {
  const networks = maps(inputs, "networksAdvanced");
  if (networks.length === 0) return;
  await context.docker
    .getNetwork("bridge")
    .disconnect({ Container: id, Force: false })
    .catch((error: unknown) => {
      const message = daemonMessage(error);
      if (!message.includes("is not connected to") && !isNotFound(error)) {
        throw new Error(`Unable to disconnect the default network: ${message}`);
      }
    });
  for (const network of networks) {
    const name = text(network, "name") ?? "";
    const options = Object.fromEntries(texts(network, "driverOpts").map((option) => splitOnce(option, "=")));
    const endpoint = present({
      Aliases: texts(network, "aliases"),
      IPAMConfig: present({
        IPv4Address: text(network, "ipv4Address"),
        IPv6Address: text(network, "ipv6Address"),
        LinkLocalIPs: nonEmpty(texts(network, "linkLocalIps")),
      }),
      MacAddress: text(network, "macAddress"),
      DriverOpts: Object.keys(options).length === 0 ? undefined : options,
      GwPriority: int(network, "gwPriority"),
    });
    await context.docker
      .getNetwork(name)
      .connect({ Container: id, EndpointConfig: endpoint })
      .catch((error: unknown) => {
        throw new Error(`Unable to connect to network '${name}': ${daemonMessage(error)}`);
      });
  }
}

/** Puts the uploads into the created container, as root's files. Folders that are missing are made. */
export async function uploadFiles(context: DockerContext, id: string, inputs: ValueMap): Promise<void> {
  const mtime = Math.floor(Date.now() / 1000);
  const entries = maps(inputs, "uploads").map((upload) => ({
    name: (text(upload, "file") ?? "").replace(/^\/+/, ""),
    mode: uploadMode(upload),
    content: uploadContent(upload),
    mtime,
  }));
  if (entries.length === 0) return;
  await context.docker
    .getContainer(id)
    .putArchive(tar(entries), { path: "/" })
    .catch((error: unknown) => {
      throw new Error(`Unable to upload volume content: ${daemonMessage(error)}`);
    });
}

/** The bytes of one upload. @throws when none or several of its three sources are given */
export function uploadContent(upload: ValueMap): Buffer {
  const content = text(upload, "content") ?? "";
  const encoded = text(upload, "contentBase64") ?? "";
  const source = text(upload, "source") ?? "";
  const given = [content, encoded, source].filter((value) => value !== "").length;
  const choices = "'content', 'content_base64', or 'source'";
  if (given === 0) throw new Error(`error with upload content: one of ${choices} must be set`);
  if (given > 1) throw new Error(`error with upload content: only one of ${choices} can be set`);
  if (content !== "") return Buffer.from(content, "utf8");
  if (encoded !== "") return Buffer.from(encoded, "base64");
  try {
    return readFileSync(source);
  } catch (error) {
    throw new Error(`could not read file: ${(error as Error).message}`, { cause: error });
  }
}

export function uploadMode(upload: ValueMap): number {
  const permissions = text(upload, "permissions") ?? "";
  if (permissions !== "") return parseInt(permissions, 8);
  return (flag(upload, "executable") ?? false) ? 0o744 : 0o644;
}

export async function startContainer(context: DockerContext, id: string): Promise<void> {
  await context.docker
    .getContainer(id)
    .start()
    .catch((error: unknown) => {
      if (!isUnchanged(error)) throw new Error(`Unable to start container: ${daemonMessage(error)}`);
    });
}

/**
 * Waits until the container's own health check succeeds. Like the official plugin it does not give up early when
 * the container becomes unhealthy or exits: a later success still counts.
 */
export async function waitHealthy(
  context: DockerContext,
  id: string,
  seconds: number,
  timing: Timing,
): Promise<void> {
  const until = Date.now() + seconds * 1000;
  let pause = FIRST_POLL_MS;
  for (;;) {
    const inspect = await inspectContainer(context, id).catch((error: unknown) => {
      throw new Error(`error inspecting container state: ${daemonMessage(error)}`);
    });
    const health = inspect.State.Health?.Status;
    if (health === undefined) throw new Error(NO_HEALTHCHECK);
    if (health === "healthy") return;
    const left = until - Date.now();
    if (left <= 0 || timing.signal.aborted) throw new Error(UNHEALTHY);
    timing.status(
      inspect.State.Running
        ? `waiting for it to be healthy (${health})`
        : "not running; waiting for it to be healthy",
    );
    await new Promise((resolve) => setTimeout(resolve, Math.min(pause, left)));
    pause = Math.min(SLOWEST_POLL_MS, Math.ceil(pause * 1.25));
  }
}

/** Waits for the container's end. @returns everything it said, when `logs` is wanted */
export async function attachUntilEnd(
  context: DockerContext,
  id: string,
  inputs: ValueMap,
): Promise<string | undefined> {
  const container = context.docker.getContainer(id);
  const logs =
    (flag(inputs, "logs") ?? false) ? collectLogs(container, flag(inputs, "tty") ?? false) : undefined;
  logs?.catch(() => undefined);
  await container.wait({ condition: "not-running" }).catch((error: unknown) => {
    throw new Error(`Unable to wait container end of execution: ${daemonMessage(error)}`);
  });
  return logs;
}

async function collectLogs(container: Docker.Container, tty: boolean): Promise<string> {
  const stream = await container.logs({ follow: true, stdout: true, stderr: true, timestamps: false });
  const chunks: Buffer[] = [];
  const sink = new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      chunks.push(chunk);
      done();
    },
  });
  if (tty) stream.pipe(sink);
  else container.modem.demuxStream(stream, sink, sink);
  await finished(stream as NodeJS.ReadableStream, { writable: false });
  return Buffer.concat(chunks).toString("utf8");
}

/** Stops (SIGKILL at once when no grace is set) and removes; already gone is fine. */
export async function removeContainer(context: DockerContext, id: string, state: ValueMap): Promise<void> {
  const container = context.docker.getContainer(id);
  const ignore = (what: string) => (error: unknown) => {
    const message = daemonMessage(error);
    if (isUnchanged(error) || isNotFound(error) || message.includes("is already in progress")) return;
    throw new Error(`Error ${what} container ${id}: ${message}`);
  };
  if (!(flag(state, "attach") ?? false)) {
    await container
      .stop({ t: Math.max(0, int(state, "destroyGraceSeconds") ?? 0) })
      .catch(ignore("stopping"));
  }
  await container.remove({ v: flag(state, "removeVolumes") ?? true, force: true }).catch(ignore("deleting"));
  // A removal that somebody else started is waited for: a replacement needs the name to be free.
  await container.wait({ condition: "removed" }).catch(ignore("waiting for"));
}

export async function inspectContainer(context: DockerContext, id: string): Promise<Inspect> {
  return (await context.docker.getContainer(id).inspect()) as unknown as Inspect;
}

const nonEmpty = <T>(values: readonly T[]): readonly T[] | undefined =>
  values.length === 0 ? undefined : values;
function splitOnce(text: string, separator: string): readonly [string, string] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, ""] : [text.slice(0, at), text.slice(at + 1)];
}
