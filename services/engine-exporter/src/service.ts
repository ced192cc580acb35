import {
  exportMetrics,
  milliseconds,
  secret,
  text,
  url,
  wholeNumber,
  type ServiceDefinition,
} from "../../kit";
import { families } from "./families";
import { EngineProxy } from "./proxy";
import { readEngine } from "./reading";
import { Tally } from "./tally";

const fields = {
  ENGINE_PROXY_URL: url("http"),
  ENGINE_PROXY_USERNAME: text(),
  ENGINE_PROXY_PASSWORD: secret(),
  /** Below the ten seconds of a scrape: Prometheus shall hear "cannot be read", not wait for it. */
  READ_TIMEOUT_MS: milliseconds(8000),
  /** Containers that are asked about at the same time; the proxy takes no more. */
  PARALLEL: wholeNumber(1, 64).default(64),
};

/** It is ready though the engine cannot be asked: `engine_up` says so. */
export const engineExporter: ServiceDefinition<typeof fields> = {
  name: "engine-exporter",
  version: "0.1.0",
  description: "What the containers of this stack use, by service, as metrics.",
  port: 9105,
  config: fields,
  setup: ({ config, metrics, log }) => {
    const proxy = new EngineProxy({
      url: config.ENGINE_PROXY_URL,
      username: config.ENGINE_PROXY_USERNAME,
      password: config.ENGINE_PROXY_PASSWORD,
    });
    const limits = { timeoutMs: config.READ_TIMEOUT_MS, atOnce: config.PARALLEL };
    const tally = new Tally(BigInt(Date.now()) * 1_000_000n);
    exportMetrics({
      registry: metrics,
      up: { name: "engine_up", help: "1 when the engine's proxy could be read." },
      families,
      read: () => readEngine(proxy, tally, limits),
      log,
    });
  },
};
