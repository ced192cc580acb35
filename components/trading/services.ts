import type { Workload } from "../../model/service";
import { authn, authnDatabase } from "./access";
import { apiDocs } from "./docs";
import { hotCache, marketDataGateway, normalizer, questdbWriter } from "./market";
import { exeq, oms, pnl, risk } from "./orders";
import { liveUpdates } from "./updates";
import { liveGateway, prism } from "./venue";

/** The order path and what feeds it, from the API to the venue and back. */
export const tradingWorkloads: readonly Workload[] = [
  authnDatabase,
  authn,
  marketDataGateway,
  normalizer,
  hotCache,
  questdbWriter,
  risk,
  oms,
  exeq,
  prism,
  liveGateway,
  pnl,
  liveUpdates,
  apiDocs,
];
