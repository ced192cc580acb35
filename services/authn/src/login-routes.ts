import { randomBytes } from "node:crypto";
import type { FastifyReply, FastifyRequest } from "fastify";
import { z } from "zod";
import { mayAct, refusals, roles, HttpError, type Http } from "../../kit";
import { SESSION_COOKIE } from "../../contracts/session";
import { cookieOf, otherCookies } from "./forms";
import { loginPage, loginPolicy, logoutPage } from "./login-page";
import { TooManyError } from "./logins";
import type { Parts } from "./parts";
import { safeReturn } from "./return-path";
import type { LoggedIn, User } from "./users";

export interface LoginSettings {
  /** Address of the login page, as browsers see it. */
  readonly loginUrl: URL;
  /** Host names by which browsers reach the platform; a session counts on every port of the one it began on. */
  readonly hosts: readonly string[];
  readonly sessionSeconds: number;
}

/** `__Host-`: browsers take it only from this very host, so that nobody beside us can plant one. */
const CSRF_COOKIE = "__Host-t26_login";
const attributes = "HttpOnly; Secure; Path=/";
export const clearSession = `${SESSION_COOKIE}=; ${attributes}; SameSite=Lax; Max-Age=0`;

const form = z.object({
  csrf: z.string().max(100).default(""),
  username: z.string().max(1024).default(""),
  password: z.string().max(1024).default(""),
  return: z.string().max(4000).optional(),
});

/** One session for the tools: a login page, and the question that their gateway asks for each request. */
export function addLoginRoutes(http: Http, parts: Parts, settings: LoginSettings): void {
  const { hosts } = settings;
  http.get(
    "/login",
    {
      config: { role: "public" },
      schema: { hide: true, querystring: z.object({ return: z.string().optional() }) },
    },
    async (request, reply) => {
      const user = await sessionOf(request, parts);
      if (user) return sendPage(reply, 200, settings, logoutPage(user.name));
      const csrf = csrfOf(request) ?? randomBytes(24).toString("base64url");
      void reply.header("set-cookie", `${CSRF_COOKIE}=${csrf}; ${attributes}; SameSite=Strict`);
      const page = loginPage({ csrf, returnTo: safeReturn(request.query.return, hosts) });
      return sendPage(reply, 200, settings, page);
    },
  );
  http.post(
    "/login",
    { config: { role: "public" }, schema: { hide: true, body: form } },
    async (request, reply) => {
      const { csrf, username, password, return: wanted } = request.body;
      const returnTo = safeReturn(wanted, hosts);
      if (!ownForm(request, csrf))
        throw new HttpError(
          403,
          "foreign_form",
          "This login does not come from our own page; open it and try again.",
        );
      const page = { csrf, returnTo, name: username };
      let user: LoggedIn | undefined;
      try {
        user = await parts.logins.check(username, password, "page");
      } catch (error) {
        if (!(error instanceof TooManyError)) throw error;
        void reply.header("retry-after", String(error.retryAfterSeconds));
        return sendPage(reply, 429, settings, loginPage({ ...page, problem: error.message }));
      }
      const session = user && (await parts.grants.issue("session", user));
      if (session === undefined)
        return sendPage(
          reply,
          401,
          settings,
          loginPage({ ...page, problem: "The user name or the password is wrong." }),
        );
      return reply
        .code(303)
        .headers({
          location: returnTo,
          "cache-control": "no-store",
          "set-cookie": `${SESSION_COOKIE}=${session}; ${attributes}; SameSite=Lax; Max-Age=${settings.sessionSeconds}`,
        })
        .send();
    },
  );
  http.get(
    "/forward",
    {
      config: { role: "public" },
      schema: {
        summary: "For a gateway: may this browser in? 200 with X-Auth-User and X-Auth-Role, or to the login",
        tags: ["sessions"],
        querystring: z.object({
          role: z
            .enum([...roles, "none"])
            .default("viewer")
            .describe("Who may look; none: everybody, and the gateway asks for the cookies alone"),
          changes: z
            .enum(roles)
            .optional()
            .describe("For other methods than GET and HEAD; as role, if not said"),
        }),
        response: {
          200: z
            .null()
            .describe(
              "With X-Auth-User, X-Auth-Role, and in Cookie what the program behind it may see of the cookies",
            ),
          302: z.null().describe("To the login page"),
          ...refusals(401, 403, 503),
        },
      },
    },
    async (request, reply) => {
      void reply.header("cache-control", "no-store");
      const asked = forwardedOf(request);
      const { role: look, changes } = request.query;
      const others = otherCookies(request.headers.cookie, SESSION_COOKIE);
      if (others !== "") void reply.header("cookie", others);
      if (look === "none") return reply.send(null);
      const user = await sessionOf(request, parts);
      if (!user) return toLogin(request, asked, reply, settings);
      if (!ownPage(request, asked))
        throw new HttpError(403, "foreign_page", "A page of another address may not use this session.");
      const { name, role, accounts } = user;
      const wanted = readsOnly(asked) ? look : (changes ?? look);
      if (!mayAct({ subject: name, kind: "user", role, accounts }, wanted))
        throw new HttpError(403, "role_missing", `This needs the role ${wanted}; ${name} has ${role}.`);
      return reply.headers({ "x-auth-user": name, "x-auth-role": role }).send(null);
    },
  );
}

