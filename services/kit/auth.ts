import type { FastifyReply, FastifyRequest } from "fastify";
import { createRemoteJWKSet, errors, jwtVerify } from "jose";
import { z } from "zod";
import { url } from "./config";
import { HttpError } from "./errors";
import type { Http } from "./http";

/** Each may do what the one before it may. */
export const roles = ["viewer", "trader", "admin"] as const;
export type Role = (typeof roles)[number];

/** Who asks, as its token says. */
export interface Caller {
  readonly subject: string;
  readonly kind: "user" | "service";
  readonly role: Role;
  /** Accounts that it may trade and see; `*` is all of them. */
  readonly accounts: readonly string[];
}

/** @throws {HttpError} 401 for a token that is not valid, 503 when nobody can say */
export type Verify = (token: string) => Promise<Caller>;

declare module "fastify" {
  interface FastifyContextConfig {
    /** Who may ask; `public` is everybody. A route that does not say is refused to everybody. */
    readonly role?: Role | "public";
  }
  interface FastifyRequest {
    caller: Caller | undefined;
  }
}

/** Spread into the config of every service with an API. */
export const authFields = { AUTHN_URL: url("http", "https") };

/** Issuer and audience of every token of the platform. */
export const ISSUER = "trade2026";
export const AUDIENCE = "trade2026-api";
export const ALGORITHM = "EdDSA";

/** What a token carries besides the registered claims. */
export const tokenClaims = z.object({
  sub: z.string().min(1),
  kind: z.enum(["user", "service"]),
  role: z.enum(roles),
  accounts: z.array(z.string()).min(1),
  exp: z.number(),
});

/** A token is checked once and then known until it ends; a busy client sends the same one thousands of times. */
const REMEMBERED = 10_000;

/** Checks tokens against the keys that authn publishes; known keys go on serving while it is down. */
export function jwtVerifier(authnUrl: string): Verify {
  const keys = createRemoteJWKSet(new URL(`${authnUrl}/.well-known/jwks.json`), {
    timeoutDuration: 2000,
    cooldownDuration: 5000,
    cacheMaxAge: 3_600_000,
  });
  const known = new Map<string, { readonly caller: Caller; readonly expires: number }>();
  return async (token) => {
    const before = known.get(token);
    if (before && before.expires > Date.now()) return before.caller;
    const { sub: subject, exp, ...rest } = await claimsOf(token, keys);
    const caller: Caller = { subject, kind: rest.kind, role: rest.role, accounts: rest.accounts };
    if (known.size >= REMEMBERED) known.clear();
    known.set(token, { caller, expires: exp * 1000 });
    return caller;
  };
}

async function claimsOf(
  token: string,
  keys: ReturnType<typeof createRemoteJWKSet>,
): Promise<z.output<typeof tokenClaims>> {
  try {
    const { payload } = await jwtVerify(token, keys, {
      issuer: ISSUER,
      audience: AUDIENCE,
      algorithms: [ALGORITHM],
    });
    return tokenClaims.parse(payload);
  } catch (error) {
    const refused =
      error instanceof z.ZodError ||
      (error instanceof errors.JOSEError &&
        !(error instanceof errors.JWKSTimeout) &&
        error.code !== "ERR_JOSE_GENERIC");
    if (!refused)
      throw new HttpError(503, "authn_unavailable", "Tokens cannot be checked at the moment; try again.");
    throw new HttpError(
      401,
      "token_invalid",
      `The token is not valid: ${error instanceof errors.JWTExpired ? "it has expired" : "ask for a new one"}.`,
    );
  }
}

/**
 * From now on every route asks for its role, `Authorization: Bearer <token>`. Routes that were added before (health,
 * metrics, the API description) do not change.
 */
export function authenticate(http: Http, verify: Verify): void {
  http.decorateRequest("caller", undefined);
  http.addHook("onRequest", async (request: FastifyRequest, _reply: FastifyReply) => {
    const { role } = request.routeOptions.config;
    if (role === "public" || request.is404 || OPEN.has(request.routeOptions.url ?? "")) return;
    const token = /^Bearer ([A-Za-z0-9._~+/=-]+)$/.exec(request.headers.authorization ?? "")?.[1];
    if (token === undefined)
      throw new HttpError(401, "token_missing", "Send a token: Authorization: Bearer <token>.");
    const caller = await verify(token);
    if (role === undefined || !mayAct(caller, role))
      throw new HttpError(
        403,
        "role_missing",
        `This needs the role ${role ?? "of nobody"}; the token has ${caller.role}.`,
      );
    request.caller = caller;
  });
}

/** What every service answers to everybody, or guards by itself. */
const OPEN = new Set(["/health", "/health/ready", "/health/live", "/metrics", "/openapi.json"]);

export function mayAct(caller: Caller, role: Role): boolean {
  return roles.indexOf(caller.role) >= roles.indexOf(role);
}

export function mayUse(caller: Caller, account: string): boolean {
  return caller.accounts.includes("*") || caller.accounts.includes(account);
}

/** The caller of a route that has a role. */
export function callerOf(request: FastifyRequest): Caller {
  if (!request.caller)
    throw new HttpError(401, "token_missing", "Send a token: Authorization: Bearer <token>.");
  return request.caller;
}
