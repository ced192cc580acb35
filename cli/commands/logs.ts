import type Docker from "dockerode";
import { ProblemsError } from "../../model/problems";
import { readStackConfig } from "../config/stack-config";
import type { Context } from "../context";
import { connectDocker } from "../docker/connect";
import { ownContainers } from "../docker/containers";
import { splitStreams } from "../docker/log-stream";
import { redact } from "../ui/redact";

export interface LogsOptions {
  readonly follow: boolean;
  /** Lines, or `all`. */
  readonly tail: string;
  /** `10m`, `2h`, or an ISO time. */
  readonly since?: string;
}

/** A service's or job's log, with anything that looks like a credential hidden. @returns exit code */
export async function logs(context: Context, service: string, options: LogsOptions): Promise<number> {
  const { settings } = readStackConfig(context);
  const since = options.since === undefined ? undefined : sinceSeconds(options.since, Date.now());
  const { docker } = await connectDocker(settings);
  const containers = await ownContainers(docker, settings.prefix);
  const container = containers.find(({ name }) => name === service);
  if (!container) {
    const names = containers.filter(({ role }) => role !== "writer").map(({ name }) => name);
    throw new ProblemsError("The arguments", [
      {
        path: "service",
        what: "has no container",
        value: service,
        allowed: names.join(", ") || "nothing: the platform is not up",
        fix: names.length === 0 ? "./trade2026 up" : "choose one of them",
      },
    ]);
  }
  const request = {
    stdout: true,
    stderr: true,
    tail: options.tail === "all" ? undefined : Number(options.tail),
    since,
  } as const;
  const handle = docker.getContainer(container.id);
  if (options.follow) await follow(docker, handle, request);
  else {
    const bytes = (await handle.logs({ ...request, follow: false } as Docker.ContainerLogsOptions & {
      follow: false;
    })) as Buffer;
    splitStreams(bytes).forEach(({ stderr, text }) =>
      (stderr ? process.stderr : process.stdout).write(redact(text)),
    );
  }
  return 0;
}

/** Line by line: a credential may come in two pieces. */
async function follow(docker: Docker, container: Docker.Container, request: object): Promise<void> {
  const stream = (await container.logs({ ...request, follow: true } as Docker.ContainerLogsOptions & {
    follow: true;
  })) as NodeJS.ReadableStream;
  docker.modem.demuxStream(stream, lineWriter(process.stdout), lineWriter(process.stderr));
  await new Promise<void>((resolve, reject) => {
    stream.on("end", resolve);
    stream.on("close", resolve);
    stream.on("error", reject);
  });
}

function lineWriter(target: NodeJS.WritableStream): NodeJS.WritableStream {
  let rest = "";
  return {
    write(chunk: Buffer | string): boolean {
      const lines = (rest + chunk.toString()).split("\n");
      rest = lines.pop() ?? "";
      return lines.every((line) => target.write(`${redact(line)}\n`));
    },
  } as NodeJS.WritableStream;
}

const UNITS = { s: 1, m: 60, h: 3600, d: 86_400 } as const;

/** @returns seconds since 1970. @throws ProblemsError */
export function sinceSeconds(text: string, nowMs: number): number {
  const match = /^(\d+)([smhd])$/.exec(text);
  const unit = match?.[2] as keyof typeof UNITS | undefined;
  if (match && unit) return Math.floor(nowMs / 1000) - Number(match[1]) * UNITS[unit];
  const time = Date.parse(text);
  if (!Number.isNaN(time)) return Math.floor(time / 1000);
  throw new ProblemsError("The arguments", [
    {
      path: "--since",
      what: "is no time",
      value: text,
      allowed: "30s, 10m, 2h, 1d, or a time such as 2026-11-23T12:00:00Z",
      fix: "write one of these",
    },
  ]);
}
