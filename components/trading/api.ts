import type { ServiceSpec } from "../../model/service";
import { kitService, type KitServiceInput } from "../core/kit-service";

/** A service of the trading core: tokens are checked by itself, so consumers need no other credential. */
export function tradingService(input: Omit<KitServiceInput, "capability">): ServiceSpec {
  return kitService({
    endpoint: { port: "http", scheme: "http", credentials: "none" },
    ...input,
    capability: "trading",
  });
}
