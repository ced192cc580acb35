import { z } from "zod";
import { componentState } from "../../contracts/status";
import { milliseconds, secret, text, url, type Http, type ServiceDefinition } from "../../kit";
import { script, stylesheet } from "./assets";
import { iconFile } from "./icons";
import { statusHtml } from "./page";
import { Source } from "./source";

const fields = {
  STATUS_API_URL: url("http", "https"),
  STATUS_API_PASSWORD: secret(),
  TITLE: text().default("Trade2026"),
  /** One answer of the API serves all visitors for so long. */
  KEEP_MS: milliseconds(5000),
};

/** The status page for people. Who may see it is decided before it: by the gateway's login, or by nobody. */
export const statusWeb: ServiceDefinition<typeof fields> = {
  name: "status-web",
  version: "0.1.0",
  description: "The status page, as a browser shows it.",
  port: 8430,
  config: fields,
  setup: ({ config, http, log, health }) => {
    const source = new Source({
      url: config.STATUS_API_URL,
      token: config.STATUS_API_PASSWORD,
      keepMs: config.KEEP_MS,
      log,
    });
    // without the API it is the page that says so
    health.addReadiness({ name: "status-api", required: false, check: () => source.assertReadable() });
    addPages(http, config.TITLE, source);
  },
};

const policy = [
  "default-src 'none'",
  ...["style-src", "script-src", "connect-src", "img-src"].map((kind) => `${kind} 'self'`),
  ...["base-uri", "form-action", "frame-ancestors"].map((kind) => `${kind} 'none'`),
].join("; ");

function addPages(http: Http, title: string, source: Source): void {
  http.get("/", { schema: { hide: true } }, async (_request, reply) => {
    const known = await source.get();
    // an old page is of use; without one there is nothing to see, and programs learn it from the status
    return reply
      .code(known.kind === "nothing" ? 503 : 200)
      .type("text/html; charset=utf-8")
      .headers({
        "cache-control": "no-store",
        "content-security-policy": policy,
        "referrer-policy": "no-referrer",
        "x-content-type-options": "nosniff",
      })
      .send(statusHtml(title, known, Date.now()));
  });
  const plain = { "x-content-type-options": "nosniff" };
  for (const { path, type, content, version } of [stylesheet, script])
    http.get(path, { schema: { hide: true } }, (_request, reply) =>
      reply
        .type(type)
        .headers({
          ...plain,
          "cache-control": "public, max-age=31536000, immutable",
          etag: `"${version}"`,
        })
        .send(content),
    );
  http.get(
    "/assets/icon-:state.svg",
    { schema: { hide: true, params: z.object({ state: componentState }) } },
    (request, reply) =>
      reply
        .type("image/svg+xml")
        .headers({ ...plain, "cache-control": "public, max-age=86400" })
        .send(iconFile(request.params.state)),
  );
}
