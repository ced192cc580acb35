import { levelsFrom, type LogRecord } from "../../services/contracts/log-record";
import { MOST_FOUND, SHIPPER_PROGRAM } from "../../services/contracts/log-store";
import type { Execution } from "../docker/exec";
import { UserError } from "../ui/errors";
import { lastOf } from "./lines";
import type { LogQuery } from "./query";

/** It waits 30 s for OpenSearch; a busy machine takes some seconds to start a program. */
export const LIMIT_MS = 45_000;

/** The question in the words of the log shipper. A pattern is tried on what was found: so all of that is wanted. */
export function questionOf(text: string, query: LogQuery): object {
  const { services, lanes, capabilities, level, grep, since, until, tail } = query;
  return {
    ...{ text, services, lanes, capabilities, levels: level === undefined ? [] : levelsFrom(level) },
    ...(since === undefined ? {} : { since }),
    ...(until === undefined ? {} : { until }),
    size: grep === undefined ? Math.min(Math.max(tail, 1), MOST_FOUND) : MOST_FOUND,
  };
}

/**
 * Asks OpenSearch through the log shipper's container, which has a login there: no store is published for it.
 * @returns what was found, in order of time
 * @throws UserError where no shipper runs, or with its own words
 */
export async function searchStored(
  run: (command: readonly string[]) => Promise<Execution>,
  text: string,
  query: LogQuery,
): Promise<readonly LogRecord[]> {
  const done = await run([...SHIPPER_PROGRAM, "search", JSON.stringify(questionOf(text, query))]);
  if (done.kind === "absent" || done.kind === "idle")
    throw new UserError(
      `Stored logs cannot be searched: the log-shipper ${done.kind === "absent" ? "is not there (it is left out where OpenSearch is)" : `does not run (${done.state})`}. ${INSTEAD}`,
    );
  if (done.kind === "timeout")
    throw new UserError(`The search gave no answer within ${LIMIT_MS / 1000} s. ${INSTEAD}`);
  if (done.code !== 0)
    throw new UserError(`The search failed: ${done.stderr.trim() || `exit code ${done.code}`}. ${INSTEAD}`);
  const found = done.stdout
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as LogRecord);
  const { grep, tail } = query;
  return lastOf(
    found.filter(
      ({ message, fields }) => grep === undefined || grep.test(message) || grep.test(JSON.stringify(fields)),
    ),
    tail,
  );
}

const INSTEAD =
  "What Docker keeps can be looked through all the same: ./trade2026 logs --grep '…' --tail all";
