import { z } from "zod";
import type { FastifyReply, FastifyRequest } from "fastify";
import { text } from "../../kit/config";
import type { Http } from "../../kit/http";
import type { ServiceDefinition } from "../../kit/service";
import { errorAnswer, errorPage, landingPage, type Problem } from "./pages";
import { routeList, type Route } from "./routes";
import { stylesheet, stylesheetPath, stylesheetVersion } from "./style";

const fields = {
  ROUTES_FILE: text().default("/etc/trade2026/routes.json"),
  TITLE: text().default("Trade2026"),
};

/** The page at / and the gateway's error pages, which both say what there is. */
export const welcome: ServiceDefinition<typeof fields> = {
  name: "welcome",
  version: "0.1.0",
  description: "The landing page, and what the gateway answers when there is nothing else to answer.",
  port: 8080,
  config: fields,
  setup: ({ config, http, log, health, onStop }) => {
    const list = routeList(config.ROUTES_FILE, log);
    void list.start();
    onStop(() => list.stop());
    // a page without routes is better than none
    health.addReadiness({ name: "routes", check: () => list.assertGood(), required: false });
    addPages(http, config.TITLE, () => list.value);
  },
};

const policy =
  "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

function addPages(http: Http, title: string, routes: () => readonly Route[]): void {
  // whatever is sent to a path that does not exist, the answer is that it does not exist
  http.removeAllContentTypeParsers();
  http.addContentTypeParser("*", (_request, payload, done) => {
    payload.resume();
    done(null);
  });
  const hide = { schema: { hide: true } };
  http.get("/", hide, (request, reply) =>
    wantsHtml(request)
      ? sendPage(reply, 200, landingPage(title, routes()))
      : reply.header("vary", "accept").send({ service: "welcome", title, routes: routes() }),
  );
  http.get(stylesheetPath, hide, (_request, reply) =>
    reply
      .type("text/css; charset=utf-8")
      .header("cache-control", "public, max-age=31536000, immutable")
      .header("etag", `"${stylesheetVersion}"`)
      .send(stylesheet),
  );
  const explain = (status: number, of?: "login") => (request: FastifyRequest, reply: FastifyReply) => {
    const path = of === "login" ? askedOf(request) : originalPath(request);
    const problem: Problem = { status, path, requestId: request.id, ...(of ? { of } : {}) };
    return wantsHtml(request)
      ? sendPage(reply, status, errorPage(title, problem, routes()))
      : reply.code(status).header("vary", "accept").send(errorAnswer(problem, routes()));
  };
  // asked by a gateway that could not learn who its visitor is
  http.all("/errors/login", hide, explain(503, "login"));
  // asked by the gateway in place of a service that did not answer
  const status = z.object({ status: z.coerce.number().int().min(400).max(599) });
  http.all("/errors/:status", { schema: { hide: true, params: status } }, (request, reply) =>
    explain(request.params.status)(request, reply),
  );
  http.all("/404", hide, explain(404));
  http.all("/*", hide, explain(404));
}

function sendPage(reply: FastifyReply, status: number, page: string): FastifyReply {
  return reply
    .code(status)
    .type("text/html; charset=utf-8")
    .headers({
      "cache-control": "no-store",
      "content-security-policy": policy,
      "referrer-policy": "no-referrer",
      vary: "accept",
      "x-content-type-options": "nosniff",
    })
    .send(page);
}

/** Browsers say so; a client that takes anything is a program. */
function wantsHtml(request: FastifyRequest): boolean {
  return /\btext\/html\b/i.test(request.headers.accept ?? "");
}

/** What the visitor asked for, when a gateway asks about his session. */
function askedOf({ headers, url }: FastifyRequest): string {
  const asked = headers["x-forwarded-uri"];
  return pathOf(typeof asked === "string" ? asked : url);
}

/** What the visitor asked for, when the gateway asks in his place; else what was asked of us. */
export function originalPath(request: Pick<FastifyRequest, "headers" | "query" | "url">): string {
  const header = request.headers["x-original-path"];
  const { url } = request.query as { readonly url?: unknown };
  const asked = typeof header === "string" ? header : typeof url === "string" ? url : request.url;
  return pathOf(asked);
}

function pathOf(asked: string): string {
  const path = URL.canParse(asked, "http://gateway") ? new URL(asked, "http://gateway").pathname : asked;
  return path.slice(0, 200);
}
