import type { Instrument, Tick } from "../../../contracts";
import type { Book, Venue, VenueStatus } from "../venue";
import { SIM_VENUE, SimInstrument, type SimSettings } from "./market";

export interface SimOptions extends SimSettings {
  readonly instruments: readonly Instrument[];
  /** How often it looks whether a tick is due. */
  readonly pollMs: number;
  /** @default Date.now */
  readonly now?: () => number;
}

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
  readonly #options: SimOptions;
  readonly #now: () => number;
  readonly #courses: readonly Course[];
  #timer: NodeJS.Timeout | undefined;
  #lastTickAt: number | undefined;

  constructor(options: SimOptions) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
    this.#courses = options.instruments.map((instrument) => {
      const sim = new SimInstrument(instrument, options);
      return { sim, step: -1, due: -1 };
    });
  }

  start(sink: (ticks: readonly Tick[]) => void): void {
    const begin = this.#now();
    for (const course of this.#courses) this.#aim(course, course.sim.stepAt(begin));
    this.#timer = setInterval(() => {
      const ticks = this.poll();
      if (ticks.length > 0) sink(ticks);
    }, this.#options.pollMs);
  }

  stop(): Promise<void> {
    clearInterval(this.#timer);
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

  #aim(course: Course, step: number): void {
    course.step = step;
    course.due = course.sim.timeOf(step);
  }
}
