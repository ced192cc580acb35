import { createHash } from "node:crypto";
import { escapeHtml } from "../../kit/html";
import { operationsOf } from "./openapi";
import type { Collected } from "./sources";

/** What the page is shown with: all of it comes from this service. */
export interface Assets {
  readonly script: string;
  readonly stylesheet: string;
}

/**
 * Nothing from outside, no script but our own. Swagger UI sets style attributes on what it draws, and its pictures are
 * data: addresses.
 */
export const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

export interface Asset {
  readonly type: string;
  readonly content: string;
}

/** Starts Swagger UI on the document that the page names. */
const START = `"use strict";
const place = document.getElementById("document");
if (place) {
  SwaggerUIBundle({
    url: place.dataset.url,
    domNode: place,
    deepLinking: true,
    displayRequestDuration: true,
    docExpansion: "list",
    defaultModelsExpandDepth: 0,
    persistAuthorization: false,
    tryItOutEnabled: false,
    validatorUrl: null,
    presets: [SwaggerUIBundle.presets.apis],
    layout: "BaseLayout",
  });
}
`;

const STYLE = `:root { --ground: #f6f7f9; --card: #fff; --line: #dde1e7; --ink: #16202e; --soft: #566375; --accent: #0b5cad; --bad: #a4262c; }
* { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--ink); font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif; }
body > header { display: flex; flex-wrap: wrap; gap: 0.3rem 1.5rem; align-items: baseline; padding: 0.85rem 1.5rem; border-bottom: 1px solid var(--line); background: var(--card); }
body > header strong { margin-right: auto; }
a { color: var(--accent); }
.frame { display: grid; grid-template-columns: 15rem minmax(0, 1fr); }
nav ul { margin: 0; padding: 0.75rem; list-style: none; }
nav a { display: block; padding: 0.45rem 0.75rem; border-radius: 6px; color: inherit; text-decoration: none; }
nav a:hover { background: var(--card); }
nav a:focus-visible { outline: 2px solid var(--accent); }
nav a[aria-current] { background: var(--card); box-shadow: inset 3px 0 var(--accent); font-weight: 600; }
nav small { display: block; color: var(--soft); font-weight: 400; overflow-wrap: anywhere; }
nav .down small { color: var(--bad); }
main { min-height: 100vh; border-left: 1px solid var(--line); background: var(--card); }
.notice { margin: 2rem; padding: 1rem 1.25rem; border: 1px solid var(--bad); border-radius: 8px; }
.notice h1 { margin: 0 0 0.5rem; font-size: 1.25rem; }
.notice p { margin: 0.3rem 0 0; }
.swagger-ui .info { margin: 1.5rem 0; }
.swagger-ui .scheme-container { padding: 0.75rem 0; box-shadow: none; border-bottom: 1px solid var(--line); }
@media (max-width: 48rem) { .frame { grid-template-columns: 1fr; } main { border-left: 0; } }
`;

/** Every file of the page by its name, which holds its content's hash: browsers may keep it for ever. */
export class AssetFiles {
  readonly files: ReadonlyMap<string, Asset>;
  readonly names: { readonly script: string; readonly start: string; readonly styles: readonly string[] };

  constructor({ script, stylesheet }: Assets) {
    const javascript = "text/javascript; charset=utf-8";
    const css = "text/css; charset=utf-8";
    const named = (name: string, ending: string, type: string, content: string) =>
      [
        `${name}-${createHash("sha256").update(content).digest("hex").slice(0, 12)}.${ending}`,
        { type, content },
      ] as const;
    const all = [
      named("swagger-ui", "js", javascript, script),
      named("start", "js", javascript, START),
      named("swagger-ui", "css", css, stylesheet),
      named("page", "css", css, STYLE),
    ] as const;
    this.files = new Map(all);
    this.names = { script: all[0][0], start: all[1][0], styles: [all[2][0], all[3][0]] };
  }
}

/**
 * @param base the gateway's path of this service: every address begins with it, since browsers ask with and without a
 *   slash at its end
 * @param chosen the service whose document is shown; the first that answers when there is none of this name
 */
export function docsPage(
  base: string,
  title: string,
  files: AssetFiles["names"],
  services: readonly Collected[],
  chosen: string | undefined,
): string {
  const shown =
    services.find(({ name }) => name === chosen) ??
    services.find(({ status }) => status === "ok") ??
    services[0];
  const link = (name: string) => `${base}/?service=${encodeURIComponent(name)}`;
  const items = services.map((one) => {
    const here = one.name === shown?.name ? ' aria-current="page"' : "";
    const note = one.status === "ok" ? one.path : `${one.path} — does not answer`;
    return `<li${one.status === "ok" ? "" : ' class="down"'}><a href="${escapeHtml(link(one.name))}"${here}>${escapeHtml(one.title)}<small>${escapeHtml(note)}</small></a></li>`;
  });
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>${escapeHtml(shown ? `${shown.title} · ${title}` : title)}</title>
<link rel="icon" href="data:,">
${files.styles.map((name) => `<link rel="stylesheet" href="${base}/assets/${name}">`).join("\n")}
</head>
<body>
<header><strong>${escapeHtml(title)}</strong><a href="/">Start page</a><a href="${base}/services.json">List</a><a href="${base}/postman.json" download="trade2026.postman_collection.json">Postman collection</a></header>
<div class="frame">
<nav aria-label="Services"><ul>
${items.join("\n")}
</ul></nav>
<main>${content(base, shown)}</main>
</div>
${shown?.status === "ok" ? [files.script, files.start].map((name) => `<script src="${base}/assets/${name}" defer></script>`).join("\n") : ""}
</body>
</html>
`;
}

function content(base: string, shown: Collected | undefined): string {
  if (!shown) return `<div class="notice"><h1>No service has a route</h1></div>`;
  if (shown.status === "ok")
    return `<div id="document" data-url="${escapeHtml(`${base}/services/${shown.name}.json`)}"></div>`;
  return `<div class="notice" role="alert"><h1>${escapeHtml(shown.title)} does not answer</h1><p>${escapeHtml(shown.error)}</p><p>Its documentation is here as soon as it does. <code>./trade2026 logs ${escapeHtml(shown.name)}</code> says what is wrong.</p></div>`;
}

/** The list for programs. */
export function listOf(base: string, services: readonly Collected[]) {
  return services.map((one) => {
    const { name, title, path, status } = one;
    const common = { name, title, path, status, document: `${base}/services/${name}.json` };
    return one.status === "ok"
      ? { ...common, operations: operationsOf(one.document).length }
      : { ...common, error: one.error };
  });
}
