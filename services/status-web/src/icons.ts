import type { ComponentState } from "../../contracts/status";
import { html, type Markup } from "../../kit/html";

/** Drawn in white on the state's colour; each has a shape of its own, for who does not see the colours. */
const SHAPES: Readonly<Record<ComponentState, string>> = {
  operational: "M4.4 8.3l2.4 2.4 4.8-5.2",
  degraded: "M8 4v5M8 11.6v.1",
  down: "M5.2 5.2l5.6 5.6M10.8 5.2l-5.6 5.6",
  maintenance: "M6 5v6M10 5v6",
  unknown: "M6 6.2c.2-2.8 4.2-2.6 4 0-.1 1.4-2 1.5-2 3M8 11.8v.1",
};

export function icon(state: ComponentState): Markup {
  return html`<svg class="icon" viewBox="0 0 16 16" aria-hidden="true">
    <circle cx="8" cy="8" r="8" />
    <path d="${SHAPES[state]}" />
  </svg>`;
}

const COLOURS: Readonly<Record<ComponentState, string>> = {
  operational: "#1a7f4b",
  degraded: "#b26a00",
  down: "#c62b2b",
  maintenance: "#2463c4",
  unknown: "#66717f",
};

/** The same for the browser's tab. */
export function iconFile(state: ComponentState): string {
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><circle cx="8" cy="8" r="8" fill="${COLOURS[state]}"/><path d="${SHAPES[state]}" fill="none" stroke="#fff" stroke-width="1.6" stroke-linecap="round" stroke-linejoin="round"/></svg>`;
}
