import { until } from "../../../harness/docker";
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
export async function provoke(
  faults: readonly Fault[],
  operator: Operator,
  receivers: Receivers,
): Promise<readonly Outcome[]> {
  const outcomes = await Promise.all(faults.map((fault) => provokeOne(fault, operator, receivers)));
  return outcomes.flat();
}

async function provokeOne(
  { tells, by, make }: Fault,
  operator: Operator,
  receivers: Receivers,
): Promise<readonly Outcome[]> {
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
          const at =
            by === "mail"
              ? await mailed(receivers, alert, service, since)
              : await hooked(receivers, alert, service, since);
          const seconds = (at.at - since) / 1000;
          say(`${alert} of ${service}: told ${seconds.toFixed(0)} s after the fault`);
          return { alert, service, since, seconds, ...at.more };
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

interface Arrival {
  readonly at: number;
  readonly more: Pick<Outcome, "told" | "mail">;
}

async function hooked(receivers: Receivers, alert: string, service: string, since: number): Promise<Arrival> {
  const told = await until(
    `${alert} of ${service} is told`,
    LIMIT_SECONDS,
    async () => receivers.of(alert, service, since).find(({ status }) => status === "firing"),
    (found) => found !== undefined,
  );
  const mail = await mailed(receivers, alert, service, since, 60).then(
    () => true,
    () => false,
  );
  return { at: told?.at ?? NaN, more: { mail, ...(told ? { told } : {}) } };
}

async function mailed(
  receivers: Receivers,
  alert: string,
  service: string,
  since: number,
  seconds = LIMIT_SECONDS,
): Promise<Arrival> {
  const mail = await until(
    `a mail of ${alert} of ${service}`,
    seconds,
    async () =>
      receivers.mails.find(
        ({ at, subject }) =>
          at >= since && subject.startsWith("[FIRING") && subject.endsWith(`${alert} ${service}`),
      ),
    (found) => found !== undefined,
  );
  return { at: mail?.at ?? NaN, more: { mail: true } };
}
