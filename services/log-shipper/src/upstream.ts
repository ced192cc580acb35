import type { Secret } from "../../kit";
import { basicAuth, reasonOf } from "../../kit/outgoing";

export interface UpstreamSettings {
  /** Named in errors. */
  readonly name: string;
  readonly url: string;
  readonly username: string;
  readonly password: Secret;
  /** For a whole answer. */
  readonly timeoutMs: number;
}

export interface Question {
  /** @default GET */
  readonly method?: "POST" | "PUT" | "DELETE";
  readonly body?: string;
  /** @default application/json */
  readonly type?: string;
  /** Ends the question early. */
  readonly signal?: AbortSignal | undefined;
}

/** Something over HTTP that asks for a login: the engine's proxy, and the store. */
export class Upstream {
  readonly #settings: UpstreamSettings;

  constructor(settings: UpstreamSettings) {
    this.#settings = settings;
  }

  /** @param allowed statuses that are an answer, beside 2xx @throws when there is none, or another one */
  async ask(path: string, question: Question = {}, allowed: readonly number[] = []): Promise<Response> {
    const { name, url, username, password, timeoutMs } = this.#settings;
    const { method = "GET", body, type = "application/json", signal } = question;
    const limit = AbortSignal.timeout(timeoutMs);
    let response: Response;
    try {
      response = await fetch(`${url}${path}`, {
        method,
        headers: {
          ...basicAuth(username, password),
          ...(body === undefined ? {} : { "content-type": type }),
        },
        ...(body === undefined ? {} : { body }),
        redirect: "error",
        signal: signal ? AbortSignal.any([signal, limit]) : limit,
      });
    } catch (error) {
      throw new Error(`${name} does not answer: ${reasonOf(error)}`, { cause: error });
    }
    if (response.ok || allowed.includes(response.status)) return response;
    const said = (await response.text()).slice(0, 300);
    throw new Error(`${name} answered ${response.status} to ${method} ${path.split("?", 1)[0]}: ${said}`);
  }
}
