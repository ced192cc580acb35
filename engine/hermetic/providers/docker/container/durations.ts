/** Durations as Go writes them: `1m30s`, `500ms`. Internally whole nanoseconds, as the Docker API wants them. */

const UNITS: Readonly<Record<string, number>> = {
  ns: 1,
  us: 1e3,
  µs: 1e3,
  μs: 1e3,
  ms: 1e6,
  s: 1e9,
  m: 60e9,
  h: 3600e9,
};

/** Nanoseconds, or undefined when the text is no Go duration. */
export function parseDuration(text: string): number | undefined {
  if (/^[+-]?0$/.test(text)) return 0;
  const match = /^([+-]?)((?:\d+\.?\d*|\.\d+)(?:ns|us|µs|μs|ms|s|m|h))+$/.exec(text);
  if (match === null) return undefined;
  let total = 0;
  for (const [, amount, unit] of text.matchAll(/(\d+\.?\d*|\.\d+)(ns|us|µs|μs|ms|s|m|h)/g)) {
    total += Number(amount) * (UNITS[unit ?? ""] ?? 0);
  }
  return Math.round(match[1] === "-" ? -total : total);
}

/** The one spelling that Go prints: `60s` becomes `1m0s`. */
export function formatDuration(nanoseconds: number): string {
  if (nanoseconds === 0) return "0s";
  const sign = nanoseconds < 0 ? "-" : "";
  const size = Math.abs(nanoseconds);
  if (size < 1e3) return `${sign}${String(size)}ns`;
  if (size < 1e6) return `${sign}${String(size / 1e3)}µs`;
  if (size < 1e9) return `${sign}${String(size / 1e6)}ms`;
  const hours = Math.floor(size / 3600e9);
  const minutes = Math.floor((size % 3600e9) / 60e9);
  const seconds = (size % 60e9) / 1e9;
  const tail = `${String(seconds)}s`;
  if (hours > 0) return `${sign}${String(hours)}h${String(minutes)}m${tail}`;
  return minutes > 0 ? `${sign}${String(minutes)}m${tail}` : `${sign}${tail}`;
}
