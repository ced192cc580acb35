import { Readable } from "node:stream";
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
          missing(`The venue has never seen an order ${params.order_id}.`),
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
    async ({ query }, reply) => sendText(reply, { positions: await venue.positions(query.account) }),
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
        summary: "The venue's record of all fills",
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
        security,
        querystring: feedQuery,
        response: { 200: answers.executions },
      },
    },
    async ({ query, log }, reply) => {
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

function missing(message: string): never {
  throw new HttpError(404, "not_found", message);
}
