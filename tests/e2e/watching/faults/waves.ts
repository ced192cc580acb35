import type { Fault } from "./fault";
import { awayForMinutes, diskFull, killedForMemory, memoryGone, restartsAgainAndAgain } from "./services";
import {
  busFull,
  connectionsTaken,
  deadlock,
  exporterShutOut,
  slowStatement,
  stateFull,
  stateNotSaved,
  tableSuspended,
  writerBlocked,
} from "./stores";
import {
  brokenMessage,
  eventsGone,
  logRefuses,
  strategyMad,
  strayExecution,
  ticksRefused,
  tradingHalted,
} from "./trading";
import {
  alertmanagerAway,
  alertmanagerRefuses,
  gatewayFails,
  gatewayWrong,
  prometheusRefuses,
  ruleFails,
  webhookRefuses,
} from "./watchers";

/** Faults that do not hide each other, wave after wave. */
export const WAVES: Readonly<Record<string, readonly Fault[]>> = {
  "what is full, slow or misconfigured": [
    busFull,
    stateFull,
    tableSuspended,
    gatewayWrong,
    ruleFails,
    alertmanagerRefuses,
    restartsAgainAndAgain,
    strayExecution,
    brokenMessage,
    eventsGone,
    slowStatement,
    deadlock,
    connectionsTaken,
    killedForMemory,
    strategyMad,
  ],
  "what orders need": [
    logRefuses,
    ticksRefused,
    stateNotSaved,
    exporterShutOut,
    prometheusRefuses,
    gatewayFails,
  ],
  // whoever is away comes back among stores that are well: their alerts would keep his back
  "who reads the streams": [writerBlocked, tradingHalted, awayForMinutes],
  "the host": [diskFull, memoryGone],
  "the way to people: a receiver": [webhookRefuses],
  "the way to people: Alertmanager": [alertmanagerAway],
};
