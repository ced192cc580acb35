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
