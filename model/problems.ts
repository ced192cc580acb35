/**
 * One thing that is wrong with what a person wrote: where, what it was, what is allowed, how to mend it.
 * Everything that checks input returns problems; nobody throws at the first one.
 */
export interface Problem {
  /** Where: `trade2026:subnets.backend`, `service oms: ports.http`. */
  readonly path: string;
  /** What is wrong, one sentence without the value. */
  readonly what: string;
  /** The offending value as it was given; left out where there is none (a missing key). */
  readonly value?: unknown;
  /** What would be accepted, unless {@link what} says it. */
  readonly allowed?: string;
  /** What it is for. */
  readonly about?: string;
  /** What to do about it, as an instruction. */
  readonly fix?: string;
}

/** All problems of one check at once. The message is meant for the user; there is no stack worth reading. */
export class ProblemsError extends Error {
  override readonly name = "ProblemsError";

  constructor(
    /** What was being checked: "The stack's settings", "The platform's services". */
    readonly subject: string,
    readonly problems: readonly Problem[],
  ) {
    super(formatProblems(subject, problems));
  }
}

/** Throws {@link ProblemsError} when there is at least one problem. */
export function assertNoProblems(subject: string, problems: readonly Problem[]): void {
  if (problems.length > 0) throw new ProblemsError(subject, problems);
}

export function formatProblems(subject: string, problems: readonly Problem[]): string {
  const count = problems.length === 1 ? "1 problem" : `${problems.length} problems`;
  return [`${subject}: ${count}, nothing was changed.`, ...problems.map(formatProblem)].join("\n");
}

function formatProblem(problem: Problem): string {
  const lines = [`  ✗ ${problem.path}: ${problem.what}`];
  if ("value" in problem) lines.push(`      value:   ${show(problem.value)}`);
  if (problem.allowed !== undefined) lines.push(`      allowed: ${problem.allowed}`);
  if (problem.about !== undefined) lines.push(`      about:   ${problem.about}`);
  if (problem.fix !== undefined) lines.push(`      fix:     ${problem.fix}`);
  return lines.join("\n");
}

function show(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 160 ? `${text.slice(0, 157)}…` : text;
}
