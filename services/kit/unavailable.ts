import { HttpError } from "./errors";
import type { Log } from "./log";

/** What is said when a store does not answer: `code` is for programs, `message` for people. */
export interface Unavailable {
  readonly log: Pick<Log, "warn">;
  readonly code: string;
  readonly message: string;
}

/** @throws {HttpError} 503 in place of what a store that is away throws, which goes to the log; refusals as they are */
export async function orUnavailable<Value>(
  reading: Promise<Value>,
  { log, code, message }: Unavailable,
): Promise<Value> {
  try {
    return await reading;
  } catch (error) {
    if (error instanceof HttpError) throw error;
    log.warn({ err: error }, code);
    throw new HttpError(503, code, message);
  }
}