/** Only a page that a person looks at can become a login page; a script's request learns that it may not. */
function toLogin(
  request: FastifyRequest,
  asked: Asked,
  reply: FastifyReply,
  settings: LoginSettings,
): FastifyReply {
  const { "sec-fetch-mode": mode, accept = "" } = request.headers;
  // browsers of before 2023 say no mode; a client that takes anything is a program
  const navigates = mode === undefined ? /\btext\/html\b/i.test(accept) : mode === "navigate";
  if (asked.method !== "GET" || !navigates) {
    // a page's own requests would have the browser ask for that login
    if (mode === undefined) void reply.header("www-authenticate", 'Basic realm="Trade2026"');
    throw new HttpError(401, "session_missing", "Log in first, or send the operator's credential.");
  }
  const host = URL.canParse(`https://${asked.host}`) ? new URL(`https://${asked.host}`).hostname : "";
  if (!settings.hosts.includes(host))
    throw new HttpError(403, "unknown_host", "The platform is not reached by this host name.");
  const login = new URL(settings.loginUrl);
  // the cookie belongs to a host name: log in on the one that was asked
  login.hostname = host;
  login.searchParams.set("return", safeReturn(`https://${asked.host}${asked.uri}`, settings.hosts));
  return reply.code(302).header("location", login.href).send();
}

async function sessionOf({ headers }: FastifyRequest, { grants }: Parts): Promise<User | undefined> {
  const token = cookieOf(headers.cookie, SESSION_COOKIE);
  return token === undefined ? undefined : grants.session(token);
}

interface Asked {
  readonly method: string;
  readonly host: string;
  readonly uri: string;
}

/**
 * What the browser asked the gateway, as the gateway says it.
 * @throws {HttpError} 403 for who asks for himself: gateways take these headers from nobody, and a page that could read
 * the answer would see the cookies that browsers keep from it
 */
function forwardedOf({ headers }: FastifyRequest): Asked {
  const { "x-forwarded-method": method, "x-forwarded-host": host, "x-forwarded-uri": uri } = headers;
  if (typeof method !== "string" || typeof host !== "string" || typeof uri !== "string")
    throw new HttpError(403, "not_a_gateway", "Only a gateway asks here, about what it was asked itself.");
  return { method, host, uri };
}

const readsOnly = ({ method }: Asked): boolean => method === "GET" || method === "HEAD";

/**
 * The cookie goes to every port of its host, whoever's page has the request made. So a session is good for a tool's own
 * pages, and for links to it; browsers say which it is.
 */
function ownPage({ headers }: FastifyRequest, asked: Asked): boolean {
  const { "sec-fetch-site": site, "sec-fetch-mode": mode } = headers;
  if (site === undefined || site === "same-origin" || site === "none") return true;
  return mode === "navigate" && readsOnly(asked);
}

/**
 * The form carries what the cookie says, which another site can neither read nor set; and browsers say themselves when
 * another site sends it.
 */
function ownForm(request: FastifyRequest, csrf: string): boolean {
  const site = request.headers["sec-fetch-site"];
  return csrf !== "" && csrf === csrfOf(request) && (site === undefined || site === "same-origin");
}

function csrfOf(request: FastifyRequest): string | undefined {
  const value = cookieOf(request.headers.cookie, CSRF_COOKIE);
  return value !== undefined && /^[\w-]{32}$/.test(value) ? value : undefined;
}

function sendPage(reply: FastifyReply, status: number, settings: LoginSettings, page: string): FastifyReply {
  return reply
    .code(status)
    .type("text/html; charset=utf-8")
    .headers({
      "cache-control": "no-store",
      "content-security-policy": loginPolicy(settings.hosts),
      "referrer-policy": "no-referrer",
      "x-content-type-options": "nosniff",
      "x-frame-options": "DENY",
    })
    .send(page);
}
