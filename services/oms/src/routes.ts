import type { FastifyReply, FastifyRequest } from "fastify";
import { z } from "zod";
import {
  fill,
  identifier,
  newInternalOrder,
  order,
  orderStatus,
  positiveDecimal,
  symbol,
} from "../../contracts";
import {
  callerOf,
  HttpError,
  mayUse,
  orUnavailable,
  problem,
  queryInteger,
  sendText,
  type Caller,
  type Http,
} from "../../kit";
import type { Asker, Changes } from "./changes";
import type { Desk } from "./desk";
import type { Outcome } from "./domain/outcome";
import type { Entry } from "./entry";
import type { Gate } from "./gate";
import { listOrders } from "./list";
import type { Submissions } from "./submissions";

export interface RouteParts {
  readonly desk: Desk;
  readonly gate: Gate;
  readonly submissions: Submissions;
  readonly changes: Changes;
}

const refusal = z
  .object({
    ...problem.unwrap().shape,
    order: order.optional(),
    rule: z.string().optional(),
    reason: z.string().optional(),
  })
  .meta({ id: "OrderRefusal" });
/** Whatever is refused of an order may say what the order is, and what risk said. */
const refused = { 400: refusal, 403: refusal, 404: refusal, 409: refusal, 422: refusal, 503: refusal };
const byId = z.object({ order_id: z.uuid() });
const newValues = z
  .strictObject({
    quantity: positiveDecimal.optional(),
    price: positiveDecimal.optional(),
    stop_price: positiveDecimal.optional(),
  })
  .refine(({ quantity, price, stop_price }) => quantity ?? price ?? stop_price, {
    error: "changes nothing: give a quantity, price or stop_price",
  })
  .meta({ minProperties: 1 });
const query = z.strictObject({
  status: orderStatus.optional(),
  symbol: symbol.optional(),
  account: identifier.optional(),
  client_order_id: identifier.optional(),
  open: z
    .enum(["true", "false"])
    .transform((value) => value === "true")
    .optional(),
  limit: queryInteger(z.int({ error: "wants a number from 1 to 1000" }).min(1).max(1000)).default(100),
  cursor: z.uuid().optional(),
});
const page = z.object({ orders: z.array(order), next: z.string().optional() });
const allOf = z.strictObject({ account: identifier.optional(), symbol: symbol.optional() });
const cancelledAll = z.object({ requested: z.int(), unacknowledged: z.int() });

/** The API behind /api/orders. */
export function addRoutes(http: Http, { desk, gate, submissions, changes }: RouteParts): void {
  const trader = { role: "trader" } as const;
  const viewer = { role: "viewer" } as const;
  http.post(
    "/",
    {
      config: trader,
      schema: {
        summary: "Sends an order; the same client_order_id is the same order",
        tags: ["orders"],
        body: newInternalOrder,
        response: { 200: order, 201: order, ...refused },
      },
    },
    async (request, reply) => {
      const caller = callerOf(request);
      const { body } = request;
      assertAccount(caller, body.account);
      if (body.parent_order_id !== undefined && caller.kind !== "service")
        throw new HttpError(403, "service_only", "Only services of the platform send parts of an order.");
      return answer(request, reply, await submissions.submit(body));
    },
  );
  http.get(
    "/",
    {
      config: viewer,
      schema: {
        summary: "Orders, the newest first; a page may be short although there is a next one",
        tags: ["orders"],
        querystring: query,
        response: { 200: page },
      },
    },
    async (request, reply) => {
      const { limit, cursor, ...filter } = request.query;
      const caller = callerOf(request);
      if (filter.account !== undefined) assertAccount(caller, filter.account);
      assertOpen(gate);
      const found = await read(
        listOrders(desk, filter, (account) => mayUse(caller, account), limit, cursor),
        request,
      );
      return sendText(reply, found);
    },
  );
  http.get(
    "/:order_id",
    {
      config: viewer,
      schema: { summary: "An order as it is", tags: ["orders"], params: byId, response: { 200: order } },
    },
    async (request, reply) => {
      const entry = await entryFor(request, request.params.order_id, desk, gate);
      return sendText(reply, entry.logged);
    },
  );
  http.get(
    "/:order_id/fills",
    {
      config: viewer,
      schema: {
        summary: "The fills of an order; of an algorithm's, those of its parts",
        tags: ["orders"],
        params: byId,
        response: { 200: z.object({ fills: z.array(fill) }) },
      },
    },
    async (request, reply) => {
      const { fills } = await entryFor(request, request.params.order_id, desk, gate);
      return sendText(reply, { fills });
    },
  );
  const changed = { 202: order, ...refused };
  http.delete(
    "/:order_id",
    {
      config: trader,
      schema: { summary: "Asks the venue to cancel", tags: ["orders"], params: byId, response: changed },
    },
    async (request, reply) =>
      answer(request, reply, await changes.cancel(request.params.order_id, askerOf(request))),
  );
  http.patch(
    "/:order_id",
    {
      config: trader,
      schema: {
        summary: "Asks the venue for another quantity or price",
        tags: ["orders"],
        params: byId,
        body: newValues,
        response: changed,
      },
    },
    async (request, reply) =>
      answer(request, reply, await changes.replace(request.params.order_id, request.body, askerOf(request))),
  );
  http.post(
    "/cancel-all",
    {
      config: trader,
      schema: {
        summary: "Asks the venues to cancel every open order, of an account or symbol if given",
        tags: ["orders"],
        body: allOf,
        response: { 202: cancelledAll },
      },
    },
    async (request, reply) => {
      const { account } = request.body;
      if (account !== undefined) assertAccount(callerOf(request), account);
      assertOpen(gate);
      const result = await changes.cancelAll(request.body, askerOf(request));
      if (!result) throw new HttpError(503, "not_ready", "Orders are not changed at the moment. Try again.");
      return reply.code(202).send(result);
    },
  );
}

function answer(request: FastifyRequest, reply: FastifyReply, outcome: Outcome): FastifyReply {
  reply.code(outcome.status);
  if (outcome.ok) return sendText(reply, outcome.order);
  const { code: error, message, status, order: known, rule, reason } = outcome;
  return sendText(reply, { error, message, status, requestId: request.id, order: known, rule, reason });
}

async function entryFor(request: FastifyRequest, orderId: string, desk: Desk, gate: Gate): Promise<Entry> {
  assertOpen(gate);
  const entry = await read(desk.find(orderId), request);
  if (!entry || !mayUse(callerOf(request), entry.order.account))
    throw new HttpError(404, "order_unknown", `There is no order ${orderId}, or it is kept no longer.`);
  return entry;
}

function askerOf(request: FastifyRequest): Asker {
  const caller = callerOf(request);
  return { name: caller.subject, mayUse: (account) => mayUse(caller, account) };
}

function assertAccount(caller: Caller, account: string): void {
  if (!mayUse(caller, account))
    throw new HttpError(403, "account_forbidden", `The token is not for account ${account}.`);
}

function assertOpen(gate: Gate): void {
  if (gate.closed !== undefined)
    throw new HttpError(503, "not_ready", `Orders cannot be read at the moment: ${gate.closed}. Try again.`);
}

const read = <Value>(reading: Promise<Value>, { log }: FastifyRequest): Promise<Value> =>
  orUnavailable(reading, {
    log,
    code: "state_unavailable",
    message: "Older orders cannot be read at the moment. Try again.",
  });
