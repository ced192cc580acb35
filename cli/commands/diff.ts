import { readFileSync } from "node:fs";
import { diffPlans } from "../../model/diff";
import { readPlanDocument, type PlanDocument } from "../../model/plan-document";
import { ProblemsError } from "../../model/problems";
import { diffMarkdown, diffText } from "../ui/plan-diff";
import { Output } from "../ui/output";

/** Two exported plans, base against head. @returns 1 when something with state is replaced */
export function diff(
  base: string,
  head: string,
  options: { readonly markdown: boolean },
  out = new Output(),
): number {
  const result = diffPlans(readDocument(base), readDocument(head));
  (options.markdown ? diffMarkdown(result) : diffText(result, out.style)).forEach((line) => out.line(line));
  return result.stateful.length > 0 ? 1 : 0;
}

function readDocument(file: string): PlanDocument {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    throw new ProblemsError("The plans to compare", [
      {
        path: file,
        what: `cannot be read: ${error instanceof Error ? error.message : String(error)}`,
        fix: `./trade2026 export plan --out ${file}`,
      },
    ]);
  }
  return readPlanDocument(text, file);
}
