import { forThisStack } from "./invocation";
import { styleFor, visibleLength, type Style } from "./style";

/** Where a command writes: lines, and on a terminal a few lines at the bottom that are drawn again and again. */
export class Output {
  readonly style: Style;
  readonly live: boolean;
  #drawn = 0;

  /** @param stream stdout for what was asked for, stderr beside machine-readable output */
  constructor(readonly stream: NodeJS.WriteStream = process.stdout) {
    this.style = styleFor(stream);
    this.live = stream.isTTY === true && process.env["TERM"] !== "dumb" && !process.env["CI"];
  }

  /** Writes lines above the live ones. */
  line(text = ""): void {
    this.#erase();
    this.stream.write(`${forThisStack(text)}\n`);
  }

  /** Draws the live lines anew; each is cut to the terminal's width. Nothing at all where nobody watches. */
  draw(lines: readonly string[]): void {
    if (!this.live) return;
    this.#erase();
    const width = (this.stream.columns || 80) - 1;
    for (const line of lines)
      this.stream.write(`${visibleLength(line) > width ? `${cut(line, width - 1)}…` : line}\n`);
    this.#drawn = lines.length;
  }

  clear(): void {
    this.#erase();
  }

  #erase(): void {
    if (this.#drawn > 0) this.stream.write(`\u001b[${this.#drawn}A\u001b[0J`);
    this.#drawn = 0;
  }
}

/** The first `width` visible characters, with the colours that they have. */
function cut(line: string, width: number): string {
  let visible = 0;
  let at = 0;
  while (at < line.length && visible < width) {
    const escape = line[at] === "\u001b" ? line.indexOf("m", at) : -1;
    if (escape >= 0) at = escape + 1;
    else {
      at += 1;
      visible += 1;
    }
  }
  return line.slice(0, at) + (line.includes("\u001b") ? "\u001b[0m" : "");
}
