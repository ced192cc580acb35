import type { Msg, NatsConnection } from "@nats-io/nats-core";
import { cancelRequest, replaceRequest, requests, type ChangeReply } from "../../contracts";
import type { Log } from "../../kit";
import type { z } from "zod";
import type { Changes } from "./changes";
import type { Outcome } from "./domain/outcome";

const everyAccount = (): boolean => true;

/** Cancels and replaces for services of the platform, over the bus: who may ask is said by its grants. */
export function answerRequests(
  nats: NatsConnection,
  changes: Changes,
  log: Log,
): { readonly stop: () => void } {
  const answer = <Request extends { readonly requested_by: string }>(
    subject: string,
    schema: z.ZodType<Request>,
    act: (request: Request) => Promise<Outcome>,
  ) =>
    nats.subscribe(subject, {
      callback: (error, message) => {
        if (error) log.error({ err: error, subject }, "requests are not heard");
        else void reply(message, schema, act, log);
      },
    });
  const subscriptions = [
    answer(requests.cancelOrder, cancelRequest, ({ order_id, requested_by }) =>
      changes.cancel(order_id, { name: requested_by, mayUse: everyAccount }),
    ),
    answer(requests.replaceOrder, replaceRequest, ({ order_id, requested_by, ...values }) =>
      changes.replace(order_id, values, { name: requested_by, mayUse: everyAccount }),
    ),
  ];
  return { stop: () => subscriptions.forEach((subscription) => subscription.unsubscribe()) };
}

async function reply<Request>(
  message: Msg,
  schema: z.ZodType<Request>,
  act: (request: Request) => Promise<Outcome>,
  log: Log,
): Promise<void> {
  message.respond(JSON.stringify(await answerTo(message, schema, act, log)));
}

async function answerTo<Request>(
  message: Msg,
  schema: z.ZodType<Request>,
  act: (request: Request) => Promise<Outcome>,
  log: Log,
): Promise<ChangeReply> {
  let request;
  try {
    request = schema.parse(message.json());
  } catch (error) {
    return { ok: false, error: "invalid", message: (error as Error).message };
  }
  try {
    const outcome = await act(request);
    if (outcome.ok) return { ok: true, order: outcome.order };
    const { code, message: why, order } = outcome;
    return { ok: false, error: code, message: why, ...(order ? { order } : {}) };
  } catch (error) {
    log.error({ err: error, subject: message.subject }, "request failed");
    return { ok: false, error: "internal", message: "The request failed; the log has why." };
  }
}
