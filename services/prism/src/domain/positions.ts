import type { Side } from "../../../contracts";
import { fromUnits, unitsOf } from "./decimals";
import type { Market } from "./market";

export interface PositionView {
  readonly account: string;
  readonly symbol: string;
  /** Bought less sold. */
  readonly quantity: string;
  readonly bought: string;
  readonly sold: string;
  /** Sum of price × quantity: what sales brought less what purchases cost, before commission. */
  readonly cash: string;
  readonly commission: string;
}

interface Position {
  readonly account: string;
  readonly market: Market;
  bought: number;
  sold: number;
  /** Ticks × lots. */
  cash: bigint;
  commission: bigint;
}

/** The venue's own book of who holds what, for reconciliation. */
export class Positions {
  readonly #known = new Map<string, Position>();
  readonly #changed = new Set<Position>();

  apply(account: string, market: Market, side: Side, lots: number, value: bigint, commission: bigint): void {
    const position = this.#of(account, market);
    if (side === "BUY") position.bought += lots;
    else position.sold += lots;
    position.cash += side === "BUY" ? -value : value;
    position.commission += commission;
    this.#changed.add(position);
  }

  restore(view: PositionView, market: Market): void {
    const lots = (text: string): number => {
      if (text === "0") return 0;
      const parsed = market.quantity(text);
      if (!parsed.ok) throw new RangeError(`stored position of ${view.account}: ${parsed.reason}`);
      return parsed.count;
    };
    Object.assign(this.#of(view.account, market), {
      bought: lots(view.bought),
      sold: lots(view.sold),
      cash: market.valueOf(view.cash),
      commission: unitsOf(view.commission),
    });
  }

  /** Of an account, or all. */
  views(account?: string): readonly PositionView[] {
    const all = [...this.#known.values()].filter((each) => account === undefined || each.account === account);
    return all.map(viewOf);
  }

  takeChanged(): readonly PositionView[] {
    const views = [...this.#changed].map(viewOf);
    this.#changed.clear();
    return views;
  }

  #of(account: string, market: Market): Position {
    const key = `${account}|${market.symbol}`;
    let position = this.#known.get(key);
    if (!position) {
      position = { account, market, bought: 0, sold: 0, cash: 0n, commission: 0n };
      this.#known.set(key, position);
    }
    return position;
  }
}

function viewOf({ account, market, bought, sold, cash, commission }: Position): PositionView {
  return {
    account,
    symbol: market.symbol,
    quantity: market.quantityText(bought - sold),
    bought: market.quantityText(bought),
    sold: market.quantityText(sold),
    cash: market.valueText(cash),
    commission: fromUnits(commission),
  };
}
