import { ProblemsError, type Problem } from "../../model/problems";
import { inTermsOfTheCommand } from "../ui/invocation";
import type { Style } from "../ui/style";

/** One thing that was looked at. */
export interface Check {
  /** What it is about: `Docker`, `memory`, `image nats`. */
  readonly about: string;
  /** A problem blocks `up`; a warning may; `unknown` could not be looked at. */
  readonly state: "ok" | "warning" | "problem" | "unknown";
  readonly found: string;
  readonly fix?: string;
}

export function fromProblem(
  state: "warning" | "problem",
  { path, what, value, allowed, fix }: Problem,
): Check {
  const found =
    value === undefined
      ? ""
      : ` (found ${typeof value === "string" ? value : JSON.stringify(value)}${allowed === undefined ? "" : `, wanted ${allowed}`})`;
  return {
    about: path,
    state,
    found: `${what}${found}`,
    ...(fix === undefined ? {} : { fix: inTermsOfTheCommand(fix) }),
  };
}

/** What a check throws is a finding too: the others go on. */
export async function guarded(
  about: string,
  look: () => Promise<readonly Check[]> | readonly Check[],
): Promise<readonly Check[]> {
  try {
    return await look();
  } catch (error) {
    if (error instanceof ProblemsError)
      return error.problems.map((problem) => fromProblem("problem", problem));
    return [{ about, state: "unknown", found: error instanceof Error ? error.message : String(error) }];
  }
}

export function checkLines({ about, state, found, fix }: Check, style: Style): readonly string[] {
  const signs = {
    ok: style.good("✓"),
    warning: style.caution("!"),
    problem: style.bad("✗"),
    unknown: style.faint("?"),
  };
  const [first = "", ...more] = found.split("\n");
  return [
    `${signs[state]} ${style.strong(about)}: ${first}`,
    ...more.map((line) => `    ${line}`),
    ...(fix === undefined ? [] : [`    fix: ${fix.replaceAll("\n", "\n         ")}`]),
  ];
}
