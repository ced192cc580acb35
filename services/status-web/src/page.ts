import type { ComponentHistory, ComponentState, StatusPage } from "../../contracts/status";
import { html, type Markup } from "../../kit/html";
import { asset, script, stylesheet } from "./assets";
import { BAR, groundPath } from "./bars";
import { icon } from "./icons";
import { componentSections, maintenanceSection, openIncidents, pastIncidents, time } from "./sections";
import type { Known } from "./source";
import { countWords } from "./words";

/** What was read may be this old before the page says so, milliseconds. */
const RECORD_AGE_MS = 300_000;

/** @param now milliseconds since 1970 */
export function statusHtml(title: string, known: Known, now: number): string {
  const page = known.kind === "nothing" ? undefined : known.page;
  const state = known.kind === "fresh" ? known.page.state : "unknown";
  const headline = headlineOf(known);
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta name="robots" content="noindex" />
        <noscript><meta http-equiv="refresh" content="60" /></noscript>
        <title>${headline} · ${title} status</title>
        <link rel="icon" type="image/svg+xml" href="/assets/icon-${state}.svg" />
        <link rel="stylesheet" href="${asset(stylesheet)}" />
        <script src="${asset(script)}" defer></script>
      </head>
      <body>
        <header>
          <div>
            <span class="brand">${title} <span class="what">status</span></span>
            <span class="note">As of ${time(new Date(now).toISOString())}</span>
          </div>
        </header>
        <p class="visually-hidden" id="announcement" role="status"></p>
        <p class="notice" id="offline" hidden>
          This page could not be refreshed; what it shows is as of the time above.
        </p>
        <main id="content">
          <div class="banner ${state}">
            ${icon(state)}
            <div>
              <h1 id="headline">${headline}</h1>
              ${leads(known).map((text) => html`<p>${text}</p>`)}
            </div>
          </div>
          ${notices(known, now)}
          ${page ? content(known.kind === "fresh" ? page : withoutStates(page), now) : []}
        </main>
      </body>
    </html> `.text;
}

function content(page: StatusPage, now: number): Markup {
  const titles = new Map(page.components.map(({ name, title }) => [name, title]));
  return html`<svg class="definitions" aria-hidden="true">
      <symbol id="ground" viewBox="0 0 ${page.days * BAR.step - 1} ${BAR.height}" preserveAspectRatio="none">
        <path class="ground" d="${groundPath(page.days)}" />
      </symbol>
    </svg>
    ${openIncidents(page.incidents.open, titles)} ${maintenanceSection(page.maintenance, titles, now)}
    ${componentSections(page, now)} ${legend()} ${pastIncidents(page.incidents.past, titles)}`;
}

/** What was well some minutes ago may not be so now: history stays, states do not. */
function withoutStates(page: StatusPage): StatusPage {
  return {
    ...page,
    components: page.components.map((each): ComponentHistory => ({ ...each, state: "unknown" })),
  };
}

const HEADLINES: Readonly<Record<ComponentState, string>> = {
  operational: "All systems operational",
  degraded: "Some systems have problems",
  down: "Important systems are down",
  maintenance: "Maintenance is under way",
  unknown: "Not everything is known",
};

function headlineOf(known: Known): string {
  return known.kind === "fresh" ? HEADLINES[known.page.state] : "The status cannot be read at the moment";
}

/** How many are in which trouble, and their names while they are few. */
function leads(known: Known): readonly string[] {
  if (known.kind !== "fresh") return [];
  const { components } = known.page;
  if (components.length === 0) return ["No components are known yet."];
  const lines = (["down", "degraded", "maintenance", "unknown"] as const).flatMap((state) => {
    const mine = components.filter((component) => component.state === state);
    if (mine.length === 0) return [];
    const names = mine.length <= 5 ? `: ${mine.map(({ title }) => title).join(", ")}` : "";
    return [`${countWords(mine.length, "component")} ${PHRASES[state]}${names}.`];
  });
  return lines.length > 0 ? lines : [`${countWords(components.length, "component")}, no known problem.`];
}

const PHRASES = {
  down: "down",
  degraded: "degraded",
  maintenance: "in maintenance",
  unknown: "not measured at the moment",
} as const;

function notices(known: Known, now: number): readonly Markup[] {
  switch (known.kind) {
    case "nothing":
      return [
        html`<p class="notice" role="alert">
          The service that knows the status does not answer. This says nothing about the rest of the platform.
          This page tries again by itself.
        </p>`,
      ];
    case "stale":
      return [
        html`<p class="notice" role="alert">
          The service that knows the status does not answer. Incidents and history below are as of
          ${time(new Date(known.at).toISOString())}; how the components are now is not known.
        </p>`,
      ];
    case "fresh":
      return [...measureNotice(known.page), ...recordNotice(known.page, now)];
  }
}

function measureNotice({ measured_at, components }: StatusPage): readonly Markup[] {
  if (measured_at !== null || components.length === 0) return [];
  return [
    html`<p class="notice">
      The components cannot be measured at the moment. This says nothing about how they are.
    </p>`,
  ];
}

function recordNotice({ recorded_at }: StatusPage, now: number): readonly Markup[] {
  if (recorded_at === null)
    return [html`<p class="notice">History, incidents and maintenance cannot be read at the moment.</p>`];
  if (now - Date.parse(recorded_at) <= RECORD_AGE_MS) return [];
  return [html`<p class="notice">History, incidents and maintenance are as of ${time(recorded_at)}.</p>`];
}

function legend(): Markup {
  return html`<ul class="legend" aria-label="What the colours of the days mean">
    <li class="good">No problem</li>
    <li class="some">Short or partial problems</li>
    <li class="bad">Down for more than 1 % of the day</li>
    <li class="maintenance">Maintenance</li>
    <li class="ground">Not measured</li>
  </ul>`;
}
