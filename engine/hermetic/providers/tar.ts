/** A minimal writer of ustar archives: all that uploads and build contexts need. */

export interface TarEntry {
  /** Path inside the archive, with `/`, not absolute. */
  readonly name: string;
  /** Permission bits, e.g. 0o644. */
  readonly mode: number;
  readonly content: Buffer;
  /** Makes it a symbolic link; `content` is then empty. */
  readonly linkTo?: string;
  readonly directory?: boolean;
  /** User and group, by number. @default 0, root */
  readonly owner?: number;
  /** Seconds since 1970; 0 when left out, so that equal contents give equal archives. */
  readonly mtime?: number;
}

const BLOCK = 512;

/** @throws when a path is longer than the format can hold (255 bytes) */
export function tar(entries: readonly TarEntry[]): Buffer {
  const blocks = entries.flatMap((entry) => [
    header(entry),
    entry.content,
    Buffer.alloc(padding(entry.content.length)),
  ]);
  return Buffer.concat([...blocks, Buffer.alloc(2 * BLOCK)]);
}

const padding = (size: number): number => (BLOCK - (size % BLOCK)) % BLOCK;

function header(entry: TarEntry): Buffer {
  const block = Buffer.alloc(BLOCK);
  const { name, prefix } = splitName(entry.directory === true ? `${entry.name}/` : entry.name);
  const link = Buffer.from(entry.linkTo ?? "");
  if (link.length > 100) throw new Error(`the link ${entry.name} points to a path longer than 100 bytes`);
  name.copy(block, 0);
  octal(block, entry.mode & 0o7777, 100, 8);
  octal(block, entry.owner ?? 0, 108, 8);
  octal(block, entry.owner ?? 0, 116, 8);
  octal(block, entry.content.length, 124, 12);
  octal(block, entry.mtime ?? 0, 136, 12);
  block.fill(" ", 148, 156);
  block.write(entry.linkTo !== undefined ? "2" : entry.directory === true ? "5" : "0", 156);
  link.copy(block, 157);
  block.write("ustar\u000000", 257);
  prefix.copy(block, 345);
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, "0")}\u0000 `, 148);
  return block;
}

function octal(block: Buffer, value: number, offset: number, width: number): void {
  block.write(value.toString(8).padStart(width - 1, "0"), offset);
}

function splitName(path: string): { readonly name: Buffer; readonly prefix: Buffer } {
  const whole = Buffer.from(path);
  if (whole.length <= 100) return { name: whole, prefix: Buffer.alloc(0) };
  for (let slash = path.indexOf("/"); slash > 0; slash = path.indexOf("/", slash + 1)) {
    const prefix = Buffer.from(path.slice(0, slash));
    const name = Buffer.from(path.slice(slash + 1));
    if (prefix.length <= 155 && name.length <= 100 && name.length > 0) return { name, prefix };
  }
  throw new Error(`the path ${path} is too long for an archive (255 bytes, the last part 100)`);
}
