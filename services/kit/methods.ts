import type { onRequestHookHandler, RouteOptions } from "fastify";
import { answerError, HttpError } from "./errors";
import type { Http } from "./http";

/**
 * A path that is known answers 405 to a method that it does not have, and says which it has (RFC 9110, 15.5.6).
 *
 * @returns adds these answers, once every route is there
 */
export function refuseOtherMethods(http: Http): () => void {
  const paths = new Map<string, RouteOptions[]>();
  http.addHook("onRoute", (route) => {
    paths.set(route.url, [...(paths.get(route.url) ?? []), route]);
  });
  return () => {
    for (const [url, routes] of [...paths]) {
      const known = new Set(routes.flatMap(({ method }) => method));
      const method = http.supportedMethods.filter((each) => !known.has(each));
      if (method.length === 0) continue;
      const allow = [...known].sort().join(", ");
      const guard = routes.map(({ onRequest }) => onRequest).find((hooks) => hooks !== undefined) ?? [];
      http.route({
        method,
        url,
        config: { role: "public" },
        schema: { hide: true },
        // first what guards the path itself: who must not know of it does not learn of it by another method
        onRequest: [guard, refuse(allow)].flat() as onRequestHookHandler[],
        handler: (_request, reply) => reply,
      });
    }
  };
}

const refuse =
  (allow: string): onRequestHookHandler =>
  (request, reply) => {
    const message = `There is no ${request.method} ${request.url.split("?", 1)[0]}; there is ${allow}.`;
    answerError(new HttpError(405, "method_not_allowed", message), request, reply.header("allow", allow));
  };
