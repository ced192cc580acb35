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
  /** Where the next page begins, when the last one ended before the log did. */
  readonly from?: Moment;
}

const SECOND = 1_000_000_000n;
/** While it keeps up, two seconds are few lines. */
const OVERLAP = 2n * SECOND;
/** Between two pages it is less: they shall not be of the same lines. */
const OVERLAP_OF_PAGES = SECOND / 10n;

export const cursorAt = (newest: Moment): Cursor => ({ newest, seen: new Map() });

/** From when on the next page is read. @param floor what is older is not wanted */
export function sinceOf({ newest, from }: Cursor, floor: Moment): Moment {
  const since = from ?? newest - OVERLAP;
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
  const last = page.at(-1)?.at;
  if (!more || last === undefined) return { fresh, next: { newest, seen } };
  // a page of a moment: the next one begins at its last line, or it might be this one again
  const crowded = last - (page[0]?.at ?? last) < 2n * OVERLAP_OF_PAGES;
  return { fresh, next: { newest, seen, from: crowded ? last : last - OVERLAP_OF_PAGES } };
}
