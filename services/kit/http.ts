import { randomUUID } from "node:crypto";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import Fastify, { LogController, type FastifyBaseLogger, type FastifyInstance } from "fastify";
import { serializerCompiler, type ZodTypeProvider } from "fastify-type-provider-zod";
import type { Registry } from "prom-client";
import { answerClientError, answerError, answerNotFound } from "./errors";
import type { Health } from "./health";
import { validateInput } from "./input";
import type { Log } from "./log";
import { measureRequests, routeOf } from "./metrics";
import { describeApi } from "./openapi";

/** Fastify with zod: a route's `schema` checks its input, shapes its answer and is its OpenAPI description. */
export type Http = FastifyInstance<
  Server,
  IncomingMessage,
  ServerResponse,
  FastifyBaseLogger,
  ZodTypeProvider
>;

export interface HttpOptions {
  readonly service: string;
  readonly version: string;
  readonly description: string;
  readonly log: Log;
  readonly metrics: Registry;
  readonly health: Health;
  /**
   * Bytes of a request's body.
   * @default 1048576
   */
  readonly bodyLimit?: number;
}

/** Longer than the 90 s for which the gateway keeps idle connections: who closes first must be the client. */
const keepAliveMs = 95_000;
const requestId = /^[\w.:-]{1,64}$/;

/** The server without routes of its own: metrics, errors, request log and OpenAPI are in place. */
export async function createHttp(options: HttpOptions): Promise<Http> {
  const http = Fastify({
    loggerInstance: options.log as FastifyBaseLogger,
    logController: new LogController({ disableRequestLogging: true, requestIdLogLabel: "requestId" }),
    bodyLimit: options.bodyLimit ?? 1024 * 1024,
    keepAliveTimeout: keepAliveMs,
    requestTimeout: 30_000,
    forceCloseConnections: "idle",
    // how long a parameter may be is its schema's to say, not the router's
    routerOptions: { maxParamLength: 16 * 1024 },
    // what Fastify refuses before it knows the route, such as a path that cannot be decoded
    frameworkErrors: answerError,
    clientErrorHandler: answerClientError,
    genReqId: (request) => {
      const given = request.headers["x-request-id"];
      return typeof given === "string" && requestId.test(given) ? given : randomUUID();
    },
  }).withTypeProvider<ZodTypeProvider>();
  http.setValidatorCompiler(validateInput);
  http.setSerializerCompiler(serializerCompiler);
  http.setErrorHandler(answerError);
  http.setNotFoundHandler(answerNotFound);
  measureRequests(http as unknown as FastifyInstance, options.metrics);
  logRequests(http);
  leaveWhileDraining(http, options.health);
  const { service: title, version, description } = options;
  await describeApi(http, { title, version, description });
  return http;
}

/**
 * One line a request, without its query: a query may carry a ticket. What went well only at debug: it is counted
 * anyway, and a line costs the engine more than many a request does the service.
 */
function logRequests(http: Http): void {
  http.addHook("onResponse", (request, reply, done) => {
    const route = routeOf(request);
    const quiet = reply.statusCode < 400 || route.startsWith("/health") || route === "/metrics";
    request.log[quiet ? "debug" : "info"](
      {
        method: request.method,
        path: request.url.split("?", 1)[0],
        route,
        status: reply.statusCode,
        ms: Math.round(reply.elapsedTime * 100) / 100,
      },
      "request",
    );
    done();
  });
}

/** Kept-alive clients would otherwise hold their connection, and keep asking, until the deadline. */
function leaveWhileDraining(http: Http, health: Health): void {
  http.addHook("onSend", (_request, reply, _payload, done) => {
    if (health.draining) {
      reply.header("connection", "close");
    }
    done();
  });
}
