import { z } from "zod";
import type { Http } from "../../kit";
import { alertMessage, firingsOf } from "./alert-message";
import type { Parts } from "./parts";

/** Alertmanager's webhook: for who is on the lane and has the credential, not for who comes through a gateway. */
export function addAlertRoutes(http: Http, parts: Parts): void {
  const { record, callers, metrics, components } = parts;
  http.post(
    "/alerts",
    {
      config: { role: "public" },
      onRequest: (request, reply, done) => {
        if (request.headers["x-forwarded-for"] !== undefined) {
          reply.callNotFound();
          return;
        }
        callers.assertSender(request.headers.authorization);
        done();
      },
      schema: { hide: true, body: alertMessage, response: { 200: z.object({ changed: z.int() }) } },
    },
    async ({ body }) => {
      const titles = new Map(components().map(({ name, title }) => [name, title]));
      const firings = firingsOf(body, titles);
      const changed = firings.length === 0 ? 0 : await record.incidents.receive(firings);
      metrics.alerts.inc({ outcome: "ignored" }, body.alerts.length - firings.length);
      metrics.alerts.inc({ outcome: "new" }, changed);
      metrics.alerts.inc({ outcome: "repeated" }, firings.length - changed);
      if (changed > 0) await record.read();
      return { changed };
    },
  );
}
