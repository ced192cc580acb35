import { messageOf } from "../../client/store";
import { say } from "../../harness/progress";
import type { Receivers, Told } from "../receivers";
import type { Operator } from "./operator";

/** Takes a fault away; what it has done is then as before. */
export type Undo = () => Promise<void>;

/** One thing that goes wrong, and what is told of it. */
export interface Fault {
  /** Alert and service; several where one fault shows in several ways. */
  readonly tells: readonly (readonly [alert: string, service: string])[];
  /** Who tells when the other is what is broken. @default webhook */
  readonly by?: "mail";
  /** One that keeps its own alert back while it lasts is over when this returns. */
  readonly make: (operator: Operator) => Promise<Undo>;
}

/** What came of one alert. */
export interface Outcome {
  readonly alert: string;
  readonly service: string;
  /** Milliseconds since 1970, when the fault began. */
  readonly since: number;
  /** From the fault until it was told, seconds. */
  readonly seconds?: number;
  readonly told?: Told;
  readonly mail?: boolean;
  readonly problem?: string;
}

/** Longer than the alerts that wait for five minutes take, on a busy machine. */
const LIMIT_SECONDS = 600;

/** Makes these faults side by side, and waits for each to be told. Whatever happens, all of them are taken away. */
export async function provoke(faults: readonly Fault[], operator: Operator): Promise<readonly Outcome[]> {
  const outcomes = await Promise.all(faults.map((fault) => provokeOne(fault, operator)));
  return outcomes.flat();
}

async function provokeOne({ tells, by, make }: Fault, operator: Operator): Promise<readonly Outcome[]> {
  const { receivers } = operator;
  const since = Date.now();
  const failed = ([alert, service]: Fault["tells"][number], error: unknown): Outcome => {
    const problem = messageOf(error);
    say(`${alert} of ${service}: ${problem}`);
    return { alert, service, since, problem };
  };
  let undo: Undo | undefined;
  try {
    undo = await make(operator);
    return await Promise.all(
      tells.map(async ([alert, service]): Promise<Outcome> => {
        try {
          const said = await tell(receivers, by, alert, service, since);
          const seconds = (said.at - since) / 1000;
          say(`${alert} of ${service}: told ${seconds.toFixed(0)} s after the fault`);
          return {
            alert,
            service,
            since,
            seconds,
            mail: said.mail,
            ...(said.told ? { told: said.told } : {}),
          };
        } catch (error) {
          return failed([alert, service], error);
        }
      }),
    );
  } catch (error) {
    return tells.map((tell) => failed(tell, error));
  } finally {
    await undo?.().catch((error: unknown) => say(`not taken away: ${messageOf(error)}`));
  }
}

async function tell(
  receivers: Receivers,
  by: Fault["by"],
  alert: string,
  service: string,
  since: number,
): Promise<{ readonly at: number; readonly mail: boolean; readonly told?: Told }> {
  if (by === "mail") {
    const { at } = await receivers.mailed(alert, service, since, LIMIT_SECONDS);
    return { at, mail: true };
  }
  const told = await receivers.hears("firing", alert, service, since, LIMIT_SECONDS);
  const mail = await receivers.mailed(alert, service, since, 60).then(
    () => true,
    () => false,
  );
  return { at: told.at, mail, told };
}
