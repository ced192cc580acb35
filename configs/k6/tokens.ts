import exec from "k6/execution";
import http, { type Answer } from "k6/http";
import { refusalText } from "../../model/load/protocol";
import { run, secret } from "./run";

export interface Token {
  readonly text: string;
  /** Milliseconds since 1970. */
  readonly asked: number;
  readonly lifeMs: number;
}

/** Of its life, the share after which a client asks for a token of its own: not all of them at once. */
const EARLIEST = 0.5;
const LATEST = 0.85;
/** After a refusal; authn is limited to some requests a second. */
const RETRY_MS = 5000;

/** Of setup, for everybody. */
export function firstToken(): Token {
  const answer = ask();
  if (answer.status === 0)
    return exec.test.abort(refusalText("unreachable", `${run.base}: ${answer.error || "no answer"}`));
  const token = read(answer);
  return token ?? exec.test.abort(refusalText("client", `status ${answer.status} for client ${run.client}`));
}

let own: Token | undefined;
let retryAt = 0;

/** Share of a token's life after which this client renews it; multiples of the golden ratio lie far apart. */
const patience = (): number => EARLIEST + (LATEST - EARLIEST) * ((exec.vu.idInTest * 0.618_034) % 1);

/** One that is good for a while: runs last longer than tokens. */
export function tokenOf(shared: Token): string {
  const current = own ?? shared;
  const now = Date.now();
  if (now < current.asked + current.lifeMs * patience() || now < retryAt) return current.text;
  const next = read(ask());
  if (next) own = next;
  else retryAt = now + RETRY_MS;
  return (own ?? shared).text;
}

function ask(): Answer {
  return http.post(
    `${run.base}/api/auth/token`,
    { grant_type: "client_credentials", client_id: run.client, client_secret: secret },
    { tags: { name: "token" }, responseType: "text", timeout: "10s" },
  );
}

function read({ status, body }: Answer): Token | undefined {
  if (status !== 200 || body === null) return undefined;
  const { access_token, expires_in } = JSON.parse(body) as {
    readonly access_token: string;
    readonly expires_in: number;
  };
  return { text: access_token, asked: Date.now(), lifeMs: expires_in * 1000 };
}

export const bearer = (token: string): Readonly<Record<string, string>> => ({
  authorization: `Bearer ${token}`,
});
