import type {
  ComponentHistory,
  ComponentState,
  Incident,
  Maintenance,
  StatusPage,
  TimelineEntry,
} from "../../contracts/status";
import { html, type Markup } from "../../kit/html";
import { BAR, barPaths, barsOf } from "./bars";
import { icon } from "./icons";
import {
  countWords,
  dateWords,
  dayWords,
  durationWords,
  IMPACT_WORDS,
  laneOrder,
  laneTitle,
  percentWords,
  STATE_WORDS,
  STATUS_WORDS,
  timeWords,
} from "./words";

export function time(iso: string): Markup {
  return html`<time datetime="${iso}">${timeWords(iso)}</time>`;
}

export function badge(state: ComponentState, word = STATE_WORDS[state]): Markup {
  return html`<span class="badge ${state}">${icon(state)}${word}</span>`;
}

/** Components by lane, in the order of their importance. */
export function componentSections({ components, days }: StatusPage, now: number): readonly Markup[] {
  const lanes = [...new Set(components.map(({ lane }) => lane))].sort((a, b) => laneOrder(a) - laneOrder(b));
  return lanes.map((lane) => {
    const mine = components
      .filter((component) => component.lane === lane)
      .sort((a, b) => a.tier.localeCompare(b.tier) || a.title.localeCompare(b.title));
    return html`
      <section aria-labelledby="lane-${lane}">
        <h2 id="lane-${lane}">${laneTitle(lane)} <span class="count">${laneCount(mine)}</span></h2>
        <ul class="components">
          ${mine.map((component) => componentRow(component, days, now))}
        </ul>
      </section>
    `;
  });
}

function laneCount(components: readonly ComponentHistory[]): string {
  const count = (state: ComponentState): number => components.filter((one) => one.state === state).length;
  if (count("unknown") === components.length) return countWords(components.length, "component");
  return `${count("operational")} of ${components.length} operational`;
}

function componentRow(
  { name, title, state, uptime, days }: ComponentHistory,
  shown: number,
  now: number,
): Markup {
  const viewBox = `0 0 ${shown * BAR.step - 1} ${BAR.height}`;
  const told = days.filter((day) => dayWords(day) !== "").reverse();
  const uptimeWords = uptime === null ? "Not measured yet" : `${percentWords(uptime)} uptime`;
  return html`<li>
    <div class="row">
      <h3>${title}</h3>
      ${badge(state)}
    </div>
    <svg
      class="days"
      viewBox="${viewBox}"
      preserveAspectRatio="none"
      role="img"
      aria-label="${barLabel(told.length, days.length, shown)}"
    >
      <use href="#ground" />
      ${barPaths(barsOf(days, shown, now)).map(({ kind, d }) => html`<path class="${kind}" d="${d}" />`)}
    </svg>
    <div class="row note">
      <span>${shown} days ago</span><span class="uptime">${uptimeWords}</span><span>Today</span>
    </div>
    ${told.length === 0 ? [] : dayDetails(name, told)}
  </li>`;
}

function barLabel(told: number, recorded: number, shown: number): string {
  const missing = shown - recorded;
  return [
    `The last ${shown} days:`,
    told === 0 ? "no problem recorded" : `${countWords(told, "day")} with something to tell, listed below`,
    ...(missing > 0 ? [`and ${countWords(missing, "day")} without records`] : []),
  ].join(" ");
}

function dayDetails(name: string, days: ComponentHistory["days"]): Markup {
  const problems = days.filter(({ down, degraded }) => down + degraded > 0).length;
  const others = days.length - problems;
  const summary = [
    ...(problems > 0 ? [`${countWords(problems, "day")} with problems`] : []),
    ...(others > 0 ? [`${countWords(others, "day")} with maintenance or gaps`] : []),
  ].join(", ");
  return html`<details id="days-${name}">
    <summary id="days-of-${name}">${summary}</summary>
    <ul class="plain">
      ${days.map((day) => html`<li><time datetime="${day.day}">${dateWords(day.day)}</time>: ${dayWords(day)}</li>`)}
    </ul>
  </details>`;
}

export function openIncidents(
  incidents: readonly Incident[],
  titles: ReadonlyMap<string, string>,
): readonly Markup[] {
  if (incidents.length === 0) return [];
  return [
    html`
      <section aria-labelledby="open">
        <h2 id="open">Open incidents <span class="count">${incidents.length}</span></h2>
        ${incidents.map(
          (incident) =>
            html`<article class="card ${incident.impact}" aria-labelledby="incident-${incident.id}">
              <div class="row">
                <h3 id="incident-${incident.id}">${incident.title}</h3>
                ${badge(incident.impact, IMPACT_WORDS[incident.impact])}
              </div>
              <p class="note">Since ${time(incident.opened_at)}${affects(incident.components, titles)}</p>
              ${timeline(incident.timeline)}
            </article>`,
        )}
      </section>
    `,
  ];
}

export function pastIncidents(incidents: readonly Incident[], titles: ReadonlyMap<string, string>): Markup {
  return html`
    <section aria-labelledby="past">
      <h2 id="past">Past incidents</h2>
      ${
        incidents.length === 0
          ? html`<p class="empty">None in the time that is shown.</p>`
          : incidents.map(
              ({ id, title, opened_at, resolved_at, components, timeline: entries }) =>
                html`<details class="card" id="past-${id}">
                  <summary id="past-of-${id}">
                    <span class="title">${title}</span>
                    <span class="note"
                      >${dateWords(opened_at)} ·
                      ${durationWords(Date.parse(resolved_at ?? opened_at) - Date.parse(opened_at))}</span
                    >
                  </summary>
                  <p class="note">
                    ${time(opened_at)} to ${time(resolved_at ?? opened_at)}${affects(components, titles)}
                  </p>
                  ${timeline(entries)}
                </details>`,
            )
      }
    </section>
  `;
}

export function maintenanceSection(
  windows: readonly Maintenance[],
  titles: ReadonlyMap<string, string>,
  now: number,
): readonly Markup[] {
  if (windows.length === 0) return [];
  return [
    html`
      <section aria-labelledby="maintenance">
        <h2 id="maintenance">Scheduled maintenance <span class="count">${windows.length}</span></h2>
        ${windows.map(
          ({ title, text, from, to, components }) =>
            html`<article class="card maintenance">
              <div class="row">
                <h3>${title}</h3>
                ${badge("maintenance", Date.parse(from) <= now ? "Under way" : "Scheduled")}
              </div>
              <p class="note">${time(from)} to ${time(to)}${affects(components, titles)}</p>
              ${text === "" ? [] : html`<p class="text">${text}</p>`}
            </article>`,
        )}
      </section>
    `,
  ];
}

function affects(components: readonly string[], titles: ReadonlyMap<string, string>): string {
  return components.length === 0 ? "" : ` · ${components.map((name) => titles.get(name) ?? name).join(", ")}`;
}

function timeline(entries: readonly TimelineEntry[]): Markup {
  return html`<ol class="timeline">
    ${entries.map(
      ({ at, status, text }) =>
        html`<li class="${status}">
          <strong>${STATUS_WORDS[status]}</strong> ${time(at)}
          <p class="text">${text}</p>
        </li>`,
    )}
  </ol>`;
}
