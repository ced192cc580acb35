/** A piece of a container's log. */
export interface LogPiece {
  readonly stderr: boolean;
  readonly text: string;
}

/**
 * The engine frames the two streams of a container without a terminal: number of the stream, three zeros, length,
 * bytes. https://docs.docker.com/reference/api/engine/version/v1.41/#tag/Container/operation/ContainerAttach
 */
export function splitStreams(bytes: Buffer): readonly LogPiece[] {
  const pieces: LogPiece[] = [];
  let at = 0;
  while (at + 8 <= bytes.length) {
    const framed = (bytes[at] ?? 3) <= 2 && bytes.readUIntBE(at + 1, 3) === 0;
    if (!framed) return [{ stderr: false, text: bytes.toString("utf8") }];
    const length = bytes.readUInt32BE(at + 4);
    pieces.push({ stderr: bytes[at] === 2, text: bytes.subarray(at + 8, at + 8 + length).toString("utf8") });
    at += 8 + length;
  }
  return pieces;
}

/** All that was said, each stream apart. */
export function textsOf(bytes: Buffer): { readonly stdout: string; readonly stderr: string } {
  const pieces = splitStreams(bytes);
  const said = (from: boolean): string =>
    pieces
      .filter(({ stderr }) => stderr === from)
      .map(({ text }) => text)
      .join("");
  return { stdout: said(false), stderr: said(true) };
}

/** A whole line of a container's log. */
export interface LogLine {
  /** When the engine took it: RFC 3339 in UTC with nine digits after the point, so that text sorts as time does. */
  readonly time: string;
  readonly stderr: boolean;
  readonly text: string;
}

/**
 * Makes lines of what comes with the engine's timestamps in front: a line longer than 16 KiB comes in several pieces,
 * each with the time again, the last one with the newline.
 */
export class LineReader {
  readonly #open = new Map<boolean, { readonly time: string; readonly text: string }>();
  #last = "";

  /** @returns the lines that are whole now */
  push({ stderr, text }: LogPiece): readonly LogLine[] {
    const lines: LogLine[] = [];
    for (const part of text.split(/(?<=\n)/)) {
      const [stamp, seconds, fraction = ""] = STAMP.exec(part) ?? [""];
      const begun = this.#open.get(stderr);
      const time =
        begun?.time ?? (seconds === undefined ? this.#last : `${seconds}.${fraction.padEnd(9, "0")}Z`);
      const said = (begun?.text ?? "") + part.slice(stamp.length);
      this.#last = time;
      if (said.endsWith("\n")) {
        this.#open.delete(stderr);
        lines.push({ time, stderr, text: said.slice(0, -1) });
      } else this.#open.set(stderr, { time, text: said });
    }
    return lines;
  }

  /** What was begun and has no newline. */
  rest(): readonly LogLine[] {
    const lines = [...this.#open].map(([stderr, { time, text }]) => ({ time, stderr, text }));
    this.#open.clear();
    return lines.filter(({ text }) => text !== "");
  }
}

const STAMP = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?Z /;
