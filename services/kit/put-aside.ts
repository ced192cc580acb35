import { Counter, type Registry } from "prom-client";

const NAME = "messages_put_aside_total";

/**
 * Counts messages that are not what their contract says: they are logged and passed over, as they would block
 * everything behind them for ever. What is not counted would be missed by nobody.
 *
 * @returns to be called for each of them
 */
export function putAsideOf(registry: Registry, stream: string): () => void {
  const known = registry.getSingleMetric(NAME) as Counter<"stream"> | undefined;
  const counter =
    known ??
    new Counter({
      name: NAME,
      help: "Messages of a stream that were not what their contract says, and were passed over.",
      labelNames: ["stream"],
      registers: [registry],
    });
  // there from the start, or the first one would be no increase
  counter.inc({ stream }, 0);
  return () => counter.inc({ stream });
}
