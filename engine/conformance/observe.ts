/** Takes a batch through all steps and writes down what was seen of each case. */

import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { BatchStack, type Stored } from "./engine";
import { outputFact } from "./outputs";
import type { Setting } from "./program";
import { STEPS, type CaseRecord, type Step } from "./record";
import { objectName, resourcesOf, type Batch, type Case } from "./spec";
import { normaliseText, type Outcome } from "./verdict";
import type { World } from "./world";

export interface Observing {
  readonly setting: Setting;
  readonly world: World;
  readonly folder: string;
  readonly env: Readonly<Record<string, string>>;
  readonly print: (line: string) => void;
  readonly dump?: string;
}

type Facts = Partial<Record<Step, Record<string, unknown>>>;
interface Notes {
  readonly verdicts: Partial<Record<Step, Record<string, string>>>;
  readonly errors: Partial<Record<Step, Record<string, string>>>;
  readonly ids: Partial<Record<Step, Record<string, string>>>;
  readonly looks: Facts;
  readonly outputs: Facts;
  readonly ended: Record<string, number>;
}

export async function observe(batch: Batch, how: Observing): Promise<Record<string, CaseRecord>> {
  const notes = new Map<string, Notes>(
    batch.cases.map(({ name }) => [
      name,
      { verdicts: {}, errors: {}, ids: {}, looks: {}, outputs: {}, ended: {} },
    ]),
  );
  const stack = await BatchStack.open(batch, how.setting, how.folder, how.env, how.print);
  const observer = new Observer(batch, how.world, notes);
  try {
    if (batch.kind === "refusal") {
      for (const one of batch.cases) {
        observer.verdicts("created", 1, await stack.preview(1, [one]), [one]);
      }
    } else {
      await steps(batch, stack, observer, how);
    }
  } finally {
    await stack.destroy();
  }
  return Object.fromEntries(batch.cases.map(({ name }) => [name, recordOf(notes.get(name))]));
}

async function steps(batch: Batch, stack: BatchStack, observer: Observer, how: Observing): Promise<void> {
  for (const one of batch.cases) {
    await how.world.give(one.given ?? []);
  }
  observer.verdicts("created", 1, await stack.up(1));
  const first = await stack.stored();
  dump(how, batch, first);
  await observer.facts("created", 1, first);
  observer.verdicts("again", 1, await stack.preview(1));
  observer.verdicts("change", 2, await stack.preview(2));
  const watch = await how.world.watch();
  observer.verdicts("changed", 2, await stack.up(2));
  observer.ends(watch.stop());
  const second = await stack.stored();
  observer.ids("changed", first, second);
  await observer.facts("changed", 2, second);
  observer.verdicts("after", 2, await stack.preview(2));
  for (const one of batch.cases) {
    await how.world.interfere(one.name, one.behind ?? []);
  }
  if (batch.kind === "table") {
    observer.verdicts("refreshed", 2, await stack.preview(2, batch.cases, true));
    return;
  }
  await stack.refresh();
  observer.verdicts("refreshed", 2, await stack.preview(2));
  observer.verdicts("healed", 2, await stack.up(2));
  const third = await stack.stored();
  observer.ids("healed", second, third);
  await observer.facts("healed", 2, third);
}

function dump(how: Observing, batch: Batch, stored: ReadonlyMap<string, Stored>): void {
  if (how.dump !== undefined) {
    mkdirSync(how.dump, { recursive: true });
    writeFileSync(join(how.dump, `${batch.name}.json`), JSON.stringify(Object.fromEntries(stored), null, 1));
  }
}

class Observer {
  constructor(
    private readonly batch: Batch,
    private readonly world: World,
    private readonly notes: ReadonlyMap<string, Notes>,
  ) {}

