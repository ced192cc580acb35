import { collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";
import type { FastifyInstance, FastifyRequest } from "fastify";

/** Seconds. Fine below 50 ms, where an order lives, and coarse above. */
const durationBuckets = [0.001, 0.0025, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** A registry of the service's own: nothing is global, so that two services can run in one test. */
export function createMetrics(service: string, version: string): Registry {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  new Gauge({
    name: "service_info",
    help: "Which service and version this is; always 1.",
    labelNames: ["service", "version"],
    registers: [registry],
  }).set({ service, version }, 1);
  return registry;
}

/**
 * Rate, errors and duration of every route. One histogram is all three: its count is the rate, its status label
 * tells the errors. The route is the pattern ("/orders/:id"), never the path, so the number of series is bounded.
 */
export function measureRequests(http: FastifyInstance, registry: Registry): void {
  const duration = new Histogram({
    name: "http_request_duration_seconds",
    help: "How long requests took, by method, route and status.",
    labelNames: ["method", "route", "status"],
    buckets: durationBuckets,
    registers: [registry],
  });
  const inFlight = new Gauge({
    name: "http_requests_in_flight",
    help: "Requests that have been received and not yet answered.",
    registers: [registry],
  });
  http.addHook("onRequest", (_request, reply, done) => {
    inFlight.inc();
    // 'close' comes exactly once, also when the client went away
    reply.raw.once("close", () => inFlight.dec());
    done();
  });
  http.addHook("onResponse", (request, reply, done) => {
    const labels = { method: request.method, route: routeOf(request), status: String(reply.statusCode) };
    duration.observe(labels, reply.elapsedTime / 1000);
    done();
  });
}

export function routeOf(request: FastifyRequest): string {
  return request.routeOptions.url ?? "unmatched";
}
