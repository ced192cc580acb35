import { escape } from "./escape";

/** A line of a chart. Points come in the order of x; a gap where nothing was measured. */
export interface Series {
  readonly name: string;
  /** CSS class that has its colour: `line-1` … */
  readonly style: string;
  readonly points: readonly (readonly [x: number, y: number] | undefined)[];
  /** @default false */
  readonly dashed?: boolean;
}

export interface Chart {
  readonly title: string;
  /** Of the y axis: `a second`, `ms`. */
  readonly unit: string;
  /** Seconds that the x axis spans. */
  readonly seconds: number;
  readonly series: readonly Series[];
}

const WIDTH = 760;
const HEIGHT = 240;
const PLOT = { left: 56, right: 12, top: 12, bottom: 28 };
const TICKS = 4;

/** One chart as SVG: axes, lines, and all of its words; colours come from the page around it. */
export function lineChart({ title, unit, seconds, series }: Chart): string {
  const highest = Math.max(0, ...series.flatMap(({ points }) => points.flatMap((point) => point?.[1] ?? [])));
  const ticks = niceTicks(highest, TICKS);
  const top = ticks.at(-1) ?? 1;
  const x = (second: number): number =>
    PLOT.left + (second / Math.max(seconds, 1e-9)) * (WIDTH - PLOT.left - PLOT.right);
  const y = (value: number): number =>
    HEIGHT - PLOT.bottom - (value / top) * (HEIGHT - PLOT.top - PLOT.bottom);
  const grid = ticks.map(
    (tick) =>
      `<line class="grid" x1="${PLOT.left}" x2="${WIDTH - PLOT.right}" y1="${fixed(y(tick))}" y2="${fixed(y(tick))}"/><text class="tick" x="${PLOT.left - 8}" y="${fixed(y(tick) + 4)}" text-anchor="end">${tickText(tick)}</text>`,
  );
  const times = niceTicks(seconds, 6)
    .filter((second) => second <= seconds)
    .map(
      (second) =>
        `<text class="tick" x="${fixed(x(second))}" y="${HEIGHT - 8}" text-anchor="${second === 0 ? "start" : x(second) > WIDTH - 30 ? "end" : "middle"}">${timeText(second)}</text>`,
    );
  const lines = series.map(
    ({ style, points, dashed = false }) =>
      `<path class="line ${style}${dashed ? " dashed" : ""}" d="${pathOf(points.map((point) => point && ([x(point[0]), y(point[1])] as const)))}"/>`,
  );
  return [
    `<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${escape(`${title}, ${unit}: ${series.map(({ name }) => name).join(", ")}`)}">`,
    ...grid,
    ...times,
    ...lines,
    "</svg>",
  ].join("");
}

/** Steps of 1, 2 or 5 times a power of ten from 0 to at least `highest`, about so many. */
export function niceTicks(highest: number, about: number): readonly number[] {
  // what is too small to be told from nothing, too
  if (!(highest > 1e-9)) return [0, 1];
  const rough = highest / about;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step =
    [1, 2, 5, 10].map((factor) => factor * power).find((each) => each >= rough * (1 - 1e-9)) ?? rough;
  const count = Math.ceil((highest / step) * (1 - 1e-9));
  return Array.from({ length: count + 1 }, (_, index) => Number((index * step).toPrecision(12)));
}

/** Moves over gaps; a point that stands alone is a dot, which a line of no length draws. */
function pathOf(points: readonly (readonly [number, number] | undefined)[]): string {
  return points
    .flatMap((point, index) => {
      if (!point) return [];
      const at = `${fixed(point[0])} ${fixed(point[1])}`;
      const alone = points[index - 1] === undefined && points[index + 1] === undefined;
      return [`${points[index - 1] === undefined ? "M" : "L"}${at}${alone ? `L${at}` : ""}`];
    })
    .join("");
}

const fixed = (value: number): string => String(Math.round(value * 10) / 10);

function tickText(value: number): string {
  return value >= 10_000 ? `${fixed(value / 1000)}k` : String(value);
}

export function timeText(seconds: number): string {
  if (seconds < 60) return `${fixed(seconds)} s`;
  if (seconds < 3600) return `${fixed(seconds / 60)} min`;
  return `${fixed(seconds / 3600)} h`;
}
