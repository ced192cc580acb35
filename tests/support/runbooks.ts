import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "../../stacks/inputs";

/** A page of docs/operations/runbooks. */
export interface Runbook {
  readonly alert: string;
  readonly text: string;
  /** Every query in it, one a line of a block of PromQL. */
  readonly queries: readonly string[];
}

const FOLDER = join(ROOT, "docs/operations/runbooks");

export function runbooks(): readonly Runbook[] {
  return readdirSync(FOLDER)
    .filter((name) => name.endsWith(".md") && name !== "README.md")
    .map((name) => {
      const text = readFileSync(join(FOLDER, name), "utf8");
      const blocks = [...text.matchAll(/```promql\n([\s\S]*?)```/g)].map(([, block = ""]) => block);
      return {
        alert: name.replace(/\.md$/, ""),
        text,
        queries: blocks.flatMap((block) => block.split("\n").filter((line) => line.trim() !== "")),
      };
    });
}

/** With the index, whose commands are to be right too. */
export const runbookTexts = (): readonly (readonly [string, string])[] => [
  ...runbooks().map(({ alert, text }) => [alert, text] as const),
  ["README", readFileSync(join(FOLDER, "README.md"), "utf8")],
];

/** The words after each `./trade2026` in a text, in blocks of commands and in sentences. */
export function commandsIn(text: string): readonly (readonly string[])[] {
  const joined = text.replace(/`\.\/trade2026[^`]*`/g, (inline) => inline.replace(/\s+/g, " "));
  return [...joined.matchAll(/\.\/trade2026((?:[ \t]+(?:"[^"]*"|[^\s"'`)|;&$(#]+))*)/g)].map(
    ([, words = ""]) => (words.match(/"[^"]*"|\S+/g) ?? []).map((word) => word.replaceAll('"', "")),
  );
}
