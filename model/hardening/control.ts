import type { ContainerPlan, Plan } from "../plan";
import type { Waiver } from "../service";
import type { ContainerView } from "./view";

/** Number of a control of the checklist. */
export type ControlId = `D${number}`;

/** What is known of an image besides its name. */
export interface ImageFacts {
  /** Dockerfiles that it is built from, its own first; none for an image that somebody else built. */
  readonly dockerfiles: readonly { readonly path: string; readonly text: string }[];
  /** Day of the last vulnerability scan whose report and bill of materials are kept. */
  readonly scanned?: string;
}

/** A container together with what a control may have to know of the rest. */
export interface Subject {
  readonly plan: ContainerPlan;
  readonly view: ContainerView;
  readonly image: ImageFacts;
  readonly stack: StackFacts;
}

export interface StackFacts {
  readonly lanes: Plan["lanes"];
  /** Volume → containers that may write to it. */
  readonly writers: ReadonlyMap<string, readonly ContainerPlan[]>;
}

export interface Verdict {
  readonly pass: boolean;
  /** What was seen; for a failure also what was expected. */
  readonly evidence: string;
}

/**
 * One rule of the checklist, over one container.
 *
 * A writer is created and never started, so that nothing ever runs in it; yet somebody could start it by hand.
 * Therefore everything that says what it might do then applies to it as to any other, and only what is about a
 * running program does not: a read-only root (the provider cannot upload into one), probe, stopping.
 */
export interface Control {
  readonly id: ControlId;
  readonly title: string;
  /** Rules of the CIS Docker Benchmark and of the OWASP Docker Security Cheat Sheet that it stands for. */
  readonly source: { readonly cis: readonly string[]; readonly owasp: readonly string[] };
  /** A failure needs a waiver; the other controls may fail as long as the score does not fall. */
  readonly hard: boolean;
  /** Whether `docker inspect` of the real container shows it. */
  readonly observable: boolean;
  /** Why it does not apply to this container; `undefined` when it does. */
  readonly exempt?: (subject: Subject) => string | undefined;
  readonly check: (subject: Subject) => Verdict;
}

export interface Finding {
  readonly control: ControlId;
  readonly outcome: "pass" | "fail" | "notApplicable";
  readonly evidence: string;
  /** The waiver that covers a failure. It stays a failure in the score. */
  readonly waiver?: Waiver;
}

export const pass = (evidence: string): Verdict => ({ pass: true, evidence });
export const fail = (evidence: string): Verdict => ({ pass: false, evidence });

/** Fails with everything that was found, passes with `evidence` when nothing was. */
export function verdict(found: readonly string[], evidence: string): Verdict {
  return found.length === 0 ? pass(evidence) : fail(found.join("; "));
}

export const neverRuns = ({ plan }: Subject): boolean => plan.role === "writer";
