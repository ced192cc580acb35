import type { FastifyReply } from "fastify";

export const JSON_TYPE = "application/json; charset=utf-8";

/**
 * Sends JSON as text: the route's schema describes it, and checking our own values again, to write them, would cost more
 * than all of the rest.
 */
export function sendText(reply: FastifyReply, value: unknown): FastifyReply {
  return sendLines(reply, JSON.stringify(value));
}

/** The same for what is JSON already. */
export function sendLines(reply: FastifyReply, json: string): FastifyReply {
  return reply.type(JSON_TYPE).send(json);
}
