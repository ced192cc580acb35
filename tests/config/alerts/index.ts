import { BUS_CASES } from "./bus";
import type { Family } from "./case";
import { HOST_CASES, HOST_SLOW_CASES } from "./host";
import { SELF_CASES } from "./self";
import { SERVICE_CASES } from "./services";
import { SLO_CASES } from "./slo";
import { STORE_CASES } from "./stores";
import { TRADING_CASES } from "./trading";

export const families: readonly Family[] = [
  SERVICE_CASES,
  SLO_CASES,
  BUS_CASES,
  STORE_CASES,
  TRADING_CASES,
  HOST_CASES,
  HOST_SLOW_CASES,
  SELF_CASES,
];
