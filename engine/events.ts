import type { EngineEvent } from "@pulumi/pulumi/automation";
import type { DeployFailure } from "./errors";
import { nameOf, typeOf } from "./state";
import type { Op, OpCounts } from "./types";

interface OnResource {
  readonly op: Op;
  readonly urn: string;
  readonly type: string;
  readonly name: string;
}

/** What happens during a deployment, as it happens. */
export type DeployEvent =
  | (OnResource & { readonly kind: "start" })
  | (OnResource & { readonly kind: "done"; readonly seconds: number })
  | (OnResource & { readonly kind: "failed"; readonly seconds: number })
  | {
      readonly kind: "message";
      readonly severity: "info" | "warning" | "error";
      readonly text: string;
      readonly urn?: string;
      /** A line of progress that the next one of the same resource replaces. */
      readonly passing: boolean;
    }
  | { readonly kind: "summary"; readonly changes: OpCounts; readonly seconds: number };

/** One resource in a plan or a result. */
export interface PlannedStep extends OnResource {
  /** Names of the changed properties. */
  readonly diffs: readonly string[];
  /** Path of each changed property → what happens to it (`add`, `update-replace`, …). */
  readonly detailedDiff: Readonly<Record<string, { readonly kind: string }>>;
  /** Names of the properties that force a replacement. */
  readonly keys: readonly string[];
}

/** Collects one run's events and passes them on in a form for people. */
export class EventCollector {
  readonly steps: PlannedStep[] = [];
  readonly failures: DeployFailure[] = [];
  changes: OpCounts = {};
  seconds = 0;
  private readonly started = new Map<string, number>();

  constructor(private readonly onEvent: (event: DeployEvent) => void = () => undefined) {}

  readonly accept = (event: EngineEvent): void => {
    const { resourcePreEvent, resOutputsEvent, resOpFailedEvent, diagnosticEvent, summaryEvent } = event;
    if (resourcePreEvent !== undefined) this.start(resourcePreEvent.metadata);
    if (resOutputsEvent !== undefined) this.end("done", resOutputsEvent.metadata);
    if (resOpFailedEvent !== undefined) this.end("failed", resOpFailedEvent.metadata);
    if (diagnosticEvent !== undefined) this.message(diagnosticEvent);
    if (summaryEvent !== undefined) {
      this.changes = (summaryEvent.resourceChanges ?? {}) as OpCounts;
      this.seconds = summaryEvent.durationSeconds;
      this.onEvent({ kind: "summary", changes: this.changes, seconds: this.seconds });
    }
  };

  private start(step: NonNullable<EngineEvent["resourcePreEvent"]>["metadata"]): void {
    const on = onResource(step);
    this.started.set(`${step.op} ${step.urn}`, Date.now());
    this.onEvent({ kind: "start", ...on });
    // Looking at the real thing is no step of a plan.
    if (on.op === "refresh") return;
    this.steps.push({
      ...on,
      diffs: step.diffs ?? [],
      detailedDiff: Object.fromEntries(
        Object.entries(step.detailedDiff ?? {}).map(([path, { diffKind }]) => [path, { kind: diffKind }]),
      ),
      keys: step.keys ?? [],
    });
  }

  private end(
    kind: "done" | "failed",
    step: { readonly op: string; readonly urn: string; readonly type: string },
  ): void {
    const began = this.started.get(`${step.op} ${step.urn}`) ?? Date.now();
    this.onEvent({ kind, ...onResource(step), seconds: (Date.now() - began) / 1000 });
  }

  private message(event: NonNullable<EngineEvent["diagnosticEvent"]>): void {
    const text = withoutColours(event.message).trim();
    if (text === "") return;
    const urn = event.urn === undefined || event.urn === "" ? undefined : event.urn;
    const severity = event.severity === "error" ? "error" : event.severity === "warning" ? "warning" : "info";
    if (severity === "error") this.fail(text, urn);
    this.onEvent({
      kind: "message",
      severity,
      text,
      passing: event.ephemeral ?? false,
      ...(urn === undefined ? {} : { urn }),
    });
  }

  private fail(text: string, urn: string | undefined): void {
    const message = plainMessage(text);
    if (
      isConsequence(message) ||
      this.failures.some((old) => old.message.includes(message) && old.urn === urn)
    )
      return;
    const isStack = urn === undefined || typeOf(urn) === "pulumi:pulumi:Stack";
    if (isStack && this.failures.some((old) => old.message.endsWith(message))) return;
    this.failures.push(isStack ? { message } : { urn, type: typeOf(urn), name: nameOf(urn), message });
  }
}

function onResource(step: { readonly op: string; readonly urn: string; readonly type: string }): OnResource {
  return { op: step.op as Op, urn: step.urn, type: step.type, name: nameOf(step.urn) };
}

/** An error without the frames that engine and plugins put around it (`1 error occurred: * creating urn:…`). */
export function plainMessage(text: string): string {
  return text
    .replace(/^error:\s*/i, "")
    .replace(/\d+ errors? occurred:\s*\* /g, "")
    .replace(/^(creating|updating|deleting|diffing) urn:\S+: /, "")
    .replace(/^\S+ resource '[^']*' has a problem: /, "")
    .replace(/sdk-v2\/provider2\.go:\d+: sdk\.helper_schema: /g, "")
    .replace(/: provider=\w+@[\w.+-]+/g, "")
    .replace(/^\* /, "")
    .trim();
}

/** Colour marks of the engine's display, `<{%fg 1%}>`. */
export const withoutColours = (text: string): string => text.replace(/<\{%[^%]*%\}>/g, "");

/** Messages that only say that another one was said. */
function isConsequence(message: string): boolean {
  return (
    /^(update|preview|refresh|destroy) failed$/i.test(message) ||
    message.includes("resource registration failed") ||
    message.startsWith("One or more errors occurred. Check logs")
  );
}
