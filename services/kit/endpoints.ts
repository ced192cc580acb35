import { z } from "zod";
import type { FastifyReply, FastifyRequest } from "fastify";
import type { Registry } from "prom-client";
import { isServing, type Health } from "./health";
import type { Http } from "./http";

const statusWord = z.enum(["ok", "degraded", "unavailable", "draining"]);
const checkResult = z.object({ status: z.enum(["ok", "failed"]), error: z.string().optional() });
const report = z.object({ status: statusWord, checks: z.record(z.string(), checkResult) });
const summary = z.object({ status: statusWord, service: z.string(), version: z.string() });

/**
 * The routes every service has. /health is for everybody and says one word; /health/ready and /health/live are for
 * probes and name each check, /metrics is for Prometheus: these three do not exist for who comes through a gateway.
 */
export function addEndpoints(
  http: Http,
  service: string,
  version: string,
  health: Health,
  metrics: Registry,
): void {
  http.get(
    "/health",
    {
      schema: {
        summary: "How the service is, in one word",
        tags: ["health"],
        response: { 200: summary, 503: summary },
      },
    },
    async (_request, reply) => {
      const { status } = await health.ready();
      return reply.code(isServing(status) ? 200 : 503).send({ status, service, version });
    },
  );
  const probe = { onRequest: insideOnly, schema: { hide: true, response: { 200: report, 503: report } } };
  http.get("/health/ready", probe, async (_request, reply) => {
    const state = await health.ready();
    return reply.code(isServing(state.status) ? 200 : 503).send(state);
  });
  http.get("/health/live", probe, async (_request, reply) => {
    const state = await health.live();
    return reply.code(isServing(state.status) ? 200 : 503).send(state);
  });
  http.get("/metrics", { onRequest: insideOnly, schema: { hide: true } }, async (_request, reply) =>
    reply.type(metrics.contentType).send(await metrics.metrics()),
  );
}

/** A gateway always says for whom it asks, and its clients cannot keep it from doing so. */
function insideOnly(request: FastifyRequest, reply: FastifyReply, done: () => void): void {
  if (request.headers["x-forwarded-for"] === undefined) {
    done();
  } else {
    reply.callNotFound();
  }
}
