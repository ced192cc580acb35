/**
 * Who load tests are to the platform: a client of authn that is no workload, with the one account that its orders are
 * for. It is there on paper alone.
 */
export const LOAD_CLIENT = {
  id: "load",
  role: "trader",
  account: "load",
  /** As the state and `./trade2026 secrets` name its secret: the provider's name before the client's. */
  credential: "authn-load",
  /** The one that its measurements are written with. */
  writesWith: "prometheus-load",
} as const;
