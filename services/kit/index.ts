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
export { HttpError, type ErrorAnswer } from "./errors";
export { Health, isServing, type HealthCheck, type HealthReport, type HealthStatus } from "./health";
export type { Http } from "./http";
export { createLog, logLevels, type Log, type LogLevel } from "./log";
export { runService } from "./main";
export { connectNats, inboxOf, natsFields, type NatsSettings } from "./nats";
export { startService, type RunningService, type ServiceContext, type ServiceDefinition } from "./service";
