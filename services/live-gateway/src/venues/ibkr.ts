import { VenueUnavailableError, type Venue } from "./venue";

/**
 * Interactive Brokers is reached through a TWS or IB Gateway that a person has logged in to; there is no such host in
 * this platform, so the venue is named, says why it cannot be used, and takes nothing.
 */
const REASON = "needs a TWS or IB Gateway host with a logged-in session; none is part of this platform";

const refuse = (what: string) => () => Promise.reject(new VenueUnavailableError("ibkr", what, REASON));

export const disabledIbkr: Venue = {
  name: "ibkr",
  disabled: REASON,
  live: true,
  feedTellsRefusals: false,
  gapFree: false,
  maxBatch: 1,
  submit: refuse("submit"),
  cancel: refuse("cancel"),
  replace: refuse("replace"),
  cancelAll: refuse("cancel all"),
  query: refuse("query"),
  openOrders: refuse("open orders"),
  positions: refuse("positions"),
  lastPrice: refuse("price"),
  // eslint-disable-next-line require-yield
  feed: async function* () {
    throw new VenueUnavailableError("ibkr", "feed", REASON);
  },
  close: () => Promise.resolve(),
};
