import type { EngineKind, Plan as EnginePlan, PlannedStep } from "../../engine";
import { canonicalJson } from "../../model/canonical";
import { readStackConfig } from "../config/stack-config";
import type { Context } from "../context";
import { connectDocker } from "../docker/connect";
import { withStack } from "../session";
import { INTERRUPTED, untilInterrupted } from "../signals";
import { checkedPlan } from "../up/preflight";
import { decideImages } from "../up/image-mode";
import { count } from "../ui/format";
import { Output } from "../ui/output";
import { describeType } from "../ui/resource-types";
import type { Style } from "../ui/style";

export interface PreviewOptions {
  readonly json: boolean;
  readonly diff: boolean;
  readonly refresh: boolean;
  readonly engine?: EngineKind;
  readonly set: readonly string[];
}

/** What an `up` would do. Makes nothing and remembers nothing. @returns exit code */
export async function preview(context: Context, options: PreviewOptions): Promise<number> {
  const notes = new Output(options.json ? process.stderr : process.stdout);
  const asked = readStackConfig(context, { set: options.set });
  const connection = await connectDocker(asked.settings);
  const { config, sentence } = await decideImages(asked, connection.docker);
  await checkedPlan(config.settings, connection, notes);
  notes.line(sentence);
  // ended from outside, Pulumi's CLI would leave its plugins behind
  const { signal, done } = untilInterrupted(
    (line) => notes.line(line),
    "Stopping. Once more ends it at once; nothing was changed.",
  );
  let planned: EnginePlan;
  try {
    planned = await withStack(
      context,
      config,
      {
        say: (line) => notes.line(line),
        docker: connection.endpoint,
        ...(options.engine === undefined ? {} : { engine: options.engine }),
      },
      (deployment) => deployment.preview({ refresh: options.refresh, signal }),
    );
  } catch (error) {
    if (!signal.aborted) throw error;
    notes.line("Stopped. Nothing was changed.");
    return INTERRUPTED;
  } finally {
    done();
  }
  if (options.json) process.stdout.write(`${canonicalJson(planned, 2)}\n`);
  else previewLines(planned, options.diff, notes.style).forEach((line) => notes.line(line));
  return 0;
}

const SIGNS: Readonly<Record<string, string>> = {
  create: "+",
  "create-replacement": "±",
  replace: "±",
  update: "~",
  delete: "-",
  "delete-replaced": "-",
  read: ">",
  refresh: "~",
  import: "=",
};

/** Steps that change something, one line each; a replacement is one line, not three. */
export function previewLines(planned: EnginePlan, diff: boolean, style: Style): readonly string[] {
  const same = planned.changes.same ?? 0;
  if (planned.unchanged) return [`${style.good("✓")} No change: ${count(same, "resource")} as declared.`];
  const steps = planned.steps.filter(({ op, type }) => !hidden(op) && describeType(type) !== undefined);
  const width = Math.max(0, ...steps.map(({ name }) => name.length));
  return [
    ...steps.flatMap((step) => stepLines(step, width, diff, style)),
    "",
    `${countsOf(steps)}; ${same} unchanged. \`./trade2026 up\` does it.`,
  ];
}

function hidden(op: string): boolean {
  return (
    op === "same" ||
    op === "create-replacement" ||
    op === "delete-replaced" ||
    op === "read" ||
    op === "refresh"
  );
}

function stepLines(step: PlannedStep, width: number, diff: boolean, style: Style): readonly string[] {
  const sign = SIGNS[step.op] ?? step.op;
  const colour = step.op === "create" ? style.good : step.op === "delete" ? style.bad : style.caution;
  const what = describeType(step.type) ?? step.type;
  const because = step.op === "replace" && step.keys.length > 0 ? step.keys : step.diffs;
  const line = `${colour(sign)} ${step.name.padEnd(width)}  ${what}${because.length > 0 ? style.faint(` (${because.join(", ")})`) : ""}`;
  if (!diff) return [line];
  return [
    line,
    ...Object.entries(step.detailedDiff).map(([path, { kind }]) => style.faint(`      ${path}: ${kind}`)),
  ];
}

function countsOf(steps: readonly PlannedStep[]): string {
  const words: Readonly<Record<string, string>> = {
    create: "to create",
    update: "to change",
    replace: "to replace",
    delete: "to remove",
    import: "to adopt",
  };
  const counts = new Map<string, number>();
  for (const { op } of steps) counts.set(op, (counts.get(op) ?? 0) + 1);
  return (
    [...counts].map(([op, number]) => `${number} ${words[op] ?? op}`).join(", ") || "only outputs change"
  );
}
