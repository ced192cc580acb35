import fc from "fast-check";
import { advance, cursorAt, sinceOf, type Cursor } from "../../../../services/log-shipper/src/cursor";

interface Line {
  readonly id: string;
  readonly at: bigint;
}
const SECOND = 1_000_000_000n;

/** As the engine and its proxy do it: lines in the order of the file, those before the moment left out. */
const pageOf = (
  log: readonly Line[],
  since: bigint,
  size: number,
): { page: readonly Line[]; more: boolean } => {
  const rest = log.filter(({ at }) => at >= since);
  return { page: rest.slice(0, size), more: rest.length > size };
};

/** Times go up, but two lines of different streams may lie a little crosswise in the file. */
const logs = fc
  .array(fc.record({ step: fc.integer({ min: 5, max: 5000 }), back: fc.integer({ min: 0, max: 20 }) }), {
    maxLength: 80,
  })
  .map((steps) => {
    let ms = 1_000_000;
    return steps.map(({ step, back }, index): Line => {
      ms += step;
      return { id: String(index), at: BigInt(ms - back) * 1_000_000n };
    });
  });

it("hands out each line once, whatever the pages, while the log grows", () => {
  fc.assert(
    fc.property(
      logs,
      fc.integer({ min: 60, max: 70 }),
      fc.array(fc.nat({ max: 200 })),
      (log, size, lengths) => {
        let cursor: Cursor = cursorAt(0n);
        const got: string[] = [];
        for (const length of [...[...lengths].sort((a, b) => a - b), log.length]) {
          for (let more = true; more;) {
            const asked = pageOf(log.slice(0, length), sinceOf(cursor, 0n), size);
            const { fresh, next } = advance(cursor, asked.page, asked.more);
            got.push(...fresh.map(({ id }) => id));
            cursor = next;
            more = asked.more;
          }
        }
        expect(got).toEqual(log.map(({ id }) => id));
      },
    ),
  );
});

it("begins a little before the newest line, never before what is wanted, and remembers no more than it needs", () => {
  const line = (id: string, second: bigint): Line => ({ id, at: second * SECOND });
  const { fresh, next } = advance(cursorAt(0n), [line("a", 10n), line("b", 20n), line("c", 21n)], false);
  expect(fresh.map(({ id }) => id)).toEqual(["a", "b", "c"]);
  expect([...next.seen.keys()]).toEqual(["b", "c"]);
  expect(sinceOf(next, 0n)).toBe(19n * SECOND);
  expect(sinceOf(next, 20n * SECOND)).toBe(20n * SECOND);
  expect(sinceOf({ ...next, from: 21n * SECOND }, 0n)).toBe(21n * SECOND);
});

it("gets on when thousands of lines are of one moment", () => {
  const log = Array.from({ length: 5000 }, (_, index): Line => ({
    id: String(index),
    at: SECOND + BigInt(index),
  }));
  let cursor = cursorAt(0n);
  let pages = 0;
  let got = 0;
  for (let more = true; more && pages < 20; pages++) {
    const asked = pageOf(log, sinceOf(cursor, 0n), 1000);
    const { fresh, next } = advance(cursor, asked.page, asked.more);
    [cursor, got, more] = [next, got + fresh.length, asked.more];
  }
  expect([got, pages]).toEqual([5000, 6]);
});
