/** How to reach a store, as the test hands it to the client in a file. */
export interface Access {
  readonly host: string;
  readonly port: number;
  readonly username: string;
  readonly password: string;
}

/** Stores by their name on the lane; what the platform has not, is not there. */
export type AccessFile = Readonly<Record<string, Access>>;

/** One thing that is tried; what it returns, or the message of what it threw, goes back to the test. */
export type Check = () => Promise<unknown>;

export interface StoreChecks {
  readonly checks: Readonly<Record<string, Check>>;
  /** Leaves something that must survive. */
  readonly write: (mark: string) => Promise<void>;
  /** Reads back what `write` has left. */
  readonly read: () => Promise<string>;
}

export interface Outcome {
  readonly ok: boolean;
  readonly value: unknown;
}

/** What the store says to somebody that it must not let in. @throws when it lets them in */
export async function refusal(attempt: () => Promise<unknown>): Promise<string> {
  let value: unknown;
  try {
    value = await attempt();
  } catch (error) {
    return messageOf(error);
  }
  throw new Error(`was let in, and got ${JSON.stringify(value)}`);
}

export function messageOf(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(messageOf).join("; ");
  if (!(error instanceof Error)) return String(error);
  return error.cause === undefined ? error.message : `${error.message}: ${messageOf(error.cause)}`;
}

export function basic({
  username,
  password,
}: Pick<Access, "username" | "password">): Readonly<Record<string, string>> {
  return { authorization: `Basic ${Buffer.from(`${username}:${password}`).toString("base64")}` };
}

export interface HttpAnswer {
  readonly status: number;
  readonly text: string;
}

/** @throws when nobody answers within 15 s */
export async function http(
  { host, port }: Pick<Access, "host" | "port">,
  path: string,
  request: {
    readonly method?: string;
    readonly headers?: Readonly<Record<string, string>>;
    readonly body?: string;
  } = {},
): Promise<HttpAnswer> {
  const response = await fetch(`http://${host}:${port}${path}`, {
    method: request.method ?? "GET",
    headers: {
      ...(request.body === undefined ? {} : { "content-type": "application/json" }),
      ...request.headers,
    },
    ...(request.body === undefined ? {} : { body: request.body }),
    redirect: "error",
    signal: AbortSignal.timeout(15_000),
  });
  return { status: response.status, text: await response.text() };
}

/** The body of a good answer. @throws with status and body of any other */
export async function good<T>(answer: Promise<HttpAnswer>): Promise<T> {
  const { status, text } = await answer;
  if (status >= 300) throw new Error(`${status}: ${text.slice(0, 300)}`);
  return (text === "" ? undefined : JSON.parse(text)) as T;
}
