import { consumers } from "../../services/contracts/consumers";
import { inboxOf } from "../../services/contracts/subjects";
import type { Grant } from "../../model/service";

/** What a service says, hears and asks on the bus. */
export interface BusUse {
  /** Subjects that it publishes, in a stream or not. */
  readonly publishes?: readonly string[];
  /** Subjects that it hears as they come, without a stream. */
  readonly hears?: readonly string[];
  /** Durable consumers of the contracts that it reads. */
  readonly consumes?: readonly string[];
  /** Requests that it makes. */
  readonly asks?: readonly string[];
  /** Requests that it answers. */
  readonly answers?: readonly string[];
  /** Streams that it reads again from a place of its choice, to build its state. */
  readonly replays?: readonly string[];
}

/**
 * The permissions for a use of the bus, and no more: a durable consumer may be read and acknowledged, not changed; a
 * stream read again through short-lived consumers of the service's own.
 */
export function busGrant(service: string, use: BusUse): Grant {
  const read = (use.consumes ?? []).flatMap((name) => {
    const stream = consumers.find((one) => one.name === name)?.stream;
    if (stream === undefined) throw new Error(`no consumer ${name} in services/contracts/consumers.ts`);
    return [
      `$JS.API.CONSUMER.INFO.${stream}.${name}`,
      `$JS.API.CONSUMER.MSG.NEXT.${stream}.${name}`,
      `$JS.ACK.${stream}.${name}.>`,
    ];
  });
  const replayed = (use.replays ?? []).flatMap((stream) => [
    `$JS.API.STREAM.INFO.${stream}`,
    `$JS.API.CONSUMER.CREATE.${stream}`,
    `$JS.API.CONSUMER.CREATE.${stream}.>`,
    `$JS.API.CONSUMER.DELETE.${stream}.*`,
    `$JS.API.CONSUMER.INFO.${stream}.*`,
    `$JS.API.CONSUMER.MSG.NEXT.${stream}.*`,
    `$JS.FC.${stream}.>`,
  ]);
  const waits = read.length + replayed.length + (use.asks ?? []).length + (use.publishes ?? []).length > 0;
  return {
    publish: [...(use.publishes ?? []), ...(use.asks ?? []), ...read, ...replayed],
    subscribe: [...(use.hears ?? []), ...(use.answers ?? []), ...(waits ? [`${inboxOf(service)}.>`] : [])],
    // to whoever asked, wherever its inbox is
    respond: (use.answers ?? []).length > 0,
  };
}
