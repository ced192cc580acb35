import type { ContainerPlan, Plan } from "../plan";
import type { Problem } from "../problems";
import type { Waiver } from "../service";
import type { Control, ControlId, Finding, ImageFacts, StackFacts, Subject } from "./control";
import { EXPOSURE_CONTROLS } from "./exposure";
import { IMAGE_CONTROLS } from "./images";
import { inspectedName, viewOfInspect } from "./inspect";
import { LIMIT_CONTROLS } from "./limits";
import { PRIVILEGE_CONTROLS } from "./privileges";
import type { ContainerView } from "./view";

/** The checklist, D1 to D29. */
export const CONTROLS: readonly Control[] = [
  ...PRIVILEGE_CONTROLS,
  ...LIMIT_CONTROLS,
  ...EXPOSURE_CONTROLS,
  ...IMAGE_CONTROLS,
].sort((a, b) => Number(a.id.slice(1)) - Number(b.id.slice(1)));

export interface ContainerScore {
  readonly name: string;
  readonly role: ContainerPlan["role"];
  readonly passes: number;
  readonly applicable: number;
  readonly findings: readonly Finding[];
}

export interface StackScore {
  readonly passes: number;
  readonly applicable: number;
  readonly containers: readonly ContainerScore[];
  /** What must not be: a hard control that fails without a waiver, a waiver that is bad, expired or not needed. */
  readonly problems: readonly Problem[];
}

export interface ScoreFacts {
  /** The provider's inputs, or the engine's own word, by container of the plan. */
  readonly views: ReadonlyMap<string, ContainerView>;
  readonly image: (container: ContainerPlan) => ImageFacts;
  /** ISO date, against which waivers expire. */
  readonly today: string;
  /** Waivers for more than one workload, besides those of the specs. @default none */
  readonly waivers?: (container: ContainerPlan) => readonly Waiver[];
}

/** Every control over every container of the plan. A waiver explains a failure, and leaves it one. */
export function hardeningScore(plan: Plan, facts: ScoreFacts): StackScore {
  return scoreOf(plan, facts, CONTROLS);
}

/**
 * The same for the real containers: the controls that `docker inspect` can show.
 * @param inspected what `docker inspect` says of the platform's containers, in any order
 * @throws ZodError when that is something else
 */
export function inspectScore(
  plan: Plan,
  inspected: readonly unknown[],
  facts: Pick<ScoreFacts, "today" | "waivers">,
): StackScore {
  const prefix = `${plan.settings.prefix}-`;
  const views = new Map(
    inspected.map(
      (one) => [inspectedName(one).replace(new RegExp(`^${prefix}`), ""), viewOfInspect(one)] as const,
    ),
  );
  const observed = CONTROLS.filter(({ observable }) => observable);
  return scoreOf(plan, { ...facts, views, image: () => ({ dockerfiles: [] }) }, observed);
}

function scoreOf(plan: Plan, facts: ScoreFacts, controls: readonly Control[]): StackScore {
  const stack: StackFacts = { lanes: plan.lanes, writers: writersOf(plan.containers, facts.views) };
  const scored = plan.containers.flatMap((container) => {
    const view = facts.views.get(container.name);
    if (!view) return [];
    const waivers = [...container.waivers, ...(facts.waivers?.(container) ?? [])];
    return [
      {
        container,
        waivers,
        score: containerScore(
          { plan: container, view, image: facts.image(container), stack },
          waivers,
          controls,
        ),
      },
    ];
  });
  const containers = scored.map(({ score }) => score);
  return {
    passes: sum(containers.map(({ passes }) => passes)),
    applicable: sum(containers.map(({ applicable }) => applicable)),
    containers,
    problems: [
      ...plan.containers.filter(({ name }) => !facts.views.has(name)).map(missing),
      ...scored.flatMap(({ container, waivers, score }) => [
        ...hardProblems(score),
        ...waiverProblems(container, waivers, score, facts.today),
      ]),
    ],
  };
}

function containerScore(
  subject: Subject,
  waivers: readonly Waiver[],
  controls: readonly Control[],
): ContainerScore {
  const findings = controls.map((control): Finding => {
    const exempt = control.exempt?.(subject);
    if (exempt !== undefined) return { control: control.id, outcome: "notApplicable", evidence: exempt };
    const { pass, evidence } = control.check(subject);
    if (pass) return { control: control.id, outcome: "pass", evidence };
    const waiver = waivers.find((one) => one.control === control.id);
    return { control: control.id, outcome: "fail", evidence, ...(waiver === undefined ? {} : { waiver }) };
  });
  return {
    name: subject.plan.name,
    role: subject.plan.role,
    passes: findings.filter(({ outcome }) => outcome === "pass").length,
    applicable: findings.filter(({ outcome }) => outcome !== "notApplicable").length,
    findings,
  };
}

function hardProblems({ name, findings }: ContainerScore): readonly Problem[] {
  const hard = new Set<ControlId>(CONTROLS.filter((control) => control.hard).map(({ id }) => id));
  return findings
    .filter(({ control, outcome, waiver }) => hard.has(control) && outcome === "fail" && waiver === undefined)
    .map(({ control, evidence }) => ({
      path: `${name}: ${control}`,
      what: evidence,
      allowed: CONTROLS.find(({ id }) => id === control)?.title ?? "",
      fix: "mend it, or give its spec a waiver with a reason and an expiry",
    }));
}

function waiverProblems(
  { name }: ContainerPlan,
  waivers: readonly Waiver[],
  { findings }: ContainerScore,
  today: string,
): readonly Problem[] {
  return waivers.flatMap((waiver): Problem[] => {
    const path = `${name}: waiver of ${waiver.control}`;
    const finding = findings.find(({ control }) => control === waiver.control);
    const problem = (what: string, fix: string): Problem => ({ path, what, value: waiver, fix });
    if (!/^\d{4}-\d\d-\d\d$/.test(waiver.expires))
      return [problem("has no ISO date as its expiry", "write expires: 2027-06-30")];
    if (waiver.reason.trim().length < 10)
      return [problem("has no reason", "say why the program cannot do without")];
    if (waiver.expires < today)
      return [problem("has expired", "mend what it waives, or decide anew and set another date")];
    if (!CONTROLS.some(({ id }) => id === waiver.control))
      return [problem("waives no control", "name one of D1 to D29")];
    // A control that this view cannot show is judged by the other one.
    return finding && finding.outcome !== "fail"
      ? [problem(`is not needed: ${finding.evidence}`, "remove it")]
      : [];
  });
}

function missing({ name }: ContainerPlan): Problem {
  return { path: name, what: "is planned, and there is no such container", fix: "./trade2026 up" };
}

function writersOf(
  containers: readonly ContainerPlan[],
  views: ReadonlyMap<string, ContainerView>,
): ReadonlyMap<string, readonly ContainerPlan[]> {
  const writers = new Map<string, ContainerPlan[]>();
  for (const container of containers) {
    for (const { kind, source, readOnly } of views.get(container.name)?.mounts ?? []) {
      if (kind === "volume" && !readOnly) writers.set(source, [...(writers.get(source) ?? []), container]);
    }
  }
  return writers;
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
