import { at, NATS, series, type AlertCase, type Family, type Labels } from "./case";

const exporter = at(NATS, "nats-exporter", 7777);
const consumer: Labels = { stream: "FILLS", consumer: "oms-venue" };
const dashboard = "service-nats";
const as = (severity: string, labels: Labels): Labels => ({ ...labels, severity });
const GiB = 1024 ** 3;
const storage = (used: string): Readonly<Record<string, string>> => ({
  [series("nats_jetstream_storage_used_bytes", exporter)]: used,
  [series("nats_jetstream_storage_limit_bytes", exporter)]: "1000x60",
});

const cases: readonly AlertCase[] = [
  {
    alert: "StoreUnreachable",
    name: "NATS, for half a minute",
    series: { [series("nats_up", exporter)]: "1x3 0x20" },
    quietAt: ["45s", "1m15s"],
    firesAt: "1m30s",
    as: [
      {
        labels: as("critical", exporter),
        summary: "NATS answers nobody",
        description: "The exporter cannot log in to nats, or gets no answer.",
        dashboard,
      },
    ],
  },
  {
    alert: "ConsumerLags",
    name: "1,001 messages wait",
    series: { [series("nats_consumer_pending_messages", { ...exporter, ...consumer })]: "1000x3 1001x20" },
    quietAt: ["45s", "1m45s"],
    firesAt: "2m",
    as: [
      {
        labels: as("critical", { ...NATS, ...consumer }),
        summary: "oms-venue does not keep up",
        description: "1001 messages of FILLS wait for it for more than a minute.",
        dashboard,
      },
    ],
  },
  {
    alert: "ConsumerStuck",
    name: "three messages come back for two minutes",
    series: { [series("nats_consumer_redelivered_messages", { ...exporter, ...consumer })]: "0x3 3x20" },
    quietAt: ["45s", "2m45s"],
    firesAt: "3m",
    as: [
      {
        labels: as("critical", { ...NATS, ...consumer }),
        summary: "oms-venue gets the same messages again and again",
        description: "3 messages of FILLS were handed out more than once, and are still not acknowledged.",
        dashboard,
      },
    ],
  },
  {
    alert: "ConsumerStuck",
    name: "what came twice is done the second time",
    series: { [series("nats_consumer_redelivered_messages", { ...exporter, ...consumer })]: "0x3 3x4 0x20" },
    quietAt: ["2m45s", "3m", "4m"],
  },
  {
    alert: "BusStorageHigh",
    name: "81 % of what JetStream may use",
    series: storage("800x3 810x40"),
    quietAt: ["45s", "5m45s"],
    firesAt: "6m",
    as: [
      {
        labels: as("warning", exporter),
        summary: "The streams fill the storage of NATS",
        description: "81% of what JetStream may use is used. Full streams refuse orders.",
        dashboard,
      },
    ],
  },
  {
    alert: "BusStorageCritical",
    name: "96 % of what JetStream may use",
    series: storage("950x3 960x20"),
    quietAt: ["45s", "1m45s"],
    firesAt: "2m",
    as: [
      {
        labels: as("critical", exporter),
        summary: "The storage of NATS is full",
        description: "96% of what JetStream may use is used. Full streams refuse orders.",
        dashboard,
      },
    ],
  },
  {
    alert: "StreamAlmostFull",
    name: "orders at 91 % of their 3 GiB; of the market's stream the oldest goes when it is full",
    series: {
      [series("nats_stream_bytes", { ...exporter, stream: "ORDERS" })]:
        `${0.9 * 3 * GiB}x3 ${0.91 * 3 * GiB}x40`,
      [series("nats_stream_bytes", { ...exporter, stream: "MARKET" })]: `${2 * GiB}x60`,
    },
    quietAt: ["45s", "5m45s"],
    firesAt: "6m",
    as: [
      {
        labels: as("critical", { ...exporter, stream: "ORDERS" }),
        summary: "The stream ORDERS is almost full",
        description:
          "91% of what it may hold. It refuses what is new when it is full, as what is in it must not be lost.",
        dashboard,
      },
    ],
  },
  {
    alert: "SlowConsumers",
    name: "two clients are cut off",
    series: { [series("nats_slow_consumers_total", exporter)]: "4x8 6x40" },
    quietAt: ["2m", "8m"],
    firesAt: "2m15s",
    as: [
      {
        labels: as("warning", exporter),
        summary: "NATS has cut off a client that reads too slowly",
        description: "2 times within five minutes; what it subscribed to is lost for it, streams are not.",
        dashboard,
      },
    ],
  },
];

export const BUS_CASES: Family = { name: "bus", of: ["nats", "nats-exporter"], every: "15s", cases };
