import { STATUS_CODES } from "node:http";
import type { FastifyError, FastifyReply, FastifyRequest } from "fastify";
import { hasZodFastifySchemaValidationErrors } from "fastify-type-provider-zod";

/** What every API answers when it does not do what it was asked. */
export interface ErrorAnswer {
  /** For programs: a word that stays. */
  readonly error: string;
  /** For people. */
  readonly message: string;
  readonly status: number;
  readonly requestId: string;
  /** Every problem of the input, with the path to it. */
  readonly issues?: readonly { readonly path: string; readonly message: string }[];
}

/** A refusal on purpose: its message goes to the client as it is. */
export class HttpError extends Error {
  override readonly name = "HttpError";

  constructor(
    readonly statusCode: number,
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

export function answerError(error: unknown, request: FastifyRequest, reply: FastifyReply): void {
  if (hasZodFastifySchemaValidationErrors(error)) {
    const where = error.validationContext ?? "request";
    const issues = error.validation.map((issue) => ({
      path: `${where}${issue.instancePath}`,
      message: issue.message ?? "is not allowed",
    }));
    answer(request, reply, 400, "invalid", "The request is not as described; see issues.", issues);
    return;
  }
  const { statusCode = 500, code, message } = error as Partial<FastifyError>;
  if (statusCode >= 500 || statusCode < 400) {
    request.log.error({ err: error }, "request failed");
    const status = statusCode >= 500 ? statusCode : 500;
    // what went wrong inside is for the log; a refusal on purpose says it itself
    const shown =
      error instanceof HttpError ? error.message : "The request failed; the log has it by its id.";
    answer(request, reply, status, error instanceof HttpError ? error.code : "internal", shown);
    return;
  }
  answer(
    request,
    reply,
    statusCode,
    error instanceof HttpError ? error.code : wordOf(statusCode, code),
    message,
  );
}

export function answerNotFound(request: FastifyRequest, reply: FastifyReply): void {
  answer(request, reply, 404, "not_found", `There is no ${request.method} ${request.url.split("?", 1)[0]}.`);
}

function answer(
  request: FastifyRequest,
  reply: FastifyReply,
  status: number,
  error: string,
  message: string | undefined,
  issues?: ErrorAnswer["issues"],
): void {
  const body: ErrorAnswer = {
    error,
    message: message ?? STATUS_CODES[status] ?? "",
    status,
    requestId: request.id,
    ...(issues ? { issues } : {}),
  };
  // as text: a route's schema describes its good answers, and must not reshape this one
  void reply.code(status).type("application/json; charset=utf-8").send(JSON.stringify(body));
}

/** Fastify's own codes ("FST_ERR_CTP_BODY_TOO_LARGE") say how it is built; clients get the status in words. */
function wordOf(status: number, code: string | undefined): string {
  return code && !code.startsWith("FST_")
    ? code.toLowerCase()
    : (STATUS_CODES[status] ?? "error").toLowerCase().replaceAll(/\W+/g, "_");
}
