import { canonicalJson } from "./canonical";
import type { Plan } from "./plan";
import { ProblemsError } from "./problems";

/** Raised when a plan's shape changes, so that two that cannot be compared are not. */
const FORMAT = 1;

/** A plan as a file: what `export plan` writes and `diff` reads. Holds no credential, only references. */
export interface PlanDocument {
  readonly format: typeof FORMAT;
  readonly plan: Plan;
  /** In-house service → hash of what its image is built from. */
  readonly builds: Readonly<Record<string, string>>;
}

/** Stable text: the same plan gives the same bytes. */
export function writePlanDocument(plan: Plan, builds: PlanDocument["builds"]): string {
  return `${canonicalJson({ format: FORMAT, plan, builds } satisfies PlanDocument, 2)}\n`;
}

/**
 * @param file name of the file, for the message
 * @throws ProblemsError when the text is no plan that this version wrote
 */
export function readPlanDocument(text: string, file: string): PlanDocument {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw refuse(file, `is not JSON: ${error instanceof Error ? error.message : String(error)}`, undefined);
  }
  const format: unknown = isRecord(value) ? value["format"] : undefined;
  if (
    !isRecord(value) ||
    !isRecord(value["plan"]) ||
    !isRecord(value["builds"]) ||
    typeof format !== "number"
  ) {
    throw refuse(file, "is not a plan", undefined);
  }
  if (format !== FORMAT) throw refuse(file, "was written by a version with another format", format);
  return value as unknown as PlanDocument;
}

function refuse(file: string, what: string, value: unknown): ProblemsError {
  return new ProblemsError("The plans to compare", [
    {
      path: file,
      what,
      ...(value === undefined ? {} : { value }),
      allowed: `a file that \`./trade2026 export plan\` of this version wrote (format ${FORMAT})`,
      fix: `./trade2026 export plan --out ${file}`,
    },
  ]);
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
