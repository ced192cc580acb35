import type { Scenario } from "../../model/load/scenarios";
import { rateAt, totalSeconds } from "../../model/load/shape";
import { withUnit } from "../../model/load/results";
import { count, formatSeconds } from "../ui/format";
import type { Output } from "../ui/output";
import type { Style } from "../ui/style";
import { liveStatsOf, type LiveStats } from "./live";

/** A log that says nothing for long looks dead; one that says too much is not read. */
const LOG_EVERY_MS = 10_000;
const REDRAW_MS = 1000;
const ASK_EVERY_MS = 2000;
/** Long tests are asked less often: k6 sorts all that it has measured for every answer. */
const ASKED_AT_MOST = 400;

/** What is known of a test at a moment, and what follows from two of them. */
export class LoadView {
  #stats: LiveStats | undefined;
  #at = 0;
  #rate = 0;
  #began: number | undefined;

  constructor(readonly scenario: Scenario) {}

  /** @param now milliseconds */
  see(stats: LiveStats, now: number): void {
    if (this.#stats !== undefined && now > this.#at)
      this.#rate = (1000 * Math.max(0, stats.done - this.#stats.done)) / (now - this.#at);
    if (stats.done > 0) this.#began ??= now;
    this.#stats = stats;
    this.#at = now;
  }

  /** One line. */
  line(now: number, style: Style): string {
    const { name, shape, sends } = this.scenario;
    const stats = this.#stats;
    if (stats === undefined || this.#began === undefined) return `${style.strong(name)} · getting ready`;
    const total = totalSeconds(shape);
    const passed = Math.min(total, (now - this.#began) / 1000);
    const errors = `errors ${withUnit(stats.errors, "share")}`;
    const unit = sends === "mix" ? "/s" : " rounds/s";
    return [
      style.strong(name),
      `${this.#rate.toFixed(this.#rate < 10 ? 1 : 0)}${unit} of ${rateAt(shape, passed).toFixed(0)}`,
      ...(stats.p95 === undefined ? [] : [`p95 ${withUnit(stats.p95, "ms")}`]),
      stats.errors > 0 ? style.bad(errors) : errors,
      ...(stats.dropped > 0 ? [style.bad(`${stats.dropped} not sent`)] : []),
      count(stats.clients, "client"),
      passed < total ? `${formatSeconds(Math.ceil(total - passed))} left` : "ending",
    ].join(" · ");
  }
}

/** Shows a running test: one live line on a terminal, a line now and then in a log. */
export class LoadProgress {
  readonly view: LoadView;
  readonly #timers: NodeJS.Timeout[] = [];
  #asking = false;

  constructor(
    readonly out: Output,
    scenario: Scenario,
    /** Asks k6. */
    readonly ask: () => Promise<string | undefined>,
  ) {
    this.view = new LoadView(scenario);
  }

  async during<Result>(ended: Promise<Result>): Promise<Result> {
    const { scenario } = this.view;
    const every = Math.max(ASK_EVERY_MS, (totalSeconds(scenario.shape) * 1000) / ASKED_AT_MOST);
    this.#timers.push(setInterval(() => void this.#ask(), every));
    this.#timers.push(
      this.out.live
        ? setInterval(() => this.out.draw([this.view.line(Date.now(), this.out.style)]), REDRAW_MS)
        : setInterval(() => this.out.line(this.view.line(Date.now(), this.out.style)), LOG_EVERY_MS),
    );
    try {
      return await ended;
    } finally {
      this.#timers.splice(0).forEach((timer) => clearInterval(timer));
      this.out.clear();
    }
  }

  /** One question at a time; that one goes unanswered while the test begins or ends is no news. */
  async #ask(): Promise<void> {
    if (this.#asking) return;
    this.#asking = true;
    try {
      const stats = liveStatsOf((await this.ask()) ?? "");
      if (stats) this.view.see(stats, Date.now());
    } catch {
      // the engine or the container is gone: the end of the test says so
    } finally {
      this.#asking = false;
    }
  }
}
