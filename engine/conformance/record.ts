/** The recorded results of the table, and their comparison. Pure. */

import type { Case } from "./spec";
import type { Verdict } from "./verdict";

/** The steps in which a verdict is taken, in their order. */
export const STEPS = [
  /** `up` of the first step. */
  "created",
  /** Preview of the first step again. */
  "again",
  /** Preview of the second step. */
  "change",
  /** `up` of the second step. */
  "changed",
  /** Preview of the second step again. */
  "after",
  /** Preview after what was done behind the engine's back, and a refresh. */
  "refreshed",
  /** `up` after that. */
  "healed",
] as const;
export type Step = (typeof STEPS)[number];

export interface CaseRecord {
  /** By step and resource. Steps whose verdicts are all `same` are left out. */
  readonly verdicts: Readonly<Partial<Record<Step, Readonly<Record<string, Verdict>>>>>;
  readonly errors?: Readonly<Partial<Record<Step, Readonly<Record<string, string>>>>>;
  /** Whether the resource is still the same object after that step: `kept`, `new` or `gone`. */
  readonly ids?: Readonly<Partial<Record<Step, Readonly<Record<string, string>>>>>;
  readonly looks?: Readonly<Partial<Record<Step, Readonly<Record<string, unknown>>>>>;
  readonly outputs?: Readonly<Partial<Record<Step, Readonly<Record<string, unknown>>>>>;
  /** Exit code with which the replaced container ended. */
  readonly ended?: Readonly<Record<string, number>>;
}

export interface Recording {
  readonly about: {
    readonly cli: string;
    /** Version of the provider plugin. */
    readonly docker: string;
    readonly random: string;
    /** Version of the Docker engine. */
    readonly engine: string;
    readonly node: string;
    readonly date: string;
  };
  readonly cases: Readonly<Record<string, CaseRecord>>;
}

export interface Difference {
  readonly case: string;
  /** For instance `again · c`. */
  readonly at: string;
  readonly expected: string;
  readonly got: string;
}

type Flat = ReadonlyMap<string, string>;

function flatten(record: CaseRecord): Flat {
  const flat = new Map<string, string>();
  for (const part of ["verdicts", "ids", "looks", "outputs"] as const) {
    for (const [step, resources] of Object.entries(record[part] ?? {})) {
      for (const [resource, value] of Object.entries(resources)) {
        for (const [key, fact] of facts(value)) {
          flat.set([part, step, resource, ...key].join(" · "), JSON.stringify(fact));
        }
      }
    }
  }
  for (const [resource, code] of Object.entries(record.ended ?? {})) {
    flat.set(`ended · ${resource}`, String(code));
  }
  return flat;
}

/** Looks and outputs by their parts, so that a difference points at one. */
function facts(value: unknown): readonly (readonly [readonly string[], unknown])[] {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? Object.entries(value).map(([key, fact]) => [[key], fact])
    : [[[], value]];
}

/** An engine that names no property of an update is held to the operation alone. */
function alike(expected: string, got: string): boolean {
  return expected === got || (got === '"update"' && expected.startsWith('"update: '));
}

/** Every way in which what was got differs from what is expected, for the cases that were run. */
export function compare(
  cases: readonly Case[],
  expected: Recording["cases"],
  got: Recording["cases"],
): readonly Difference[] {
  return cases.flatMap((one) => compareCase(one, expected[one.name], got[one.name]));
}

function compareCase(one: Case, want: CaseRecord | undefined, have: CaseRecord | undefined): Difference[] {
  if (want === undefined || have === undefined) {
    const missing = want === undefined ? "not recorded" : "recorded";
    return [
      { case: one.name, at: "the case", expected: missing, got: have === undefined ? "not run" : "run" },
    ];
  }
  const [before, after] = [flatten(want), flatten(have)];
  const differences: Difference[] = [];
  for (const at of new Set([...before.keys(), ...after.keys()])) {
    const absent = at.startsWith("verdicts") ? '"same"' : "nothing";
    const [expected, got] = [before.get(at) ?? absent, after.get(at) ?? absent];
    if (!alike(expected, got)) {
      differences.push({ case: one.name, at, expected, got });
    }
  }
  for (const [step, errors] of Object.entries(want.errors ?? {})) {
    for (const resource of Object.keys(errors)) {
      const phrase = one.says?.[resource];
      const text = have.errors?.[step as Step]?.[resource] ?? "no error";
      if (phrase !== undefined && !text.includes(phrase)) {
        differences.push({
          case: one.name,
          at: `errors · ${step} · ${resource}`,
          expected: `… ${phrase} …`,
          got: text,
        });
      }
    }
  }
  return differences;
}

/** Cases whose recorded error lacks the phrase that the table promises. */
export function unspoken(cases: readonly Case[], recorded: Recording["cases"]): readonly string[] {
  return cases.flatMap((one) =>
    Object.entries(one.says ?? {}).flatMap(([resource, phrase]) => {
      const texts = Object.values(recorded[one.name]?.errors ?? {}).map((step) => step[resource]);
      return texts.some((text) => text?.includes(phrase)) ? [] : [`${one.name} · ${resource}: "${phrase}"`];
    }),
  );
}

export function describe(differences: readonly Difference[]): string {
  const lines: string[] = [];
  let last = "";
  for (const difference of differences) {
    if (difference.case !== last) {
      lines.push("", difference.case);
      last = difference.case;
    }
    lines.push(`  ${difference.at}`, `    expected ${difference.expected}`, `    got      ${difference.got}`);
  }
  return lines.join("\n");
}
