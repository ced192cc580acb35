import { assertNoProblems, type Problem } from "../../model/problems";
import { SCENARIOS, scenarioNamed, type Scenario } from "../../model/load/scenarios";
import { stretched } from "../../model/load/shape";
import { parseDuration } from "../../model/units";

export interface LoadOptions {
  readonly list: boolean;
  /** `20s`, `4h`. */
  readonly duration?: string;
  readonly seed?: string;
}

export interface Chosen {
  readonly scenario: Scenario;
  readonly seed: number;
  /** Whether its time is another one than the scenario's own. */
  readonly stretched: boolean;
}

const SECONDS = { least: 5, most: 24 * 3600 };
const MOST_SEED = 2 ** 31 - 1;

/** @throws ProblemsError with everything that is wrong with the arguments */
export function chosenTest(
  name: string | undefined,
  { duration, seed }: Pick<LoadOptions, "duration" | "seed">,
  random: () => number = Math.random,
): Chosen {
  const problems: Problem[] = [];
  const scenario = name === undefined ? undefined : scenarioNamed(name);
  if (!scenario)
    problems.push({
      path: "scenario",
      what: name === undefined ? "is needed" : "there is no such scenario",
      ...(name === undefined ? {} : { value: name }),
      allowed: SCENARIOS.map((each) => each.name).join(", "),
      fix: "choose one of them; ./trade2026 load --list explains each",
    });
  const seconds = duration === undefined ? undefined : secondsIn(duration);
  if (duration !== undefined && (seconds === undefined || seconds < SECONDS.least || seconds > SECONDS.most))
    problems.push({
      path: "--duration",
      what: "is no length of time for a test",
      value: duration,
      allowed: `whole seconds from ${SECONDS.least}s to 24h, such as 20s, 5m or 4h`,
      fix: "write one of these",
    });
  if (seed !== undefined && !(/^\d{1,10}$/.test(seed) && Number(seed) <= MOST_SEED))
    problems.push({
      path: "--seed",
      what: "is no seed",
      value: seed,
      allowed: `a whole number from 0 to ${MOST_SEED}`,
      fix: "take the one that a report names, or leave it out",
    });
  assertNoProblems("The arguments", problems);
  const { shape } = scenario as Scenario;
  return {
    scenario: { ...(scenario as Scenario), shape: seconds === undefined ? shape : stretched(shape, seconds) },
    seed: seed === undefined ? Math.floor(random() * MOST_SEED) : Number(seed),
    stretched: seconds !== undefined,
  };
}

function secondsIn(text: string): number | undefined {
  try {
    const ms = parseDuration(text);
    return ms % 1000 === 0 ? ms / 1000 : undefined;
  } catch {
    return undefined;
  }
}
