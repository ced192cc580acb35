import type { FastifyReply, FastifyRequest } from "fastify";
import { z } from "zod";
import { HttpError, refusals, type Caller, type Http } from "../../kit";
import { TooManyError } from "./logins";
import type { Parts } from "./parts";
import type { User } from "./users";

const text = z.string().min(1).max(1024);
const tokenRequest = z.discriminatedUnion("grant_type", [
  z.object({ grant_type: z.literal("password"), username: text, password: text }),
  z.object({ grant_type: z.literal("refresh_token"), refresh_token: text }),
  z.object({
    grant_type: z.literal("client_credentials"),
    client_id: text.optional().describe("Or both as HTTP Basic"),
    client_secret: text.optional(),
  }),
]);
const grantTypes = ["password", "refresh_token", "client_credentials"];

const tokenAnswer = z.object({
  access_token: z.string(),
  token_type: z.literal("Bearer"),
  expires_in: z.int().describe("Seconds"),
  refresh_token: z.string().optional().describe("Good for one use, which answers with the next one"),
});
type TokenAnswer = z.infer<typeof tokenAnswer>;

/** OAuth 2.0 (RFC 6749), errors with its words in `error`. */
export function addTokenRoutes(http: Http, parts: Parts): void {
  http.post(
    "/token",
    {
      config: { role: "public" },
      attachValidation: true,
      schema: {
        summary: "Tokens, for a password, a refresh token or a service's secret",
        tags: ["tokens"],
        consumes: ["application/x-www-form-urlencoded", "application/json"],
        body: tokenRequest,
        response: { 200: tokenAnswer, ...refusals(401, 429, 503) },
      },
    },
    async (request, reply) => {
      void reply.headers({ "cache-control": "no-store", pragma: "no-cache" });
      if (request.validationError) throw invalid(request);
      const asked = request.body;
      switch (asked.grant_type) {
        case "password":
          return byPassword(parts, reply, asked.username, asked.password);
        case "refresh_token":
          return byRefresh(parts, asked.refresh_token);
        case "client_credentials":
          return byClient(parts, request, reply, asked.client_id, asked.client_secret);
      }
    },
  );
  http.get(
    "/.well-known/jwks.json",
    {
      config: { role: "public" },
      schema: {
        summary: "The public keys that tokens are signed with",
        tags: ["tokens"],
        response: { 200: z.object({ keys: z.array(z.record(z.string(), z.unknown())) }) },
      },
    },
    (_request, reply) => {
      void reply.header("cache-control", "no-cache");
      return { keys: parts.keys.published().keys.map((key) => ({ ...key })) };
    },
  );
}

async function byPassword(
  { logins, grants, tokens }: Parts,
  reply: FastifyReply,
  username: string,
  password: string,
): Promise<TokenAnswer> {
  const user = await retryLater(reply, () => logins.check(username, password, "token"));
  const refresh = user && (await grants.issue("refresh", user));
  if (!user || refresh === undefined)
    throw new HttpError(400, "invalid_grant", "The user name or the password is wrong.");
  return { ...(await answerFor(tokens, callerOf(user))), refresh_token: refresh };
}

async function byRefresh({ grants, tokens, audit }: Parts, token: string): Promise<TokenAnswer> {
  const redeemed = await grants.redeem(token);
  if (redeemed.kind === "reused")
    audit.note({ act: "refresh-reuse", actor: redeemed.name, outcome: "denied" });
  if (redeemed.kind !== "good")
    throw new HttpError(400, "invalid_grant", "The refresh token is not valid any more: log in again.");
  return { ...(await answerFor(tokens, callerOf(redeemed.user))), refresh_token: redeemed.next };
}

async function byClient(
  { clients, tokens }: Parts,
  request: FastifyRequest,
  reply: FastifyReply,
  id: string | undefined,
  secret: string | undefined,
): Promise<TokenAnswer> {
  const basic = basicOf(request.headers.authorization);
  if (basic && secret !== undefined)
    throw new HttpError(400, "invalid_request", "The client proves itself in two ways; use one.");
  const caller = clients.check(basic?.id ?? id ?? "", basic?.secret ?? secret ?? "");
  if (!caller) {
    void reply.header("www-authenticate", 'Basic realm="trade2026", charset="UTF-8"');
    throw new HttpError(401, "invalid_client", "The client's id or secret is wrong.");
  }
  return answerFor(tokens, caller);
}

async function answerFor(tokens: Parts["tokens"], caller: Caller): Promise<TokenAnswer> {
  return { access_token: await tokens.sign(caller), token_type: "Bearer", expires_in: tokens.lifeSeconds };
}

function callerOf(user: User): Caller {
  return { subject: user.name, kind: "user", role: user.role, accounts: user.accounts };
}

/** Says in the header, too, when to try again. */
export async function retryLater<Result>(reply: FastifyReply, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof TooManyError) void reply.header("retry-after", String(error.retryAfterSeconds));
    throw error;
  }
}

function invalid(request: FastifyRequest): HttpError {
  const given = (request.body as { readonly grant_type?: unknown } | null | undefined)?.grant_type;
  if (typeof given === "string" && !grantTypes.includes(given))
    return new HttpError(
      400,
      "unsupported_grant_type",
      `${given.slice(0, 60)} is not supported; grant_type is ${grantTypes.join(", ")}.`,
    );
  return new HttpError(
    400,
    "invalid_request",
    "Wants grant_type password with username and password, refresh_token with refresh_token, or client_credentials with a client's id and secret.",
  );
}

/** Both parts are form-encoded inside (RFC 6749, 2.3.1). */
function basicOf(header: string | undefined): { readonly id: string; readonly secret: string } | undefined {
  const encoded = /^Basic ([A-Za-z0-9+/=]+)$/i.exec(header ?? "")?.[1];
  if (encoded === undefined) return undefined;
  const pair = Buffer.from(encoded, "base64").toString("utf8");
  const colon = pair.indexOf(":");
  if (colon < 0) return undefined;
  try {
    return { id: decoded(pair.slice(0, colon)), secret: decoded(pair.slice(colon + 1)) };
  } catch {
    return undefined;
  }
}

const decoded = (part: string): string => decodeURIComponent(part.replaceAll("+", " "));
