/** Nanoseconds since 1970. */
type Moment = bigint;

/**
 * How far a container's log has been read. The engine writes what comes by standard output and by standard error in
 * another order than that of their times, now and then: so each reading begins a little before the newest line, and
 * what it meets again is known by its id.
 */
export interface Cursor {
  readonly newest: Moment;
  /** Lines of the last moments, by id. */
  readonly seen: ReadonlyMap<string, Moment>;
  /** There is more to read than one page. */
  readonly behind: boolean;
}

const SECOND = 1_000_000_000n;
/** While it keeps up, two seconds are few lines. */
const OVERLAP = 2n * SECOND;
/** While it catches up, a page of the overlap alone would be no progress. */
const OVERLAP_BEHIND = SECOND / 10n;

export const cursorAt = (newest: Moment): Cursor => ({ newest, seen: new Map(), behind: false });

/** From when on the next page is read. @param floor what is older is not wanted */
export function sinceOf({ newest, behind }: Cursor, floor: Moment): Moment {
  const since = newest - (behind ? OVERLAP_BEHIND : OVERLAP);
  return since > floor ? since : floor;
}

/** @param more whether the page ended before the log did @returns what is new of a page, and the cursor after it */
export function advance<T extends { readonly id: string; readonly at: Moment }>(
  cursor: Cursor,
  page: readonly T[],
  more: boolean,
): { readonly fresh: readonly T[]; readonly next: Cursor } {
  const seen = new Map(cursor.seen);
  const fresh = page.filter(({ id, at }) => !seen.has(id) && seen.set(id, at) !== undefined);
  const newest = fresh.reduce((latest, { at }) => (at > latest ? at : latest), cursor.newest);
  for (const [id, at] of seen) if (at < newest - OVERLAP) seen.delete(id);
  return { fresh, next: { newest, seen, behind: more } };
}
