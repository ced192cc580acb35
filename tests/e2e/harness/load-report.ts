import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Results } from "../../../model/load/results";
import type { Said } from "./command";

/** What a load test's summary.json has, as far as it matters here. */
export interface LoadReport {
  readonly how: string;
  readonly seed: number;
  readonly results: Results;
}

/** Where a load test has left its report; empty when it has left none. */
export const reportFolder = ({ text }: Said): string => /^Report: (\S+)\/report\.html/m.exec(text)?.[1] ?? "";

export function reportOf(said: Said): LoadReport {
  const folder = reportFolder(said);
  if (folder === "") throw new Error(`The load test has left no report:\n${said.text}`);
  return JSON.parse(readFileSync(join(folder, "summary.json"), "utf8")) as LoadReport;
}
