/** Quantities as people write them, parsed once, and in the canonical form that the engine reads back. */

/** A length of time: `500ms`, `30s`, `1m30s`, `2h`. */
export type Duration = `${number}${"ms" | "s" | "m" | "h"}` | `${number}m${number}s` | `${number}h${number}m`;

/** An amount of memory in binary units: `256MiB`, `1.5GiB`. */
export type Memory = `${number}${"MiB" | "GiB"}`;

const UNIT_MS = { h: 3_600_000, m: 60_000, s: 1_000, ms: 1 } as const;

/** @returns whole milliseconds. @throws RangeError for anything that is not a duration, or finer than one. */
export function parseDuration(text: string): number {
  const match =
    /^(?:(\d+(?:\.\d+)?)h)?(?:(\d+(?:\.\d+)?)m(?!s))?(?:(\d+(?:\.\d+)?)s)?(?:(\d+(?:\.\d+)?)ms)?$/.exec(text);
  if (!match || text === "")
    throw new RangeError(`not a duration: "${text}" (write 500ms, 30s, 1m30s or 2h)`);
  const [, h = "0", m = "0", s = "0", ms = "0"] = match;
  const exact =
    Number(h) * UNIT_MS.h + Number(m) * UNIT_MS.m + Number(s) * UNIT_MS.s + Number(ms) * UNIT_MS.ms;
  const whole = Math.round(exact);
  // 1.001 * 1000 is not 1001 in floating point.
  if (Math.abs(exact - whole) > 1e-3) throw new RangeError(`finer than a millisecond: "${text}"`);
  return whole;
}

/**
 * Go's canonical form (`time.Duration.String`): `90s` → `1m30s`, `60s` → `1m0s`. The Docker provider reads
 * durations back in this form, and any other spelling is a difference at every preview.
 */
export function canonicalDuration(text: string): string {
  const total = parseDuration(text);
  if (total === 0) return "0s";
  if (total < 1000) return `${total}ms`;
  const hours = Math.floor(total / UNIT_MS.h);
  const minutes = Math.floor((total % UNIT_MS.h) / UNIT_MS.m);
  const seconds = (total % UNIT_MS.m) / UNIT_MS.s;
  return `${hours > 0 ? `${hours}h` : ""}${hours > 0 || minutes > 0 ? `${minutes}m` : ""}${seconds}s`;
}

/** @returns whole seconds, rounded up (Docker's stop timeouts are whole seconds). */
export function durationSeconds(text: string): number {
  return Math.ceil(parseDuration(text) / 1000);
}

/** @returns whole mebibytes, the unit in which the Docker provider takes memory. @throws RangeError */
export function memoryMiB(text: string): number {
  const match = /^(\d+(?:\.\d+)?)(MiB|GiB)$/.exec(text);
  if (!match) throw new RangeError(`not an amount of memory: "${text}" (write 256MiB or 1.5GiB)`);
  const mib = Math.round(Number(match[1]) * (match[2] === "GiB" ? 1024 : 1));
  if (mib < 1) throw new RangeError(`less than a mebibyte: "${text}"`);
  return mib;
}

/**
 * CPUs in the text that the provider reads back (conformance table, case `cpus`): nine decimals without their trailing
 * zeros, but one decimal where the text has exactly nine zeros in it. `0.50` → `0.5`, `1` → `1.0`.
 */
export function canonicalCpus(cpus: number): string {
  const text = cpus.toFixed(9);
  return text.split("0").length - 1 === 9 ? cpus.toFixed(1) : text.replace(/0+$/, "");
}

/** `GOMEMLIMIT` of a Go program that may have so many mebibytes: its collector works before the limit is met. */
export function goMemoryLimit(mib: number): string {
  return `${Math.floor(mib * 0.9)}MiB`;
}

/**
 * `GOMAXPROCS` of a Go program with a limit of so many CPUs: it starts no more threads than may run, where it would take
 * one for each processor of the host, and hand work to and fro between them.
 */
export function goProcessors(cpus: number): string {
  return String(Math.max(1, Math.ceil(cpus)));
}

/** 1536 MiB → `1.5 GiB`, for people. */
export function formatMiB(mib: number): string {
  return mib < 1024 ? `${mib} MiB` : `${Math.round((mib / 1024) * 10) / 10} GiB`;
}
