/** What the command and its script in k6 have agreed on. */

/** Role of a load test's container, by which everything else knows that it is no service. */
export const LOAD_ROLE = "load";

/** Folder of the script and its files in the container. */
export const FOLDER = "/load";
export const FILES = {
  script: `${FOLDER}/load.js`,
  run: `${FOLDER}/run.json`,
  secret: `${FOLDER}/secret`,
  ca: `${FOLDER}/ca.crt`,
  config: `${FOLDER}/k6.json`,
} as const;

/** Stands before the summary, on a line of its own. */
export const SUMMARY_MARK = "@@summary ";

/** Names of what the script measures beside k6's own: with the part of the test, and errors with their status. */
export const LATENCY = "load_latency";
export const ERRORS = "load_errors";

/** Why the script goes no further, before the first request of the test; the words are for the problem's `what`. */
export const REFUSALS = {
  unreachable: "the gateway does not answer",
  client: "the platform gives the load client no token",
  mode: "the platform is not in paper mode",
  unknown: "the platform does not say its trading mode",
  halted: "trading is not active",
  market: "nothing that trades around the clock has a price",
} as const;
export type Refusal = keyof typeof REFUSALS;

export const refusalText = (refusal: Refusal, found: string): string => `refused(${refusal}): ${found}`;

/** @param log what k6 has logged, a line of JSON each; k6 writes words of its own before ours */
export function refusalIn(log: string): { readonly refusal: Refusal; readonly found: string } | undefined {
  for (const line of log.split("\n")) {
    const match = /refused\((\w+)\): (.*)$/s.exec(messageOf(line));
    const refusal = match?.[1];
    if (refusal !== undefined && Object.hasOwn(REFUSALS, refusal))
      return { refusal: refusal as Refusal, found: match?.[2] ?? "" };
  }
  return undefined;
}

function messageOf(line: string): string {
  try {
    const { msg } = JSON.parse(line) as { readonly msg?: unknown };
    return typeof msg === "string" ? msg : "";
  } catch {
    return "";
  }
}
