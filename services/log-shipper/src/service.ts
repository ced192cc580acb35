import { Counter, Gauge } from "prom-client";
import { milliseconds, secret, text, url, wholeNumber, type ServiceDefinition } from "../../kit";
import { repeat } from "../../kit/running";
import { Engine } from "./engine";
import { openSearch, storeFields } from "./settings";
import { Shipper } from "./shipper";
import { LogStore } from "./store";
import { Upstream } from "./upstream";

const fields = {
  ...storeFields,
  ENGINE_PROXY_URL: url("http"),
  ENGINE_PROXY_USERNAME: text(),
  ENGINE_PROXY_PASSWORD: secret(),
  /** Between two rounds. */
  ROUND_MS: milliseconds(5000),
  /** How long a list of containers serves: the engine inspects each of them for it. */
  LIST_MS: milliseconds(15_000),
  RETENTION_DAYS: wholeNumber(1, 3650).default(14),
};

const DAY_MS = 86_400_000;
const REFUSED_EVERY_MS = 60_000;

/**
 * It is ready though it can ship nothing: its lag says so. Its own log is shipped too, so that it says nothing of a round
 * that went as the one before: a line for each batch would be a line in the next.
 */
export const logShipper: ServiceDefinition<typeof fields> = {
  name: "log-shipper",
  version: "0.1.0",
  description: "The logs of this stack's containers, brought into OpenSearch. It has no API of its own.",
  port: 9106,
  config: fields,
  setup: ({ config, metrics, log, onStop }) => {
    const lines = new Counter({
      name: "log_shipper_lines_total",
      help: "Lines that the store was given: indexed, known already, or refused for good.",
      labelNames: ["outcome"],
      registers: [metrics],
    });
    for (const outcome of ["indexed", "known", "refused"]) lines.inc({ outcome }, 0);
    let wholeAt = Date.now();
    new Gauge({
      name: "log_shipper_lag_seconds",
      help: "How long ago all that was said until then had been brought into the store.",
      registers: [metrics],
      collect() {
        this.set((Date.now() - wholeAt) / 1000);
      },
    });
    let refusedAt = -Infinity;
    const shipper = new Shipper({
      engine: new Engine(
        new Upstream({
          name: "the engine's proxy",
          url: config.ENGINE_PROXY_URL,
          username: config.ENGINE_PROXY_USERNAME,
          password: config.ENGINE_PROXY_PASSWORD,
          timeoutMs: 25_000,
        }),
      ),
      store: new LogStore(openSearch(config)),
      retentionMs: config.RETENTION_DAYS * DAY_MS,
      listMs: config.LIST_MS,
      now: Date.now,
      onBatch: ({ indexed, known, refused, reasons }) => {
        lines.inc({ outcome: "indexed" }, indexed);
        lines.inc({ outcome: "known" }, known);
        lines.inc({ outcome: "refused" }, refused);
        if (refused === 0 || Date.now() - refusedAt < REFUSED_EVERY_MS) return;
        refusedAt = Date.now();
        log.warn({ refused, reasons }, "OpenSearch refuses lines for what is in them; they are left out");
      },
      onExpired: (indices) => log.info({ indices }, "days that are past their time were deleted"),
    });
    const stopping = new AbortController();
    const stop = repeat("shipping", config.ROUND_MS, log, async () => {
      const begun = Date.now();
      try {
        if (await shipper.round(stopping.signal)) wholeAt = begun;
      } catch (error) {
        // what was under way is sent again after the next start
        if (!stopping.signal.aborted) throw error;
      }
    });
    onStop(async () => {
      stopping.abort();
      await stop();
    });
  },
};
