import type { Provenance } from "./results";

/** Processors busy, before a measurement. */
const QUIET = 0.2;

export function provenance({ commit, date, host }: Provenance): string {
  const { cpus, model, memoryGiB, system, node, docker, compose, pulumi, busy } = host;
  const rough = busy > QUIET ? " **The host was busy with other things: these figures are rough.**" : "";
  return `Commit ${commit}, ${date} UTC. ${cpus} × ${model}, ${memoryGiB} GiB, ${system}; Docker ${docker}, Compose ${compose}, Node ${node}, Pulumi ${pulumi}. Before it began, ${busy.toFixed(2)} processors were busy.${rough}`;
}

export const verdict = (met: boolean): string => (met ? "met" : "not met");

export function medianOf<T>(items: readonly T[], value: (item: T) => number): number {
  const sorted = items.map(value).sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? 0;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? 0) + upper) / 2;
}

/** Columns of equal width, words to the left and figures to the right. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((title, column) =>
    Math.max(3, title.length, ...rows.map((row) => (row[column] ?? "").length)),
  );
  const isFigure = head.map(
    (_, column) => column > 0 || rows.every((row) => /^[\d.]*$/.test(row[column] ?? "")),
  );
  const line = (cells: readonly string[]): string =>
    `| ${widths.map((width, column) => (isFigure[column] === true ? (cells[column] ?? "").padStart(width) : (cells[column] ?? "").padEnd(width))).join(" | ")} |`;
  const rule = widths.map((width, column) =>
    isFigure[column] === true ? `${"-".repeat(width - 1)}:` : "-".repeat(width),
  );
  return [line(head), line(rule), ...rows.map(line)].join("\n");
}
