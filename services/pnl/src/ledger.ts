import Big from "big.js";
import { decimalOf, type AccountPnl, type Fill } from "../../contracts";
import { RecentIds } from "../../kit/recent";
import { PositionState } from "./position";

/** Fills by whose ids a repetition is known. */
const REMEMBERED = 100_000;
const ZERO = Big(0);

/** The positions of all accounts, and what has to be told and stored of them. */
export class Ledger {
  readonly #accounts = new Map<string, Map<string, PositionState>>();
  readonly #marks = new Map<string, { readonly price: Big; readonly at: number }>();
  readonly fills = new RecentIds(REMEMBERED);
  /** Changed since it was last stored. */
  #unstored = new Set<PositionState>();
  /** Changed, by a fill or a price, since it was last told. */
  #untold = new Set<string>();
  #moved = new Set<string>();

  get accounts(): readonly string[] {
    return [...this.#accounts.keys()];
  }

  /** @returns the position after it; undefined for a fill that was seen */
  apply(fill: Fill): PositionState | undefined {
    if (!this.fills.add(fill.fill_id)) return undefined;
    const position = this.#position(fill.account, fill.symbol);
    position.apply(fill);
    this.#unstored.add(position);
    this.#untold.add(fill.account);
    return position;
  }

  /** A price that is older than the known one says nothing. */
  tick(symbol: string, price: string, timestamp: number): void {
    const before = this.#marks.get(symbol);
    if (before && timestamp < before.at) return;
    this.#marks.set(symbol, { price: Big(price), at: timestamp });
    this.#moved.add(symbol);
  }

  mark(symbol: string): Big | undefined {
    return this.#marks.get(symbol)?.price;
  }

  positions(account: string): readonly PositionState[] {
    return [...(this.#accounts.get(account)?.values() ?? [])];
  }

  /** @param now milliseconds since 1970 */
  summary(account: string, now: number): AccountPnl {
    let [realized, unrealized, commission, exposure] = [ZERO, ZERO, ZERO, ZERO];
    for (const position of this.#accounts.get(account)?.values() ?? []) {
      const mark = this.mark(position.symbol) ?? position.lastPrice;
      realized = realized.plus(position.realized);
      commission = commission.plus(position.commission);
      unrealized = unrealized.plus(position.unrealized(mark));
      exposure = exposure.plus(position.quantity.times(mark).abs());
    }
    return {
      account,
      realized_pnl: decimalOf(realized),
      unrealized_pnl: decimalOf(unrealized),
      commission: decimalOf(commission),
      total_pnl: decimalOf(realized.plus(unrealized).minus(commission)),
      exposure: decimalOf(exposure),
      timestamp: now,
    };
  }

  /** Accounts of which something is new: a fill, or the price of something that they hold. */
  takeUntold(): ReadonlySet<string> {
    const untold = this.#untold;
    for (const [account, positions] of this.#accounts) {
      for (const symbol of this.#moved) {
        const position = positions.get(symbol);
        if (position && !position.quantity.eq(ZERO)) untold.add(account);
      }
    }
    this.#untold = new Set();
    this.#moved = new Set();
    return untold;
  }

  /** Accounts that hold something. */
  holding(): readonly string[] {
    return this.accounts.filter((account) =>
      this.positions(account).some(({ quantity }) => !quantity.eq(ZERO)),
    );
  }

  takeUnstored(): ReadonlySet<PositionState> {
    const unstored = this.#unstored;
    this.#unstored = new Set();
    return unstored;
  }

  restore(position: PositionState): void {
    this.#of(position.account).set(position.symbol, position);
  }

  #position(account: string, symbol: string): PositionState {
    const positions = this.#of(account);
    let position = positions.get(symbol);
    if (!position) positions.set(symbol, (position = new PositionState(account, symbol)));
    return position;
  }

  #of(account: string): Map<string, PositionState> {
    let positions = this.#accounts.get(account);
    if (!positions) this.#accounts.set(account, (positions = new Map()));
    return positions;
  }
}
