import {
  multiply,
  sessionAt,
  type AssetClass,
  type Decimal,
  type Instrument,
  type SessionName,
  type Tick,
} from "../../../contracts";
import type { Book } from "../venue";
import { businessTime } from "./clock";
import { parametersOf } from "./parameters";
import { pathAt } from "./path";
import { normal, seedOf, uniform } from "./random";

export interface SimSettings {
  readonly seed: number;
  /** Between two ticks of a symbol. A whole number. */
  readonly stepMs: number;
  /** exchange: a symbol is silent outside its hours. always: everything trades around the clock. */
  readonly sessions: "exchange" | "always";
}

export const SIM_VENUE = "sim";
const DAYS_A_YEAR = 365;
const [JITTER, SPREAD, WHERE, SIZE, DEPTH] = [1, 2, 3, 4, 5] as const;
/** Of trades, how many hit the bid and how many lift the offer; the rest is in between. */
const [AT_BID, AT_BID_OR_ASK] = [0.47, 0.94] as const;

/**
 * One instrument of the simulated market: a pure function of seed and step, so that the same seed tells the same
 * story, and that a restart goes on where it stopped without having kept anything.
 */
export class SimInstrument {
  readonly #settings: SimSettings;
  readonly #hours: SessionName;
  readonly #parameters;
  readonly #seed: number;
  readonly #factorSeed: number;
  readonly #tickSize: number;

  constructor(
    readonly instrument: Instrument,
    settings: SimSettings,
  ) {
    this.#settings = settings;
    this.#hours = settings.sessions === "always" ? "CONTINUOUS" : instrument.session;
    this.#parameters = parametersOf(instrument);
    this.#seed = seedOf(settings.seed, instrument.symbol);
    this.#factorSeed = factorSeed(settings.seed, instrument.asset_class);
    this.#tickSize = Number(instrument.tick_size);
  }

  /** When the tick of a step happens: somewhere within it, so that symbols do not move in step. */
  timeOf(step: number): number {
    const { stepMs } = this.#settings;
    return step * stepMs + Math.floor(stepMs * uniform(this.#seed, JITTER, step, step / 2 ** 31));
  }

  stepAt(atMs: number): number {
    return Math.floor(atMs / this.#settings.stepMs);
  }

  /**
   * @returns undefined outside trading hours. `source_seq` is the beginning of the step in milliseconds: it grows even
   * when the rate of ticks is changed
   */
  tickAt(step: number): Tick | undefined {
    const timestamp = this.timeOf(step);
    if (!sessionAt(this.#hours, timestamp).open) return undefined;
    const { price, activity, intensity } = this.#state(timestamp);
    const { bid, ask } = this.#quote(price, activity, step);
    const where = this.#uniform(WHERE, step);
    const between = Math.min(ask, Math.max(bid, Math.round(price / this.#tickSize)));
    const traded = where < AT_BID ? bid : where < AT_BID_OR_ASK ? ask : between;
    return {
      venue: SIM_VENUE,
      symbol: this.instrument.symbol,
      price: this.#price(traded),
      size: this.#lots(this.#parameters.meanLots * intensity * Math.sqrt(activity), SIZE, step),
      bid: this.#price(bid),
      ask: this.#price(ask),
      timestamp,
      source_seq: step * this.#settings.stepMs,
    };
  }

  /** Around a step's quotes: less than a mean trade at the touch, more behind it. */
  bookAt(step: number, depth: number): Book | undefined {
    const timestamp = this.timeOf(step);
    if (!sessionAt(this.#hours, timestamp).open) return undefined;
    const { price, activity } = this.#state(timestamp);
    const { bid, ask } = this.#quote(price, activity, step);
    const gap = Math.max(1, Math.round((ask - bid) / 2));
    const level = (ticks: number, index: number, side: number) => ({
      price: this.#price(ticks),
      size: this.#lots(this.#parameters.meanLots * (1 + index), DEPTH + 2 * index + side, step),
    });
    const indices = Array.from({ length: depth }, (_, index) => index);
    return {
      venue: SIM_VENUE,
      symbol: this.instrument.symbol,
      timestamp,
      bids: indices
        .filter((index) => bid - index * gap > 0)
        .map((index) => level(bid - index * gap, index, 0)),
      asks: indices.map((index) => level(ask + index * gap, index, 1)),
    };
  }

  #state(atMs: number): { readonly price: number; readonly activity: number; readonly intensity: number } {
    const { days, intensity } = businessTime(this.#hours, atMs);
    const { price, volatility, correlation } = this.#parameters;
    const market = pathAt(this.#factorSeed, days);
    const own = pathAt(this.#seed, days);
    const shared = correlation ** 2;
    const value = correlation * market.value + Math.sqrt(1 - shared) * own.value;
    return {
      price: price * Math.exp((volatility / Math.sqrt(DAYS_A_YEAR)) * value),
      activity: shared * market.activity + (1 - shared) * own.activity,
      intensity,
    };
  }

  /** In ticks. Wider when prices move faster. */
  #quote(price: number, activity: number, step: number): { readonly bid: number; readonly ask: number } {
    const usual = (price * this.#parameters.spreadBps) / 10_000 / this.#tickSize;
    const spread = Math.max(
      1,
      Math.round(usual * Math.sqrt(activity) * (0.6 + 0.8 * this.#uniform(SPREAD, step))),
    );
    const bid = Math.max(1, Math.round(price / this.#tickSize - spread / 2));
    return { bid, ask: bid + spread };
  }

  #lots(mean: number, key: number, step: number): Decimal {
    const lots = mean * Math.exp(0.8 * normal(this.#seed, key, step, step / 2 ** 31) - 0.32);
    return multiply(String(Math.max(1, Math.round(lots))), this.instrument.lot_size);
  }

  #price(ticks: number): Decimal {
    return multiply(String(ticks), this.instrument.tick_size);
  }

  #uniform(key: number, step: number): number {
    return uniform(this.#seed, key, step, step / 2 ** 31);
  }
}

/** What the instruments of an asset class have in common. */
function factorSeed(seed: number, assetClass: AssetClass): number {
  return seedOf(seed, `market ${assetClass}`);
}
