import { Agent } from "node:https";
import { ask } from "../../harness/https";

export interface Reply<Body> {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Body;
}

/** What a service says when it refuses. */
export interface Refused {
  readonly error: string;
  readonly message: string;
  readonly rule?: string;
  readonly order?: { readonly order_id: string; readonly status: string };
}

export type Ask = <Body = Refused>(
  method: string,
  path: string,
  body?: unknown,
  headers?: Readonly<Record<string, string>>,
) => Promise<Reply<Body>>;

/** The platform's APIs behind its gateway, as a client outside has them: TLS, and a token or none. */
export class Api {
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 32 });

  /**
   * @param base https://host:port of the gateway
   * @param ca the platform's own authority, PEM
   */
  constructor(
    private readonly base: string,
    readonly ca: string,
  ) {}

  /** Everything that is asked with this token; without one, as a stranger. */
  as(token?: string): Ask {
    return async <Body>(
      method: string,
      path: string,
      body?: unknown,
      headers: Readonly<Record<string, string>> = {},
    ) => {
      const text = body === undefined ? undefined : JSON.stringify(body);
      const answer = await ask(`${this.base}/api${path}`, {
        method,
        ca: this.ca,
        agent: this.#agent,
        headers: {
          ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
          // with its length: of a DELETE, Node would otherwise not say that it has a body
          ...(text === undefined
            ? {}
            : { "content-type": "application/json", "content-length": String(Buffer.byteLength(text)) }),
          ...headers,
        },
        ...(text === undefined ? {} : { body: text }),
      });
      return { status: answer.status, headers: answer.headers, body: parsed(answer.body) as Body };
    };
  }

  /** A token for a password, in the way of OAuth 2.0. @throws when authn does not give one */
  async login(username: string, password: string): Promise<string> {
    const { status, body } = await this.token({ grant_type: "password", username, password });
    if (status !== 200 || body.access_token === undefined)
      throw new Error(`${username} gets no token: ${status} ${JSON.stringify(body)}`);
    return body.access_token;
  }

  async token(
    form: Readonly<Record<string, string>>,
  ): Promise<Reply<{ readonly access_token?: string; readonly error?: string }>> {
    const answer = await ask(`${this.base}/api/auth/token`, {
      method: "POST",
      ca: this.ca,
      agent: this.#agent,
      headers: { "content-type": "application/x-www-form-urlencoded" },
      body: new URLSearchParams(form).toString(),
    });
    return {
      status: answer.status,
      headers: answer.headers,
      body: parsed(answer.body) as { readonly access_token?: string; readonly error?: string },
    };
  }

  close(): void {
    this.#agent.destroy();
  }
}

/** What is no JSON is shown as it is: a test says then what came. */
function parsed(text: string): unknown {
  try {
    return text === "" ? undefined : JSON.parse(text);
  } catch {
    return text;
  }
}
