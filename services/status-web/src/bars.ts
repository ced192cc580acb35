import type { StatusDay } from "../../contracts/status";

/** What a day was like: its colour. */
export type DayKind = "good" | "some" | "bad" | "maintenance";

export interface Bar {
  /** 0 is the oldest day that is shown. */
  readonly index: number;
  readonly kind: DayKind;
  /** Part of the day that was measured, 0 to 1: its height. The rest of the column is grey. */
  readonly measured: number;
}

const DAY_MS = 86_400_000;
const DAY_MINUTES = 1440;
/** From this part of the measured time on a day was bad: a quarter of an hour of a day. */
const BAD_FROM = 0.01;

/** One bar for each day of which something is known; today's column is full when nothing of it is missing so far. */
export function barsOf(days: readonly StatusDay[], shown: number, now: number): readonly Bar[] {
  const today = Math.floor(now / DAY_MS);
  return days.flatMap((day): readonly Bar[] => {
    const back = today - Math.floor(Date.parse(day.day) / DAY_MS);
    const known = day.operational + day.degraded + day.down;
    const recorded = known + day.maintenance;
    if (back < 0 || back >= shown || recorded === 0) return [];
    const whole = back === 0 ? Math.max(Math.floor((now % DAY_MS) / 60_000), recorded, 1) : DAY_MINUTES;
    return [{ index: shown - 1 - back, kind: kindOf(day, known), measured: Math.min(recorded / whole, 1) }];
  });
}

function kindOf({ degraded, down }: StatusDay, known: number): DayKind {
  if (known === 0) return "maintenance";
  if (down / known >= BAD_FROM) return "bad";
  return down > 0 || degraded > 0 ? "some" : "good";
}

export const BAR = { step: 4, width: 3, height: 28, least: 6 } as const;

/** One path a colour: ninety days of sixty components are a page of some hundred kilobytes, not of megabytes. */
export function barPaths(bars: readonly Bar[]): readonly { readonly kind: DayKind; readonly d: string }[] {
  const kinds: readonly DayKind[] = ["good", "some", "bad", "maintenance"];
  return kinds.flatMap((kind) => {
    const mine = bars.filter((bar) => bar.kind === kind);
    return mine.length === 0 ? [] : [{ kind, d: mine.map(column).join("") }];
  });
}

function column({ index, measured }: Pick<Bar, "index" | "measured">): string {
  const height = Math.max(Math.round(measured * BAR.height), BAR.least);
  return `M${index * BAR.step} ${BAR.height - height}h${BAR.width}v${height}h-${BAR.width}z`;
}

/** The grey columns behind them, all of them whole. */
export function groundPath(shown: number): string {
  return Array.from({ length: shown }, (_, index) => column({ index, measured: 1 })).join("");
}
