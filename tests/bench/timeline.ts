/** Something that the Docker engine did, as its own event stream tells it: the same words whoever asked for it. */
export interface EngineEvent {
  /** Milliseconds since 1970. */
  readonly at: number;
  /** `made`: a network or a volume. `ended`: a container's program. */
  readonly what: "made" | "created" | "started" | "healthy" | "ended";
  readonly name: string;
}

/** Where the time of one command went, in seconds. Their sum is its wall time. */
export interface Phases {
  /** Until the engine makes its first thing. */
  readonly preparing: number;
  /** The engine makes something, at least once a second. */
  readonly creating: number;
  /** It makes nothing, and something that was started has yet to become healthy or to end. */
  readonly waiting: number;
  /** From the last of it all to the end of the command. */
  readonly ending: number;
}

/** A pause that is shorter lies between two steps of making; in a longer one something is waited for. */
const PAUSE_MS = 1000;

/**
 * @param began and `ended`: the command's first and last moment, milliseconds since 1970
 * @param events what the engine did meanwhile, in any order
 */
export function phasesOf(began: number, ended: number, events: readonly EngineEvent[]): Phases {
  const sorted = events.filter(({ at }) => at >= began && at <= ended).sort((a, b) => a.at - b.at);
  const first = sorted[0];
  if (!first) return inSeconds({ preparing: ended - began, creating: 0, waiting: 0, ending: 0 });
  const last = sorted.at(-1) ?? first;
  const busy = makingSpans(sorted);
  let waiting = 0;
  let from = first.at;
  for (const { start, end } of [...busy, { start: last.at, end: last.at }]) {
    if (start - from >= PAUSE_MS) waiting += start - from;
    from = Math.max(from, end);
  }
  const whole = last.at - first.at;
  return inSeconds({
    preparing: first.at - began,
    creating: whole - waiting,
    waiting,
    ending: ended - last.at,
  });
}

interface Span {
  readonly start: number;
  readonly end: number;
}

/** Each container from its creation to its start, and a point for everything else that was made. */
function makingSpans(events: readonly EngineEvent[]): readonly Span[] {
  const created = new Map<string, number>();
  const spans: Span[] = [];
  for (const { at, what, name } of events) {
    if (what === "healthy" || what === "ended") continue;
    if (what === "created") created.set(name, at);
    const start = what === "started" ? (created.get(name) ?? at) : at;
    spans.push({ start, end: at });
    if (what === "started") created.delete(name);
  }
  return spans.sort((a, b) => a.start - b.start);
}

function inSeconds(phases: Phases): Phases {
  const round = (milliseconds: number): number => Math.round(milliseconds / 10) / 100;
  return {
    preparing: round(phases.preparing),
    creating: round(phases.creating),
    waiting: round(phases.waiting),
    ending: round(phases.ending),
  };
}
