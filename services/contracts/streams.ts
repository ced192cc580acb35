import { patterns, subjects } from "./subjects";

/** limits: kept until too old or too many, any number of readers. workqueue: kept until one reader has done it. */
export type Retention = "limits" | "workqueue";

export interface StreamDefinition {
  readonly name: string;
  readonly description: string;
  /** Exactly these: no `>` that would take in what comes later. */
  readonly subjects: readonly string[];
  readonly retention: Retention;
  readonly maxAgeSeconds: number;
  readonly maxBytes: number;
  /** What gives way when it is full: the oldest message, or the new one, whose sender then learns of it. */
  readonly discard: "old" | "new";
  /** A message id is recognised for this long. No guarantee beyond it: receivers are idempotent. */
  readonly dedupSeconds: number;
  readonly storage: "file";
}

const HOUR = 3600;
const DAY = 24 * HOUR;
const MiB = 1024 * 1024;
const GiB = 1024 * MiB;

/**
 * Sizes are for one workstation: together they are what the server must be allowed ({@link totalStreamBytes}).
 * Where losing a message is losing money or evidence, a full stream refuses.
 */
export const streams: readonly StreamDefinition[] = [
  {
    name: "MARKET",
    description: "Ticks and bars",
    subjects: [patterns.ticks, patterns.bars],
    retention: "limits",
    maxAgeSeconds: DAY,
    maxBytes: 2 * GiB,
    discard: "old",
    dedupSeconds: 120,
    storage: "file",
  },
  {
    name: "ORDERS",
    description: "The life of every order: the log that the order state is a projection of",
    subjects: [...Object.values(subjects.orders)],
    retention: "limits",
    maxAgeSeconds: 7 * DAY,
    maxBytes: 3 * GiB,
    discard: "new",
    dedupSeconds: 120,
    storage: "file",
  },
  {
    name: "BROKER",
    description: "What a venue has to do, each once",
    subjects: [...Object.values(subjects.broker)],
    retention: "workqueue",
    maxAgeSeconds: 7 * DAY,
    maxBytes: 512 * MiB,
    discard: "new",
    dedupSeconds: 120,
    storage: "file",
  },
  {
    name: "FILLS",
    description:
      "What the venue reported, executions and the rest in its order, and the fills that the platform confirmed",
    subjects: [...Object.values(subjects.fills), subjects.venueReport],
    retention: "limits",
    maxAgeSeconds: 30 * DAY,
    maxBytes: 2 * GiB,
    discard: "new",
    dedupSeconds: 120,
    storage: "file",
  },
  {
    name: "RISK",
    description: "Alerts and measures of risk",
    subjects: [...Object.values(subjects.risk)],
    retention: "limits",
    maxAgeSeconds: 7 * DAY,
    maxBytes: 256 * MiB,
    discard: "old",
    dedupSeconds: 120,
    storage: "file",
  },
  {
    name: "ALT",
    description: "Alternative data, normalised",
    subjects: [patterns.alternative],
    retention: "limits",
    maxAgeSeconds: DAY,
    maxBytes: 256 * MiB,
    discard: "old",
    dedupSeconds: 120,
    storage: "file",
  },
  {
    name: "LIBRARY",
    description: "What happened to strategies, models and deployments",
    subjects: [patterns.library],
    retention: "limits",
    maxAgeSeconds: 30 * DAY,
    maxBytes: 256 * MiB,
    discard: "old",
    dedupSeconds: 120,
    storage: "file",
  },
  {
    name: "AUDIT",
    description: "Who did what",
    subjects: [patterns.audit],
    retention: "limits",
    maxAgeSeconds: 365 * DAY,
    maxBytes: GiB,
    discard: "new",
    dedupSeconds: 120,
    storage: "file",
  },
];

/** What the server's file store must be able to hold. */
export const totalStreamBytes = streams.reduce((sum, stream) => sum + stream.maxBytes, 0);
