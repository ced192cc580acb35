import { redact } from "../../services/contracts/redact";
import { readStackConfig } from "../config/stack-config";
import type { Context } from "../context";
import { connectDocker } from "../docker/connect";
import { ownContainers } from "../docker/containers";
import { execInContainer, type Execution } from "../docker/exec";
import { found, jsonLine, prefixed, recordOf, type Spoken } from "../logs/lines";
import { isAsked, parseQuery, type LogsOptions } from "../logs/query";
import { followLines, readLines } from "../logs/read";
import { LIMIT_MS, searchStored } from "../logs/search";
import { styleFor, type Style } from "../ui/style";

export type { LogsOptions };

/**
 * What services and jobs have said, with anything that looks like a credential hidden: those named, or all, in order of
 * time. @returns exit code
 */
export async function logs(
  context: Context,
  services: readonly string[],
  options: LogsOptions,
): Promise<number> {
  const { settings } = readStackConfig(context);
  const { docker } = await connectDocker(settings);
  const list = async () =>
    (await ownContainers(docker, settings.prefix)).filter(({ role }) => role !== "writer");
  const speakers = await list();
  const fromMs = Date.now();
  const query = parseQuery(services, options, speakers, fromMs);
  const asked = speakers.filter((speaker) => isAsked(query, speaker));
  if (options.search !== undefined) {
    const run = (command: readonly string[]): Promise<Execution> =>
      execInContainer(docker, `${settings.prefix}-log-shipper`, command, LIMIT_MS);
    const records = await searchStored(run, options.search, query);
    const width = widest(records.map(({ service }) => service));
    const style = styleFor(process.stdout);
    for (const record of records)
      process.stdout.write(`${options.json ? jsonLine(record) : found(record, width, style)}\n`);
    return 0;
  }
  const write = writer(services.length === 1, options.json, asked, styleFor(process.stdout));
  const { lines, newest } = await readLines(docker, asked, query);
  lines.forEach(write);
  if (options.follow) await followLines(docker, { list, query, newest, fromMs, emit: write });
  return 0;
}

/** One service alone is printed as it speaks, each stream to its own; several with their names in front. */
function writer(
  alone: boolean,
  json: boolean,
  speakers: readonly { readonly name: string }[],
  style: Style,
): (spoken: Spoken) => void {
  const width = widest(speakers.map(({ name }) => name));
  if (json) return (spoken) => process.stdout.write(`${jsonLine(recordOf(spoken))}\n`);
  if (alone)
    return ({ line: { stderr, text } }) =>
      (stderr ? process.stderr : process.stdout).write(`${redact(text)}\n`);
  return (spoken) => process.stdout.write(`${prefixed(spoken, width, style)}\n`);
}

const widest = (names: readonly string[]): number => Math.max(0, ...names.map(({ length }) => length));
