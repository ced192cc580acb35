import pino, { type DestinationStream, type Logger } from "pino";

export type Log = Logger;

export const logLevels = ["trace", "debug", "info", "warn", "error"] as const;
export type LogLevel = (typeof logLevels)[number];

/** Names of fields that may hold a credential, at the top of a line, one level down, and in headers. */
const sensitive = ["password", "secret", "token", "authorization", "cookie", "apiKey", "privateKey"];
const redacted = [
  ...sensitive.flatMap((field) => [field, `*.${field}`]),
  "*.headers.authorization",
  "*.headers.cookie",
  '*.headers["set-cookie"]',
];

/**
 * One JSON object a line on standard output: time (ISO), level (word), service, version, then what is said.
 *
 * @param to a stream instead of standard output (tests)
 */
export function createLog(service: string, version: string, level: LogLevel, to?: DestinationStream): Log {
  const options: pino.LoggerOptions = {
    level,
    base: { service, version },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
    redact: { paths: redacted, censor: "[redacted]" },
  };
  // synchronous on purpose: the last line before an exit is the one that explains it
  return pino(options, to ?? pino.destination({ fd: 1, sync: true }));
}
