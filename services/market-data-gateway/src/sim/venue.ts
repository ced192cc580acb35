import type { Instrument, Tick } from "../../../contracts";
import type { Book, Venue, VenueStatus } from "../venue";
import { SIM_VENUE, SimInstrument, type SimSettings } from "./market";

export interface SimOptions extends SimSettings {
  readonly instruments: readonly Instrument[];
  /** @default Date.now */
  readonly now?: () => number;
}

/** At least so often it looks at the clock, which may have been set. */
const LOOK_MS = 1000;
/** A process that stood still tells what it missed when it was less than this; a market does not wait. */
const CATCH_UP_MS = 5000;

interface Course {
  readonly sim: SimInstrument;
  step: number;
  due: number;
}

/** Plays the simulated market at the pace of the clock. It never says a step twice, not even when the clock goes back. */
export class SimVenue implements Venue {
  readonly name = SIM_VENUE;
  readonly #now: () => number;
  readonly #courses: readonly Course[];
  #timer: NodeJS.Timeout | undefined;
  #lastTickAt: number | undefined;

  constructor(options: SimOptions) {
    this.#now = options.now ?? Date.now;
    this.#courses = options.instruments.map((instrument) => {
      const sim = new SimInstrument(instrument, options);
      return { sim, step: -1, due: -1 };
    });
  }

  start(sink: (ticks: readonly Tick[]) => void): void {
    const begin = this.#now();
    for (const course of this.#courses) this.#aim(course, course.sim.stepAt(begin));
    this.#play(sink);
  }

  stop(): Promise<void> {
    clearTimeout(this.#timer);
    return Promise.resolve();
  }

  /** What has become due. */
  poll(): readonly Tick[] {
    const now = this.#now();
    const ticks: Tick[] = [];
    for (const course of this.#courses) {
      const oldest = course.sim.stepAt(now - CATCH_UP_MS);
      if (course.step < oldest) this.#aim(course, oldest);
      while (course.due <= now) {
        const tick = course.sim.tickAt(course.step);
        if (tick) ticks.push(tick);
        this.#aim(course, course.step + 1);
      }
    }
    this.#lastTickAt = ticks.at(-1)?.timestamp ?? this.#lastTickAt;
    return ticks;
  }

  status(): VenueStatus {
    return {
      venue: this.name,
      state: "up",
      symbols: this.#courses.map(({ sim }) => sim.instrument.symbol),
      ...(this.#lastTickAt === undefined ? {} : { last_tick_at: this.#lastTickAt }),
    };
  }

  book(symbol: string, depth: number): Promise<Book | undefined> {
    const course = this.#courses.find(({ sim }) => sim.instrument.symbol === symbol);
    return Promise.resolve(course?.sim.bookAt(Math.max(0, course.step - 1), depth));
  }

  /** Sleeps until the next tick is due: what waits to be told is old when it is. */
  #play(sink: (ticks: readonly Tick[]) => void): void {
    const wait = Math.min(LOOK_MS, ...this.#courses.map(({ due }) => due - this.#now()));
    this.#timer = setTimeout(
      () => {
        const ticks = this.poll();
        if (ticks.length > 0) sink(ticks);
        this.#play(sink);
      },
      Math.max(0, wait),
    );
  }

  #aim(course: Course, step: number): void {
    course.step = step;
    course.due = course.sim.timeOf(step);
  }
}
