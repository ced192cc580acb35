import { isAtLeast, parseLine, type LogLevel, type LogRecord } from "../../services/contracts/log-record";
import { redact } from "../../services/contracts/redact";
import type { LogLine } from "../docker/log-stream";
import type { Style } from "../ui/style";
import type { LogQuery, Speaker } from "./query";

/** A line and whose it is. */
export interface Spoken {
  readonly by: Speaker;
  readonly line: LogLine;
}

/** Whether a line is asked for. What is hidden of it cannot be looked for either. */
export function isWanted({ level, grep }: Pick<LogQuery, "level" | "grep">, { text }: LogLine): boolean {
  return (
    (grep === undefined || grep.test(redact(text))) &&
    (level === undefined || isAtLeast(parseLine(text).level, level))
  );
}

/** All in order of time; those of the same moment as they were. */
export function merged(lists: readonly (readonly Spoken[])[]): readonly Spoken[] {
  return lists.flat().sort((a, b) => (a.line.time < b.line.time ? -1 : a.line.time > b.line.time ? 1 : 0));
}

/** The last of a list. @param count Infinity for all */
export const lastOf = <T>(list: readonly T[], count: number): readonly T[] =>
  list.slice(Math.max(0, list.length - count));

/** What the line says, with whose it is, as the search has it too. */
export function recordOf({
  by: { name, capability, lanes },
  line: { time, stderr, text },
}: Spoken): LogRecord {
  return { time, service: name, capability, lanes, stream: stderr ? "stderr" : "stdout", ...parseLine(text) };
}

/** As `--json` prints it: one object, on one line. */
export const jsonLine = (record: LogRecord): string => JSON.stringify(record);

/** With the name of its service in front. @param width of the longest name */
export function prefixed({ by, line }: Spoken, width: number, style: Style): string {
  const paint = paintOf(parseLine(line.text).level, style);
  return `${style.strong(by.name.padEnd(width))} | ${paint(redact(line.text))}`;
}

/** A record that was found, for people. */
export function found(
  { time, service, level, message, fields }: LogRecord,
  width: number,
  style: Style,
): string {
  const rest = Object.entries(fields).map(([name, value]) => `${name}=${JSON.stringify(value)}`);
  const said = [message.replaceAll("\n", "\\n"), ...rest].join(" ");
  return `${style.faint(time)} ${style.strong(service.padEnd(width))} | ${level.toUpperCase().padEnd(5)} ${paintOf(level, style)(said)}`;
}

const paintOf = (level: LogLevel, { bad, caution }: Style): ((text: string) => string) =>
  isAtLeast(level, "error") ? bad : level === "warn" ? caution : (text) => text;

/**
 * Puts lines that come from several places in order: each waits a moment for an older one from elsewhere.
 * @param holdMs how long; 0: not at all
 */
export class Window {
  readonly #waiting: { readonly spoken: Spoken; readonly at: number }[] = [];

  constructor(
    readonly holdMs: number,
    readonly emit: (spoken: Spoken) => void,
  ) {}

  add(spoken: Spoken, nowMs: number): void {
    if (this.holdMs === 0) this.emit(spoken);
    else this.#waiting.push({ spoken, at: nowMs });
  }

  /** Hands out what has waited for long enough, and whatever is older than that. */
  flush(nowMs: number): void {
    const due = this.#waiting
      .filter(({ at }) => nowMs - at >= this.holdMs)
      .map(({ spoken }) => spoken.line.time);
    const newest = due.reduce((latest, time) => (time > latest ? time : latest), "");
    const goes = ({ spoken }: { readonly spoken: Spoken }): boolean => spoken.line.time <= newest;
    const out = this.#waiting.filter(goes).map(({ spoken }) => spoken);
    const stay = this.#waiting.filter((one) => !goes(one));
    this.#waiting.splice(0, this.#waiting.length, ...stay);
    merged([out]).forEach(this.emit);
  }
}
