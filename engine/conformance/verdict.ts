/** From the engine's event stream to one verdict a resource. Pure. */

import type { EngineEvent } from "@pulumi/pulumi/automation";

/**
 * What happened, or would happen, to one resource, in one line: `same`, `create`, `delete`, `update: memory`,
 * `replace delete-first: cpus`, each with ` failed` behind it if it did.
 */
export type Verdict = string;

export interface Outcome {
  readonly verdict: Verdict;
  /** Normalised text of the errors that name this resource. */
  readonly error?: string;
}

interface Steps {
  readonly ops: string[];
  readonly keys: Set<string>;
  readonly diffs: Set<string>;
  readonly errors: string[];
  failed: boolean;
}

/** The last part of a URN, which is the logical name. */
export function nameOf(urn: string): string {
  return urn.slice(urn.lastIndexOf("::") + 2);
}

/** Property paths to the names of top-level inputs: `networksAdvanced[0].name` is `networksAdvanced`. */
function topLevel(paths: Iterable<string>): string[] {
  const names = new Set<string>();
  for (const path of paths) {
    const name = /^[^.[]+/.exec(path)?.[0];
    if (name !== undefined && !name.startsWith("__")) {
      names.add(name);
    }
  }
  return [...names].sort();
}

function verdictOf(steps: Steps): Verdict {
  const suffix = steps.failed ? " failed" : "";
  const { ops } = steps;
  const replaced = ops.includes("replace") || ops.includes("create-replacement");
  if (replaced) {
    const deleted = ops.indexOf("delete-replaced");
    const created = ops.indexOf("create-replacement");
    const order = deleted !== -1 && (created === -1 || deleted < created) ? "delete-first" : "create-first";
    const keys = topLevel(steps.keys);
    return `replace ${order}${suffix}${keys.length > 0 ? `: ${keys.join(", ")}` : ""}`;
  }
  const op = ops.at(-1) ?? "none";
  const diffs = op === "update" ? topLevel(steps.diffs) : [];
  return `${op}${suffix}${diffs.length > 0 ? `: ${diffs.join(", ")}` : ""}`;
}

/** One outcome for each logical name that the events speak of. */
export function outcomes(events: readonly EngineEvent[]): ReadonlyMap<string, Outcome> {
  const all = new Map<string, Steps>();
  const at = (urn: string): Steps => {
    const name = nameOf(urn);
    const found = all.get(name) ?? { ops: [], keys: new Set(), diffs: new Set(), errors: [], failed: false };
    all.set(name, found);
    return found;
  };
  for (const event of events) {
    const step = event.resourcePreEvent?.metadata;
    // What a refresh finds is not what is going to happen.
    if (step !== undefined && step.op !== "refresh") {
      const steps = at(step.urn);
      steps.ops.push(step.op);
      step.keys?.forEach((key) => steps.keys.add(key));
      step.diffs?.forEach((key) => steps.diffs.add(key));
      Object.keys(step.detailedDiff ?? {}).forEach((key) => steps.diffs.add(key));
    }
    const failed = event.resOpFailedEvent?.metadata;
    if (failed !== undefined) {
      at(failed.urn).failed = true;
    }
    const diagnostic = event.diagnosticEvent;
    if (diagnostic?.severity === "error" && diagnostic.urn !== undefined && diagnostic.urn !== "") {
      const steps = at(diagnostic.urn);
      steps.failed = true;
      steps.errors.push(diagnostic.message);
    }
  }
  return new Map(
    [...all].map(([name, steps]) => [
      name,
      {
        verdict: verdictOf(steps),
        ...(steps.errors.length > 0 ? { error: normaliseError(steps.errors[0] ?? "") } : {}),
      },
    ]),
  );
}

/** Takes out of an error what differs from run to run, and how each engine frames it. */
export function normaliseError(message: string): string {
  return normaliseText(message)
    .replace(/<\{%[^%]*%\}>/g, "")
    .replace(/\s+/g, " ")
    .replace(/urn:pulumi:\S+/g, "<urn>")
    .replace(/\b\d+ errors? occurred:/g, "")
    .replace(/sdk-v2\/provider2\.go:\d+: sdk\.helper_schema: /g, "")
    .replace(/provider=\w+@\S+/g, "")
    .trim();
}

/** Takes the values out of a text that no two runs share. */
export function normaliseText(text: string): string {
  return text
    .replace(/sha256:[0-9a-f]{64}/g, "<sha256>")
    .replace(/\b[0-9a-f]{64}\b/g, "<id>")
    .replace(/\b[0-9a-f]{12}\b/g, "<short-id>");
}
