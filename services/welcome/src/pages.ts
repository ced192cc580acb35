import { STATUS_CODES } from "node:http";
import type { ErrorAnswer } from "../../kit/problem";
import { html, type Markup } from "../../kit/html";
import { BY_CREDENTIAL } from "../../contracts/session";
import type { Route } from "./routes";
import { stylesheetPath, stylesheetVersion } from "./style";

export interface Problem {
  readonly status: number;
  /** What the visitor asked for. */
  readonly path: string;
  readonly requestId: string;
  /** What failed was not the service asked for, but the question who asks. */
  readonly of?: "login";
}

const sections = [
  { kind: "ui", title: "Applications" },
  { kind: "api", title: "APIs" },
  { kind: "tool", title: "Tools and stores" },
] as const;

/** Statuses of which there is more to say than their name. */
const explanations: Readonly<Record<number, { readonly title: string; readonly text: string }>> = {
  404: { title: "Nothing lives here", text: "No route of this platform leads there. These do:" },
  429: {
    title: "Too many requests",
    text: "The gateway limits how often one client may ask. Wait a moment and try again.",
  },
  502: {
    title: "The service does not answer",
    text: "It may be starting, or have stopped. Try again in a moment.",
  },
  503: { title: "The service is not ready", text: "It is starting or stopping. Try again in a moment." },
  504: { title: "The service took too long", text: "It got the request and did not answer in time." },
};

const noLogin = {
  title: "Nobody can say who you are",
  text: "The service that knows the logins does not answer, so no session counts just now. Try again in a moment.",
};
/** The tool itself may be well, and its operator's credential needs nobody else. */
const byCredential = html`<p>
  <a href="/?${BY_CREDENTIAL.name}=${BY_CREDENTIAL.value}">Log in with the operator's credential</a> instead;
  <code>./trade2026 secrets</code> shows it.
</p>`;

export function landingPage(title: string, routes: readonly Route[]): string {
  const intro = html`<h1>${title}</h1>
    <p class="lead">A quantitative trading and research platform. This is what runs here.</p>`;
  return page(title, title, intro, routes);
}

export function errorPage(title: string, problem: Problem, routes: readonly Route[]): string {
  const { title: heading, text } = explain(problem);
  const intro = html`<p class="status">${problem.status}</p>
    <h1>${heading}</h1>
    <p class="lead">${text}</p>
    ${problem.of === "login" ? byCredential : []}
    <p class="asked"><span>You asked for</span> <code>${problem.path}</code></p>`;
  return page(`${problem.status} · ${title}`, title, intro, routes);
}

/** The same for programs: an error as every API of the platform gives it, and the routes. */
export function errorAnswer(
  problem: Problem,
  routes: readonly Route[],
): ErrorAnswer & { routes: readonly Route[]; path: string } {
  const word = (STATUS_CODES[problem.status] ?? "error").toLowerCase().replaceAll(/\W+/g, "_");
  return {
    error: word,
    message: explain(problem).title,
    status: problem.status,
    requestId: problem.requestId,
    path: problem.path,
    routes,
  };
}

function explain({ status, of }: Problem): { readonly title: string; readonly text: string } {
  if (of === "login") return noLogin;
  const name = STATUS_CODES[status] ?? "Something went wrong";
  return explanations[status] ?? { title: name, text: "The gateway could not answer this request." };
}

function page(windowTitle: string, title: string, intro: Markup, routes: readonly Route[]): string {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta name="robots" content="noindex" />
        <title>${windowTitle}</title>
        <link rel="stylesheet" href="${stylesheetPath}?v=${stylesheetVersion}" />
      </head>
      <body>
        <header><a class="brand" href="/">${title}</a></header>
        <main>
          <div class="intro">${intro}</div>
          ${sections.map(({ kind, title: heading }) => section(kind, heading, routes))}${routes.length === 0 ? html` <p class="empty">No routes are known yet.</p> ` : []}
        </main>
      </body>
    </html> `.text;
}

function section(kind: Route["kind"], heading: string, routes: readonly Route[]): Markup {
  const mine = routes.filter((route) => route.kind === kind);
  if (mine.length === 0) {
    return html``;
  }
  return html`
    <section aria-labelledby="${kind}">
      <h2 id="${kind}">${heading} <span class="count">${mine.length}</span></h2>
      <ul>
        ${mine.map(item)}
      </ul>
    </section>
  `;
}

function item(route: Route): Markup {
  const { title, url, description } = route;
  const name = isLink(route) ? html`<a href="${url}">${title}</a>` : html`<span class="name">${title}</span>`;
  const note = description === "" ? [] : html`<span class="note">${description}</span>`;
  return html` <li>${name}<code>${url}</code>${note}</li> `;
}

/** An API has nothing at its own path, a store an address that no browser opens; and no file may put a script behind a link. */
function isLink({ kind, url }: Route): boolean {
  return kind !== "api" && /^(?:https?:\/\/|\/(?!\/))/i.test(url);
}
