import { isNativeError } from "node:util/types";
import type { Secret } from "./config";

/** The header with which somebody logs in elsewhere. */
export function basicAuth(username: string, password: Secret): Readonly<Record<string, string>> {
  return { authorization: `Basic ${Buffer.from(`${username}:${password.reveal()}`).toString("base64")}` };
}

/** fetch says only "fetch failed"; what failed is its cause, or one of several. */
export function reasonOf(error: unknown): string {
  if (!isNativeError(error)) {
    return String(error);
  }
  const { errors } = error as Partial<AggregateError>;
  const deeper: unknown = error.cause ?? errors?.[0];
  return isNativeError(deeper) ? reasonOf(deeper) : error.message;
}
