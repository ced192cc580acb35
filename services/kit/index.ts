export {
  ConfigError,
  list,
  milliseconds,
  optionalSecret,
  port,
  readConfig,
  Secret,
  secret,
  text,
  url,
  wholeNumber,
} from "./config";
export type { ConfigFields, ConfigOf, Environment } from "./config";
export { HttpError } from "./errors";
export { exportMetrics, type Family, type ForeignMetrics, type Sample } from "./foreign-metrics";
export { Health, isServing, type HealthCheck, type HealthReport, type HealthStatus } from "./health";
export type { Http } from "./http";
export { queryInteger } from "./input";
export { createLog, logLevels, type Log, type LogLevel } from "./log";
export { runService } from "./main";
export { connectNats, natsFields, type NatsSettings } from "./nats";
export { sendLines, sendText } from "./reply";
export { startService, type RunningService, type ServiceContext, type ServiceDefinition } from "./service";
export { consume, type Consumption, type ConsumeOptions, type Delivered } from "./consumer";
export { OutcomeUnknownError, Publisher, type PublisherOptions } from "./publisher";
export {
  authenticate,
  authFields,
  callerOf,
  jwtVerifier,
  mayAct,
  mayUse,
  roles,
  type Caller,
  type Role,
  type Verify,
} from "./auth";
export { Pace } from "./pace";
export { policyAt, type Policy } from "./policy";
export { problem, refusals, type ErrorAnswer } from "./problem";
export { orUnavailable, type Unavailable } from "./unavailable";
export { connectValkey, execute, valkeyStateFields, type Valkey, type ValkeySettings } from "./valkey";
export { inboxOf } from "../contracts/subjects";
