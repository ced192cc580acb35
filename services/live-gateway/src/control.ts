import { chmodSync, rmSync } from "node:fs";
import { createConnection, createServer, type Server } from "node:net";
import { parseArgs } from "node:util";
import { z } from "zod";
import { killLevel } from "../../contracts/control";
import { identifier } from "../../contracts/values";
import type { Log } from "../../kit";

/**
 * The control channel of an operator on the host: a socket that only this container's user can open. It works when
 * the gateway, authn, NATS, Valkey and everything else of the platform are down.
 */
export const SOCKET = "/tmp/live-gateway.sock";

const reason = z.string().trim().min(1).max(500);
export const controlRequest = z.discriminatedUnion("command", [
  z.strictObject({ command: z.literal("halt"), level: killLevel, reason, by: identifier }),
  z.strictObject({ command: z.literal("resume"), reason, by: identifier }),
  z.strictObject({ command: z.literal("state") }),
]);
export type ControlRequest = z.infer<typeof controlRequest>;

const MAX_BYTES = 8192;

/** One request a connection: a line of JSON each way. */
export function serveControl(
  path: string,
  answer: (request: ControlRequest) => unknown,
  log: Log,
): Promise<Server> {
  // left by a process that was killed; there is one live-gateway in a container
  rmSync(path, { force: true });
  const server = createServer((socket) => {
    let text = "";
    socket.setEncoding("utf8");
    socket.setTimeout(5000, () => socket.destroy());
    socket.on("error", () => socket.destroy());
    socket.on("data", (part: string) => {
      text += part;
      if (text.length > MAX_BYTES) socket.destroy();
      if (!text.includes("\n")) return;
      socket.end(`${JSON.stringify(answerTo(text, answer, log))}\n`);
    });
  });
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(path, () => {
      chmodSync(path, 0o600);
      resolve(server);
    });
  });
}

function answerTo(text: string, answer: (request: ControlRequest) => unknown, log: Log): unknown {
  try {
    return { ok: true, answer: answer(controlRequest.parse(JSON.parse(text))) };
  } catch (error) {
    log.error({ err: error }, "control: refused");
    return {
      ok: false,
      error:
        error instanceof z.ZodError
          ? z.prettifyError(error)
          : error instanceof Error
            ? error.message
            : String(error),
    };
  }
}

export const USAGE = `usage: node main.js control halt --level no-new-orders|reduce-only|flatten --reason "…" [--by NAME]
       node main.js control resume --reason "…" [--by NAME]
       node main.js control state`;

/** @throws Error with the usage when the arguments say nothing that can be done */
export function readArguments(args: readonly string[]): ControlRequest {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        level: { type: "string" },
        reason: { type: "string" },
        by: { type: "string", default: "operator" },
      },
    });
    const [command] = positionals;
    const { level, reason: why, by } = values;
    if (positionals.length !== 1) throw new Error("give one of halt, resume, state");
    return controlRequest.parse(
      command === "state"
        ? { command }
        : { command, reason: why, by, ...(level === undefined ? {} : { level }) },
    );
  } catch (error) {
    const what = error instanceof z.ZodError ? z.prettifyError(error) : (error as Error).message;
    throw new Error(`${what}\n${USAGE}`, { cause: error });
  }
}

const answerSchema = z.union([
  z.object({ ok: z.literal(true), answer: z.unknown() }),
  z.object({ ok: z.literal(false), error: z.string() }),
]);

/** @returns what the running process answers @throws when it refuses, or there is none */
export function askControl(path: string, request: ControlRequest, timeoutMs = 5000): Promise<unknown> {
  return new Promise((resolve, reject) => {
    let text = "";
    const socket = createConnection(path);
    socket.setEncoding("utf8");
    socket.setTimeout(timeoutMs, () => socket.destroy(new Error(`no answer within ${timeoutMs} ms`)));
    socket.on("error", (error) => reject(new Error(`no live-gateway listens on ${path}: ${error.message}`)));
    socket.on("connect", () => socket.write(`${JSON.stringify(request)}\n`));
    socket.on("data", (part: string) => (text += part));
    socket.on("end", () => {
      const answer = answerSchema.safeParse(text === "" ? undefined : JSON.parse(text));
      if (!answer.success) reject(new Error("the answer was cut off"));
      else if (answer.data.ok) resolve(answer.data.answer);
      else reject(new Error(answer.data.error));
    });
  });
}
