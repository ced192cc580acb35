import { Readable } from "node:stream";
import type { z } from "zod";
import { HttpError, sendLines, sendText, type Http } from "../../kit";
import { answers } from "./answers";
import {
  bookPath,
  bookQuery,
  cancelAllBody,
  cancelsBody,
  feedQuery,
  fillsQuery,
  orderPath,
  ordersBody,
  ordersQuery,
  positionsQuery,
  replacesBody,
} from "./protocol";
import { checkBasic, type Users } from "./users";
import type { Venue } from "./venue";

/** The venue's protocol. Answers are objects with one list each, so that they can grow. */
export function addRoutes(http: Http, venue: Venue, users: Users): void {
  http.addHook("onRequest", async (request, reply) => {
    if (!request.routeOptions.url?.startsWith("/v1/")) return;
    try {
      checkBasic(users, request.headers.authorization);
    } catch (error) {
      void reply.header("www-authenticate", 'Basic realm="prism", charset="UTF-8"');
      throw error;
    }
  });
  // a feed has no end of its own
  http.addHook("preClose", async () => venue.feed.end());
  addOrders(http, venue);
  addViews(http, venue);
  addFeed(http, venue);
}

const security = [{ basic: [] }];
/** Said where a page or the feed may begin later than it was asked to. */
const KEPT =
  "Orders are kept for RETENTION_DAYS after their end, events and fills for as long; open orders for ever.";

function addOrders(http: Http, venue: Venue): void {
  http.post(
    "/v1/orders",
    { schema: { summary: "New orders", security, body: ordersBody, response: { 200: answers.submitted } } },
    async ({ body }, reply) => sendText(reply, { results: await venue.submit(body.orders) }),
  );
  http.post(
    "/v1/cancels",
    { schema: { summary: "Ends orders", security, body: cancelsBody, response: { 200: answers.changed } } },
    async ({ body }, reply) => sendText(reply, { results: await venue.cancel(body.cancels) }),
  );
  http.post(
    "/v1/replaces",
    {
      schema: {
        summary: "Changes quantities and prices of orders",
        security,
        body: replacesBody,
        response: { 200: answers.changed },
      },
    },
    async ({ body }, reply) => sendText(reply, { results: await venue.replace(body.replaces) }),
  );
  http.post(
    "/v1/cancel-all",
    {
      schema: {
        summary: "Ends all orders, of an account or symbol",
        security,
        body: cancelAllBody,
        response: { 200: answers.cancelled },
      },
    },
    async ({ body }, reply) => sendText(reply, { cancelled: await venue.cancelAll(body) }),
  );
}

function addViews(http: Http, venue: Venue): void {
  http.get(
    "/v1/orders",
    {
      schema: {
        summary: "Orders: all that are open, or a page of all",
        description: `A page goes on from the oldest order that is kept. ${KEPT}`,
        security,
        querystring: ordersQuery,
        response: { 200: answers.orders },
      },
    },
    async ({ query }, reply) => {
      if (query.open === "true") return sendText(reply, { orders: await venue.openOrders(query.account) });
      const lines = await venue.orderLines(query.account, query.after, query.limit);
      return sendLines(reply, `{"orders":[${lines.join(",")}]}`);
    },
  );
  http.get(
    "/v1/orders/:order_id",
    { schema: { summary: "An order", security, params: orderPath, response: { 200: answers.order } } },
    async ({ params }, reply) =>
      sendText(
        reply,
        (await venue.order(params.order_id)) ??
          missing(`The venue knows no order ${params.order_id}: it never came, or ended RETENTION_DAYS ago.`),
      ),
  );
  http.get(
    "/v1/positions",
    {
      schema: {
        summary: "Who holds what, by the venue's own book",
        security,
        querystring: positionsQuery,
        response: { 200: answers.positions },
      },
    },
    async ({ query }, reply) => sendText(reply, await venue.positions(query.account)),
  );
  http.get(
    "/v1/book/:symbol",
    {
      schema: {
        summary: "Bids and asks",
        security,
        params: bookPath,
        querystring: bookQuery,
        response: { 200: answers.book },
      },
    },
    async ({ params, query }, reply) =>
      sendText(
        reply,
        (await venue.book(params.symbol, query.depth)) ?? missing(`${params.symbol} is not traded here.`),
      ),
  );
  http.get(
    "/v1/fills",
    {
      schema: {
        summary: "The venue's record of fills",
        description: `A page goes on from the oldest fill that is kept. ${KEPT}`,
        security,
        querystring: fillsQuery,
        response: { 200: answers.fills },
      },
    },
    async ({ query }, reply) => {
      const lines = venue.fillLines(query.after, query.limit);
      return sendLines(reply, `{"fills":[${lines.join(",")}]}`);
    },
  );
}

function addFeed(http: Http, venue: Venue): void {
  http.get(
    "/v1/executions",
    {
      schema: {
        summary: "What happened after a seq, and what happens",
        description: `Without gaps. ${KEPT} When an event after \`after\` is not kept any more, the answer is 410 with the oldest that is.`,
        security,
        querystring: feedQuery,
        response: { 200: answers.executions, 410: answers.gone },
      },
    },
    async ({ query, log, id }, reply) => {
      const { oldest } = venue.feed;
      if (query.after < oldest - 1) return sendText(reply.code(410), goneAnswer(query.after, oldest, id));
      if (query.after > venue.feed.last)
        log.warn(
          { after: query.after, last: venue.feed.last },
          "a reader knows more than there is: its cursor is of other data",
        );
      const lines: unknown = Readable.from(venue.feed.read(query.after, query.limit), { objectMode: false });
      return (
        reply
          .type("application/x-ndjson; charset=utf-8")
          .header("cache-control", "no-store")
          .header("x-accel-buffering", "no")
          // nothing follows on it; kept alive, it would hold up the end of the process
          .header("connection", "close")
          .send(lines as string)
      );
    },
  );
}

function goneAnswer(after: number, oldest: number, requestId: string): z.input<typeof answers.gone> {
  return {
    error: "events_gone",
    message:
      `Events ${after + 1} to ${oldest - 1} are not kept any more: ask for what is after ${oldest - 1}. ` +
      "What is open is at /v1/orders?open=true, and what is held at /v1/positions.",
    status: 410,
    requestId,
    oldest,
  };
}

function missing(message: string): never {
  throw new HttpError(404, "not_found", message);
}
