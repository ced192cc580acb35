import { NotReadyError } from "./job";
import { reasonOf } from "../../kit/outgoing";

export interface StoreOptions {
  /** Named in errors. */
  readonly name: string;
  readonly base: string;
  readonly headers: Readonly<Record<string, string>>;
}

export interface StoreRequest {
  readonly method?: "GET" | "PUT" | "POST" | "HEAD";
  readonly body?: string;
  readonly contentType?: string;
}

export interface StoreAnswer {
  readonly status: number;
  readonly body: string;
}

const timeoutMs = 15_000;
/** The server, or the proxy before it, is on its way up. */
const notReadyStatuses: ReadonlySet<number> = new Set([502, 503, 504]);

/** A store spoken to over HTTP. Its refusals of our credentials are errors of their own, because they are common. */
export class StoreHttp {
  constructor(private readonly options: StoreOptions) {}

  /**
   * @throws {NotReadyError} when nobody answers, or a 502, 503 or 504
   * @throws {Error} on 401 and 403
   */
  async ask(path: string, request: StoreRequest = {}): Promise<StoreAnswer> {
    const { name, base, headers } = this.options;
    const answer = await this.#fetch(path, request);
    if (answer.status === 401 || answer.status === 403) {
      const user =
        headers["authorization"] === undefined && !headers["x-clickhouse-user"]
          ? "without credentials"
          : "with our credentials";
      throw new Error(`${name} at ${base} refuses us ${user} (${answer.status}): ${shorten(answer.body)}`);
    }
    if (notReadyStatuses.has(answer.status)) {
      throw new NotReadyError(`${base} answered ${answer.status}: ${shorten(answer.body)}`);
    }
    return answer;
  }

  async #fetch(path: string, request: StoreRequest): Promise<StoreAnswer> {
    const { base, headers } = this.options;
    try {
      const response = await fetch(`${base}${path}`, {
        method: request.method ?? "GET",
        headers: {
          ...headers,
          ...(request.body === undefined
            ? {}
            : { "content-type": request.contentType ?? "application/json" }),
        },
        ...(request.body === undefined ? {} : { body: request.body }),
        redirect: "error",
        signal: AbortSignal.timeout(timeoutMs),
      });
      return { status: response.status, body: await response.text() };
    } catch (error) {
      throw new NotReadyError(`${base}: ${reasonOf(error)}`, { cause: error });
    }
  }
}

export function shorten(text: string): string {
  const line = text.replaceAll(/\s+/g, " ").trim();
  return line === "" ? "(empty answer)" : line.length > 300 ? `${line.slice(0, 300)}…` : line;
}
