import type { Readable } from "node:stream";
import { setTimeout as wait } from "node:timers/promises";
import type Docker from "dockerode";
import type { OwnContainer } from "../docker/containers";
import { LineReader, splitStreams, type LogLine } from "../docker/log-stream";
import { isStatus } from "../docker/status-code";
import { isAsked, type LogQuery } from "./query";
import { isWanted, lastOf, merged, Window, type Spoken } from "./lines";

/** Logs that are in memory at the same time: one is up to 30 MB (10 MB of which three are kept). */
const AT_ONCE = 4;
/** Lines of several containers that come within this time of each other are shown in order. */
const HOLD_MS = 500;
const RESCAN_MS = 2000;

export interface Backlog {
  /** In order of time. */
  readonly lines: readonly Spoken[];
  /** Time of the newest line of each container, asked for or not, by its id. */
  readonly newest: ReadonlyMap<string, string>;
}

/** The last lines that are asked for, of all these containers together. */
export async function readLines(
  docker: Docker,
  containers: readonly OwnContainer[],
  query: LogQuery,
): Promise<Backlog> {
  const lists: (readonly Spoken[])[] = [];
  const newest = new Map<string, string>();
  const rest = containers.values();
  const work = async (): Promise<void> => {
    for (const by of rest) {
      const all = await linesOf(docker, by.id, query);
      all.forEach(({ time }) => time > (newest.get(by.id) ?? "") && newest.set(by.id, time));
      const wanted = all.filter((line) => isWanted(query, line));
      lists.push(lastOf(wanted, query.tail).map((line) => ({ by, line })));
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return { lines: lastOf(merged(lists), query.tail), newest };
}

async function linesOf(docker: Docker, id: string, query: LogQuery): Promise<readonly LogLine[]> {
  // with a filter the last lines are not the last ones that pass
  const all = query.level !== undefined || query.grep !== undefined || query.tail === Infinity;
  const bytes = await orNothing(
    docker.getContainer(id).logs({
      stdout: true,
      stderr: true,
      timestamps: true,
      follow: false,
      ...(all ? {} : { tail: query.tail }),
      ...(query.since === undefined ? {} : { since: query.since }),
      ...(query.until === undefined ? {} : { until: query.until }),
    }),
  );
  if (bytes === undefined || query.tail === 0) return [];
  const reader = new LineReader();
  const lines = splitStreams(bytes).flatMap((piece) => reader.push(piece));
  return [...lines, ...reader.rest()];
}

/** A container that went away meanwhile says nothing. */
async function orNothing<T>(asked: Promise<T>): Promise<T | undefined> {
  try {
    return await asked;
  } catch (error) {
    if (isStatus(error, 404) || isStatus(error, 409)) return undefined;
    throw error;
  }
}

export interface FollowOptions {
  /** The containers as they are now. */
  readonly list: () => Promise<readonly OwnContainer[]>;
  readonly query: LogQuery;
  /** Where each container's log was read to. */
  readonly newest: Backlog["newest"];
  /** Before it nothing is shown, milliseconds since 1970. */
  readonly fromMs: number;
  readonly emit: (spoken: Spoken) => void;
  /** Ends it; what it follows is then let go. */
  readonly signal?: AbortSignal;
}

/**
 * Goes on as the logs grow. With services named, until all of them have ended; else for ever, and what is started
 * meanwhile joins in.
 */
export async function followLines(
  docker: Docker,
  { list, query, newest, fromMs, emit, signal }: FollowOptions,
): Promise<void> {
  const window = new Window(query.services.length === 1 ? 0 : HOLD_MS, emit);
  const flushing = setInterval(() => window.flush(Date.now()), HOLD_MS / 2);
  const last = new Map(newest);
  const following = new Map<string, Promise<void>>();
  const attach = (by: OwnContainer): void => {
    const after = last.get(by.id) ?? "";
    const take = (line: LogLine): void => {
      if (line.time <= after) return;
      if (line.time > (last.get(by.id) ?? "")) last.set(by.id, line.time);
      if (isWanted(query, line)) window.add({ by, line }, Date.now());
    };
    const since = Math.floor((after === "" ? fromMs : Date.parse(after)) / 1000);
    following.set(
      by.id,
      follow(docker, by.id, { since, signal, take }).finally(() => following.delete(by.id)),
    );
  };
  try {
    while (signal?.aborted !== true) {
      const asked = (await list()).filter((one) => one.role !== "writer" && isAsked(query, one));
      asked.filter(({ id, state }) => state === "running" && !following.has(id)).forEach(attach);
      if (query.services.length > 0) {
        await Promise.all(following.values());
        return;
      }
      await Promise.race([wait(RESCAN_MS), failureOf(following)]);
    }
  } finally {
    clearInterval(flushing);
    window.flush(Infinity);
  }
}

/** Never but with the first error. */
function failureOf(following: ReadonlyMap<string, Promise<void>>): Promise<never> {
  return new Promise((_, reject) => following.forEach((each) => each.catch(reject)));
}

async function follow(
  docker: Docker,
  id: string,
  {
    since,
    signal,
    take,
  }: {
    readonly since: number;
    readonly signal: AbortSignal | undefined;
    readonly take: (line: LogLine) => void;
  },
): Promise<void> {
  const stream = await orNothing(
    docker.getContainer(id).logs({ stdout: true, stderr: true, timestamps: true, follow: true, since }),
  );
  if (stream === undefined) return;
  const reader = new LineReader();
  const sink = (stderr: boolean): NodeJS.WritableStream =>
    ({
      write(chunk: Buffer | string): boolean {
        reader.push({ stderr, text: chunk.toString() }).forEach(take);
        return true;
      },
    }) as NodeJS.WritableStream;
  docker.modem.demuxStream(stream, sink(false), sink(true));
  signal?.addEventListener("abort", () => (stream as Readable).destroy());
  await new Promise<void>((resolve, reject) => {
    stream.on("end", resolve);
    stream.on("close", resolve);
    stream.on("error", reject);
  });
  reader.rest().forEach(take);
}
