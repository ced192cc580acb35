/** Colours for people; nothing at all for files, pipes and those who said no. */
export interface Style {
  readonly good: (text: string) => string;
  readonly bad: (text: string) => string;
  readonly caution: (text: string) => string;
  readonly faint: (text: string) => string;
  readonly strong: (text: string) => string;
}

interface Stream {
  readonly isTTY?: boolean;
}

/** https://no-color.org; `FORCE_COLOR` is for those who pipe into something that shows colours. */
export function wantsColour(stream: Stream, env: NodeJS.ProcessEnv = process.env): boolean {
  if (env["NO_COLOR"]) return false;
  if (env["FORCE_COLOR"] !== undefined) return env["FORCE_COLOR"] !== "0" && env["FORCE_COLOR"] !== "false";
  return stream.isTTY === true && env["TERM"] !== "dumb";
}

export function styleFor(stream: Stream, env: NodeJS.ProcessEnv = process.env): Style {
  const colour = wantsColour(stream, env);
  const code = (open: number, close: number) => (text: string) =>
    colour && text !== "" ? `\u001b[${open}m${text}\u001b[${close}m` : text;
  return {
    good: code(32, 39),
    bad: code(31, 39),
    caution: code(33, 39),
    faint: code(2, 22),
    strong: code(1, 22),
  };
}

const ANSI = new RegExp(`${String.fromCharCode(27)}\\[[0-9;?]*[A-Za-z]`, "g");

/** Width on the screen: colours take none. */
export function visibleLength(text: string): number {
  return [...text.replace(ANSI, "")].length;
}
