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

/** A pause that is shorter lies between two steps of making; in a longer one something may be waited for. */
const PAUSE_MS = 1000;

const isMaking = ({ what }: EngineEvent): boolean =>
  what === "made" || what === "created" || what === "started";

/**
 * @param began and `ended`: the command's first and last moment, milliseconds since 1970
 * @param events what the engine did meanwhile, in any order
 */
export function phasesOf(began: number, ended: number, events: readonly EngineEvent[]): Phases {
  const sorted = events.filter(({ at }) => at >= began && at <= ended).sort((a, b) => a.at - b.at);
  const first = sorted.find(isMaking);
  if (!first) return inSeconds({ preparing: ended - began, creating: 0, waiting: 0, ending: 0 });
  const last = sorted.at(-1) ?? first;
  const waiting = waitingTime(sorted.slice(sorted.indexOf(first)));
  return inSeconds({
    preparing: first.at - began,
    creating: last.at - first.at - waiting,
    waiting,
    ending: ended - last.at,
  });
}

/** The pauses between two steps of making, or after the last one, that began while something was not ready yet. */
function waitingTime(events: readonly EngineEvent[]): number {
  const unready = new Set<string>();
  let pause: { readonly from: number; readonly waitedFor: boolean } | undefined;
  let waiting = 0;
  for (const event of events) {
    const isLast = event === events.at(-1);
    if (pause && (isMaking(event) || isLast)) {
      const length = event.at - pause.from;
      if (length >= PAUSE_MS && pause.waitedFor) waiting += length;
    }
    if (event.what === "started") unready.add(event.name);
    if (event.what === "healthy" || event.what === "ended") unready.delete(event.name);
    if (isMaking(event)) pause = { from: event.at, waitedFor: unready.size > 0 };
  }
  return waiting;
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
