import { randomUUID } from "node:crypto";
import { STATUS_CODES } from "node:http";
import type { Socket } from "node:net";
import type { ConnectionError, FastifyError, FastifyReply, FastifyRequest } from "fastify";
import { hasZodFastifySchemaValidationErrors } from "fastify-type-provider-zod";
import type { ErrorAnswer } from "./problem";
import { JSON_TYPE, sendText } from "./reply";

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

const CLIENT_ERRORS: Readonly<Record<string, number>> = {
  ERR_HTTP_REQUEST_TIMEOUT: 408,
  HPE_HEADER_OVERFLOW: 431,
};

/** What is no HTTP, or too much of it, is answered in the words of everything else, and its connection ends. */
export function answerClientError(error: ConnectionError, socket: Socket): void {
  if (error.code !== "ECONNRESET" && socket.writable) {
    const status = CLIENT_ERRORS[error.code ?? ""] ?? 400;
    const phrase = STATUS_CODES[status] ?? "";
    const message = `The request cannot be read: ${phrase.toLowerCase()}.`;
    const body: ErrorAnswer = { error: wordOf(status, undefined), message, status, requestId: randomUUID() };
    const text = JSON.stringify(body);
    const head = [
      `HTTP/1.1 ${status} ${phrase}`,
      `content-type: ${JSON_TYPE}`,
      `content-length: ${Buffer.byteLength(text)}`,
      "connection: close",
    ];
    socket.write(`${head.join("\r\n")}\r\n\r\n${text}`);
  }
  socket.destroy(error);
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
  void sendText(reply.code(status), body);
}

/** Fastify's own codes ("FST_ERR_CTP_BODY_TOO_LARGE") say how it is built; clients get the status in words. */
function wordOf(status: number, code: string | undefined): string {
  return code && !code.startsWith("FST_")
    ? code.toLowerCase()
    : (STATUS_CODES[status] ?? "error").toLowerCase().replaceAll(/\W+/g, "_");
}
