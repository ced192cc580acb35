import { parseDocument, isScalar } from "yaml";
import { parseImageLock } from "../../model/images";
import type { UpstreamImage } from "../../model/images";
import { manifestDigest } from "./registry";

/** What `images resolve` found for one program. */
export type Resolution =
  /** The tag stands for this digest; it is new in the lock. */
  | {
      readonly program: string;
      readonly reference: string;
      readonly state: "resolved";
      readonly digest: string;
    }
  /** As the lock has it. */
  | {
      readonly program: string;
      readonly reference: string;
      readonly state: "unchanged";
      readonly digest: string;
    }
  /** The tag now stands for another digest than the lock has; taken over only when asked for. */
  | {
      readonly program: string;
      readonly reference: string;
      readonly state: "moved";
      readonly digest: string;
      readonly locked: string;
      readonly updated: boolean;
    }
  /** The registry could not be asked, or does not have it. */
  | {
      readonly program: string;
      readonly reference: string;
      readonly state: "unreachable";
      readonly reason: string;
    };

export interface ResolveOptions {
  /** @default every program that has an upstream image */
  readonly only?: readonly string[];
  /** Take over digests of tags that have moved. @default false */
  readonly update?: boolean;
  /** @default 15000 ms for each request */
  readonly timeoutMs?: number;
}

export interface ResolveResult {
  /** configs/images.yaml with the digests filled in; comments, order and layout as they were. */
  readonly text: string;
  readonly resolutions: readonly Resolution[];
}

/**
 * Asks each upstream image's registry which digest its tag stands for.
 * @param text configs/images.yaml; writing the result is the caller's part
 * @throws ProblemsError when the file is wrong; what cannot be reached is reported, not thrown
 */
export async function resolveDigests(text: string, options: ResolveOptions = {}): Promise<ResolveResult> {
  const programs = Object.entries(parseImageLock(text).programs).flatMap(([program, { upstream }]) =>
    upstream !== null && (options.only?.includes(program) ?? true) ? [{ program, upstream }] : [],
  );
  const resolutions = await Promise.all(
    programs.map((one) => resolveOne(one.program, one.upstream, options)),
  );
  const changes = resolutions.flatMap((found) =>
    found.state === "resolved" || (found.state === "moved" && found.updated)
      ? [[found.program, found.digest] as const]
      : [],
  );
  return { text: withDigests(text, new Map(changes)), resolutions };
}

async function resolveOne(
  program: string,
  upstream: UpstreamImage,
  options: ResolveOptions,
): Promise<Resolution> {
  const reference = `${upstream.image}:${upstream.tag}`;
  try {
    const digest = await manifestDigest(upstream.image, upstream.tag, options.timeoutMs ?? 15_000);
    if (upstream.digest === null) return { program, reference, state: "resolved", digest };
    if (upstream.digest === digest) return { program, reference, state: "unchanged", digest };
    return {
      program,
      reference,
      state: "moved",
      digest,
      locked: upstream.digest,
      updated: options.update ?? false,
    };
  } catch (error) {
    return {
      program,
      reference,
      state: "unreachable",
      reason: error instanceof Error ? error.message : String(error),
    };
  }
}

/** Replaces the digests' own characters in the text, so that nothing else of the file changes. */
function withDigests(text: string, digests: ReadonlyMap<string, string>): string {
  const document = parseDocument(text);
  const edits = [...digests].map(([program, digest]) => {
    const node = document.getIn(["programs", program, "upstream", "digest"], true);
    if (!isScalar(node) || !node.range)
      throw new Error(`configs/images.yaml: ${program}.upstream.digest has no place in the file`);
    return { start: node.range[0], end: node.range[1], digest };
  });
  return edits
    .sort((a, b) => b.start - a.start)
    .reduce((result, { start, end, digest }) => result.slice(0, start) + digest + result.slice(end), text);
}
