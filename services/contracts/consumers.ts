import { patterns, subjects } from "./subjects";

/**
 * A reader of a stream that the server keeps the place of: what was not acknowledged comes again. Made by the same
 * job as the streams, so that a service needs no right to make or change one.
 */
export interface ConsumerDefinition {
  /** Begins with the name of the one service that reads it. */
  readonly name: string;
  readonly service: string;
  readonly stream: string;
  readonly subjects: readonly string[];
  /** Where a new one begins. */
  readonly deliver: "all" | "new";
  /** Unacknowledged for so long, a message is delivered again. */
  readonly ackWaitSeconds: number;
  readonly maxAckPending: number;
}

const defaults = { deliver: "all", ackWaitSeconds: 10, maxAckPending: 2000 } as const;

export const consumers: readonly ConsumerDefinition[] = [
  // accepted orders to the venue's queue; cancels and replaces with them, in their order; and how slices ended
  {
    ...defaults,
    name: "exeq-orders",
    service: "exeq",
    stream: "ORDERS",
    subjects: [
      subjects.orders.accepted,
      subjects.orders.pending,
      subjects.orders.cancelled,
      subjects.orders.rejected,
    ],
  },
  // the next slice of an iceberg waits for the fill of the one before it
  { ...defaults, name: "exeq-fills", service: "exeq", stream: "FILLS", subjects: [subjects.fills.confirmed] },
  {
    ...defaults,
    name: "live-gateway-commands",
    service: "live-gateway",
    stream: "BROKER",
    subjects: Object.values(subjects.broker),
  },
  {
    ...defaults,
    name: "oms-venue",
    service: "oms",
    stream: "FILLS",
    subjects: [subjects.fills.execution, subjects.venueReport],
  },
  {
    ...defaults,
    name: "questdb-writer-orders",
    service: "questdb-writer",
    stream: "ORDERS",
    subjects: Object.values(subjects.orders),
  },
  {
    ...defaults,
    name: "questdb-writer-fills",
    service: "questdb-writer",
    stream: "FILLS",
    subjects: [subjects.fills.confirmed],
  },
  {
    ...defaults,
    name: "questdb-writer-market",
    service: "questdb-writer",
    stream: "MARKET",
    subjects: [patterns.ticks, patterns.bars],
  },
  {
    ...defaults,
    name: "questdb-writer-risk",
    service: "questdb-writer",
    stream: "RISK",
    subjects: [subjects.risk.alert],
  },
  // a bar that was cut short by a restart is made again from its ticks
  {
    ...defaults,
    name: "normalizer-ticks",
    service: "normalizer",
    stream: "MARKET",
    subjects: [patterns.ticks],
  },
];
