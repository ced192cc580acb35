import { metrics } from "./metrics";
import type { Unplaced } from "./panel";
import { stat, timeseries } from "./panels";
import { rate, series, sum } from "./promql";
import type { StorePanels } from "./stores";

export const opensearchPanels: StorePanels = (service) => {
  const { opensearch } = metrics;
  const labels = { service };
  const heap = { ...labels, area: "heap" };
  const [searches, seconds] = [rate(opensearch.searches, labels), rate(opensearch.searchSeconds, labels)];
  return [
    stat({
      title: "Cluster's own word",
      description: "1 at the colour that holds. Yellow is usual for one node: replicas have nowhere to go.",
      unit: "none",
      queries: [{ expr: sum(series(opensearch.status, labels), ["color"]), legend: "{{color}}" }],
      named: true,
      width: 8,
      height: 8,
    }),
    timeseries({
      title: "Documents indexed and searches",
      description: "A second.",
      unit: "ops",
      queries: [
        { expr: rate(opensearch.indexed, labels), legend: "indexed" },
        { expr: searches, legend: "searches" },
      ],
    }),
    timeseries({
      title: "How long a search takes",
      description: "On average. Empty while nobody searches.",
      unit: "s",
      queries: [{ expr: `${seconds} / ${searches}`, legend: "average" }],
    }),
    timeseries({
      title: "Heap",
      description: "In use, and its limit. Near the limit its breakers refuse requests.",
      unit: "bytes",
      queries: [
        { expr: series(opensearch.heap, heap), legend: "used" },
        { expr: series(opensearch.heapLimit, heap), legend: "limit" },
      ],
    }),
    timeseries({
      title: "Refused",
      description: "A second: by a memory breaker, or because a queue was full.",
      unit: "ops",
      queries: [
        { expr: sum(rate(opensearch.tripped, labels)), legend: "breakers" },
        { expr: sum(rate(opensearch.rejected, labels)), legend: "full queues" },
      ],
    }),
    timeseries({
      title: "Documents",
      description: "In all indices.",
      unit: "short",
      queries: [{ expr: sum(series(opensearch.documents, labels)), legend: "documents" }],
    }),
    timeseries({
      title: "Size",
      description: "Of all indices on disk.",
      unit: "bytes",
      queries: [{ expr: sum(series(opensearch.size, labels)), legend: "on disk" }],
    }),
  ];
};

export const logShipperPanels = (): readonly Unplaced[] => {
  const { logShipper } = metrics;
  return [
    timeseries({
      title: "Behind",
      description: "How long ago all that had been said could be searched.",
      unit: "s",
      queries: [{ expr: series(logShipper.lag), legend: "behind" }],
    }),
    timeseries({
      title: "Lines",
      description: "A second. Known: sent again, after a restart. Refused: what is in them does not fit.",
      unit: "ops",
      queries: [{ expr: sum(rate(logShipper.lines), ["outcome"]), legend: "{{outcome}}" }],
    }),
  ];
};

export const clickhousePanels: StorePanels = (service) => {
  const { clickhouse } = metrics;
  const labels = { service };
  return [
    timeseries({
      title: "Queries",
      description: "Begun and failed a second.",
      unit: "ops",
      queries: [
        { expr: rate(clickhouse.queries, labels), legend: "begun" },
        { expr: rate(clickhouse.failed, labels), legend: "failed" },
      ],
    }),
    timeseries({
      title: "Rows",
      description: "Inserted and read a second.",
      unit: "rowsps",
      queries: [
        { expr: rate(clickhouse.insertedRows, labels), legend: "inserted" },
        { expr: rate(clickhouse.selectedRows, labels), legend: "read" },
      ],
    }),
    timeseries({
      title: "Inserts held up",
      description: "Delayed, or refused, a second: there are too many parts, since inserts are too small.",
      unit: "ops",
      queries: [
        { expr: rate(clickhouse.delayed, labels), legend: "delayed" },
        { expr: rate(clickhouse.rejected, labels), legend: "refused" },
      ],
    }),
    timeseries({
      title: "Parts of the fullest partition",
      description: "At 1,000 inserts are delayed, at 3,000 refused.",
      unit: "none",
      queries: [{ expr: series(clickhouse.parts, labels), legend: "parts" }],
    }),
    timeseries({
      title: "Memory of the store",
      description: "As it counts it itself.",
      unit: "bytes",
      queries: [{ expr: series(clickhouse.memory, labels), legend: "memory" }],
    }),
    timeseries({
      title: "Queries at work",
      description: "At this moment.",
      unit: "none",
      queries: [{ expr: series(clickhouse.running, labels), legend: "queries" }],
    }),
  ];
};
