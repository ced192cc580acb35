import type { Op } from "../../engine/types";
import { count, formatSeconds } from "./format";
import { describeType } from "./resource-types";
import type { Style } from "./style";

/** One step of a deployment while it runs. */
interface ActiveStep {
  readonly name: string;
  readonly what: string;
  readonly op: Op;
  readonly since: number;
  /** When its container was started: from then on it only waits for a probe or for its end. */
  startedAt: number | undefined;
}

/** What the engine reports; `seconds` is unused, the view has its own clock. */
export interface StepEvent {
  readonly kind: "start" | "done" | "failed";
  readonly op: Op;
  readonly urn: string;
  readonly type: string;
  readonly name: string;
}

const DONE: Partial<Record<Op, { readonly sign: string; readonly word: string }>> = {
  create: { sign: "+", word: "created" },
  "create-replacement": { sign: "+", word: "created anew" },
  update: { sign: "~", word: "updated" },
  delete: { sign: "-", word: "removed" },
  import: { sign: "=", word: "adopted" },
};

const MOST_ACTIVE = 8;

/** A deployment as it goes on: what is done, what runs, and how long was spent creating and how long waiting. */
export class DeployView {
  readonly #active = new Map<string, ActiveStep>();
  readonly #changes = new Map<string, number>();
  #done = 0;
  #creating = 0;
  #waiting = 0;
  #last: number;

  /**
   * @param total resources of the plan
   * @param began milliseconds, as `Date.now()` has them
   */
  constructor(
    readonly total: number,
    readonly began: number,
  ) {
    this.#last = began;
  }

  /** Milliseconds in which something was made, and in which everything that ran was only waited for. */
  get times(): { readonly creating: number; readonly waiting: number } {
    return { creating: this.#creating, waiting: this.#waiting };
  }

  /** `12 created, 3 replaced`; empty when nothing changed. */
  get changes(): string {
    return [...this.#changes].map(([word, number]) => `${number} ${word}`).join(", ");
  }

  /** @returns the line for a log, where this event deserves one */
  see(event: StepEvent, now: number): string | undefined {
    const what = describeType(event.type);
    if (what === undefined) return undefined;
    this.#advance(now);
    if (event.kind === "start") {
      if (event.op !== "same")
        this.#active.set(key(event), {
          name: event.name,
          what,
          op: event.op,
          since: now,
          startedAt: undefined,
        });
      return undefined;
    }
    const step = this.#active.get(key(event));
    this.#active.delete(key(event));
    if (event.kind === "failed") return `✗ ${event.name} (${what}) failed`;
    if (!event.op.startsWith("delete") && !isReading(event.op)) this.#done += 1;
    const done = DONE[event.op];
    if (!done) return undefined;
    const word = `${what} ${done.word}`;
    this.#count(done.word);
    // Passwords take no time and would be half of the log.
    if (what === "credential") return undefined;
    const took = step ? ` in ${formatSeconds((now - step.since) / 1000)}` : "";
    const waited = step?.startedAt === undefined ? 0 : now - step.startedAt;
    return `${done.sign} ${event.name}: ${word}${took}${waited >= 1000 ? `, ${formatSeconds(waited / 1000)} of it waiting` : ""}`;
  }

  /** The engine has started this container: what remains is waiting. */
  containerStarted(name: string, now: number): void {
    this.#advance(now);
    for (const step of this.#active.values()) {
      if (step.name === name && step.what === "container") step.startedAt ??= now;
    }
  }

  /** Counts the time until now. Call it before the last look at the times. */
  finish(now: number): void {
    this.#advance(now);
  }

  /** Two to ten lines for a terminal. */
  lines(now: number, style: Style): readonly string[] {
    const active = [...this.#active.values()].sort((a, b) => a.since - b.since);
    const waiting = active.filter(({ startedAt }) => startedAt !== undefined).length;
    const states = [
      `${this.#done}/${Math.max(this.total, this.#done)} ready`,
      ...(active.length > waiting ? [`${active.length - waiting} in work`] : []),
      ...(waiting > 0 ? [`${waiting} waited for`] : []),
      ...(this.changes === "" ? [] : [this.changes]),
      formatSeconds((now - this.began) / 1000),
    ];
    const shown = active.slice(0, MOST_ACTIVE).map((step) => {
      const age = formatSeconds((now - (step.startedAt ?? step.since)) / 1000);
      return `  ${step.name.padEnd(22)} ${style.faint(`${doing(step)}, ${age}`)}`;
    });
    const more = active.length - shown.length;
    return [
      style.strong(states.join(" · ")),
      ...shown,
      ...(more > 0 ? [style.faint(`  and ${more} more`)] : []),
    ];
  }

  /** What has been waited for at least so long, for a log that would otherwise be silent. */
  slow(now: number, atLeastMs: number): string | undefined {
    const slow = [...this.#active.values()].filter((step) => now - step.since >= atLeastMs);
    if (slow.length === 0) return undefined;
    const names = slow
      .slice(0, MOST_ACTIVE)
      .map((step) => `${step.name} (${doing(step)}, ${formatSeconds((now - step.since) / 1000)})`);
    return `… ${count(slow.length, "step")} still running: ${names.join(", ")}`;
  }

  #advance(now: number): void {
    const passed = Math.max(0, now - this.#last);
    this.#last = Math.max(this.#last, now);
    const active = [...this.#active.values()];
    const onlyWaiting = active.length > 0 && active.every(({ startedAt }) => startedAt !== undefined);
    if (onlyWaiting) this.#waiting += passed;
    else this.#creating += passed;
  }

  #count(word: string): void {
    const name = word === "created anew" ? "replaced" : word;
    this.#changes.set(name, (this.#changes.get(name) ?? 0) + 1);
  }
}

function doing({ op, what, startedAt }: ActiveStep): string {
  if (startedAt !== undefined) return "started, waiting until it is ready";
  if (op === "delete" || op === "delete-replaced") return `removing ${what}`;
  if (isReading(op)) return `reading ${what}`;
  return `${op === "update" ? "updating" : "creating"} ${what}`;
}

/** The state is read back from the engine before the steps proper begin. */
function isReading(op: Op): boolean {
  return op === "refresh" || op === "read";
}

/** A replacement has two steps with one URN. */
function key({ urn, op }: StepEvent): string {
  return `${op.startsWith("delete") ? "-" : "+"}${urn}`;
}