  verdicts(
    step: Step,
    program: 1 | 2,
    outcomes: ReadonlyMap<string, Outcome>,
    cases = this.batch.cases,
  ): void {
    cases.forEach((one) => {
      const notes = this.of(one);
      // A resource that is no longer declared has a verdict too.
      for (const name of new Set([...Object.keys(one.one), ...Object.keys(resourcesOf(one, program))])) {
        const outcome = outcomes.get(objectName(one.name, name));
        const verdict = outcome?.verdict ?? "none";
        if (verdict !== (step === "created" ? "create" : "same")) {
          (notes.verdicts[step] ??= {})[name] = verdict;
        }
        if (outcome?.error !== undefined) {
          (notes.errors[step] ??= {})[name] = outcome.error;
        }
      }
    });
  }

  ids(step: Step, before: ReadonlyMap<string, Stored>, after: ReadonlyMap<string, Stored>): void {
    this.each((one, notes) => {
      for (const name of Object.keys(one.one)) {
        const [old, now] = [before, after].map((stored) => stored.get(objectName(one.name, name))?.id);
        const fate = now === undefined ? "gone" : old === undefined ? "made" : old === now ? "kept" : "new";
        if (fate !== "kept") {
          (notes.ids[step] ??= {})[name] = fate;
        }
      }
    });
  }

  async facts(step: Step, program: 1 | 2, stored: ReadonlyMap<string, Stored>): Promise<void> {
    for (const one of this.batch.cases) {
      const notes = this.of(one);
      for (const [name, paths] of Object.entries(one.look ?? {})) {
        const kind = (one.one[name] ?? resourcesOf(one, program)[name])?.kind;
        if (kind === "container" || kind === "network" || kind === "volume") {
          (notes.looks[step] ??= {})[name] = await this.world.look(
            kind,
            engineName(one, name, program),
            paths,
          );
        }
      }
      for (const [name, properties] of Object.entries(one.outputs ?? {})) {
        const outputs = stored.get(objectName(one.name, name))?.outputs;
        (notes.outputs[step] ??= {})[name] =
          outputs === undefined
            ? "none"
            : Object.fromEntries(properties.map((key) => [key, outputFact(key, outputs[key], outputs)]));
      }
    }
  }

  /** How the containers ended that a step replaced, for the cases that are about it. */
  ends(codes: ReadonlyMap<string, number>): void {
    this.each((one, notes) => {
      for (const name of one.ends ?? []) {
        const code = codes.get(objectName(one.name, name));
        if (code !== undefined) {
          notes.ended[name] = code;
        }
      }
    });
  }

  private of(one: Case): Notes {
    const notes = this.notes.get(one.name);
    if (notes === undefined) {
      throw new Error(`case ${one.name} is not of this batch`);
    }
    return notes;
  }

  private each(act: (one: Case, notes: Notes) => void): void {
    this.batch.cases.forEach((one) => act(one, this.of(one)));
  }
}

/** What the object is called on the engine: an explicit name of the case wins. */
function engineName(one: Case, resource: string, program: 1 | 2): string {
  const args = resourcesOf(one, program)[resource]?.args as { readonly name?: unknown } | undefined;
  return typeof args?.name === "string" ? args.name : objectName(one.name, resource);
}

/** Without the parts in which nothing was noted. */
function recordOf(notes: Notes | undefined): CaseRecord {
  const { verdicts = {}, looks = {}, outputs = {}, ...others } = notes ?? {};
  const rest = { ...others, looks: novel(looks), outputs: novel(outputs) };
  const filled = Object.entries(rest).filter(([, value]) => Object.keys(value).length > 0);
  return JSON.parse(
    normaliseText(JSON.stringify({ verdicts: ordered(verdicts), ...Object.fromEntries(filled) })),
  ) as CaseRecord;
}

function ordered(verdicts: Notes["verdicts"]): Notes["verdicts"] {
  return Object.fromEntries(STEPS.filter((step) => step in verdicts).map((step) => [step, verdicts[step]]));
}

/** Facts that are as they were one step before say nothing new. */
function novel(facts: Facts): Facts {
  const last = new Map<string, string>();
  const found: Facts = {};
  for (const step of STEPS) {
    for (const [name, fact] of Object.entries(facts[step] ?? {})) {
      const text = JSON.stringify(fact);
      if (last.get(name) !== text) {
        (found[step] ??= {})[name] = fact;
      }
      last.set(name, text);
    }
  }
  return found;
}
