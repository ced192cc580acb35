/** Colours of states have a contrast of at least 4.5 to the ground, in both schemes. */
export const styleText = `:root {
  color-scheme: light dark;
  --ground: #f6f7f9;
  --card: #ffffff;
  --line: #dde1e7;
  --ink: #16202e;
  --soft: #566375;
  --accent: #0b5cad;
  --operational: #1a7f4b;
  --degraded: #9a5b00;
  --down: #c62b2b;
  --maintenance: #2463c4;
  --unknown: #5d6877;
  --bar-good: #3fae74;
  --bar-some: #e5a13a;
  --bar-bad: #d84a4a;
  --bar-maintenance: #6d9be6;
  --bar-ground: #dde1e7;
  --on-state: #ffffff;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #0e141c;
    --card: #161e29;
    --line: #2a3543;
    --ink: #e6ebf2;
    --soft: #9aa7b8;
    --accent: #6db3f5;
    --operational: #52c98b;
    --degraded: #f0b354;
    --down: #ff7b72;
    --maintenance: #7fb0ff;
    --unknown: #a3afbe;
    --bar-good: #36a169;
    --bar-some: #d9952f;
    --bar-bad: #e05252;
    --bar-maintenance: #5a8ade;
    --bar-ground: #2f3b4a;
    --on-state: #0e141c;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0;
  background: var(--ground);
  color: var(--ink);
  font: 16px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif;
}
header { border-bottom: 1px solid var(--line); background: var(--card); }
header > div {
  display: flex;
  flex-wrap: wrap;
  align-items: baseline;
  justify-content: space-between;
  gap: 0 1rem;
  max-width: 60rem;
  margin: 0 auto;
  padding: 0.85rem 1.5rem;
}
.brand { font-weight: 650; letter-spacing: 0.01em; }
.brand .what { color: var(--soft); font-weight: 400; }
main { max-width: 60rem; margin: 0 auto; padding: 2rem 1.5rem 4rem; }
h1, h2, h3, p { margin: 0; }
h1 { font-size: 1.6rem; line-height: 1.2; letter-spacing: -0.01em; }
h2 { margin-bottom: 0.8rem; font-size: 1.05rem; }
h3 { font-size: 1rem; font-weight: 600; overflow-wrap: anywhere; }
.count { margin-left: 0.35rem; white-space: nowrap; color: var(--soft); font-weight: 400; font-size: 0.9rem; }
.note { color: var(--soft); font-size: 0.875rem; }
.text { overflow-wrap: anywhere; white-space: pre-line; }
section { margin-top: 2.4rem; }
.operational { --state: var(--operational); }
.degraded { --state: var(--degraded); }
.down { --state: var(--down); }
.maintenance { --state: var(--maintenance); }
.unknown { --state: var(--unknown); }
.icon { flex: none; width: 1em; height: 1em; fill: var(--state); }
.icon path {
  fill: none;
  stroke: var(--on-state);
  stroke-width: 1.6;
  stroke-linecap: round;
  stroke-linejoin: round;
}
.banner {
  display: flex;
  gap: 1rem;
  padding: 1.3rem 1.4rem;
  border: 1px solid color-mix(in srgb, var(--state) 45%, var(--line));
  border-radius: 10px;
  background: color-mix(in srgb, var(--state) 9%, var(--card));
}
.banner .icon { width: 2rem; height: 2rem; }
.banner p { margin-top: 0.3rem; color: var(--soft); overflow-wrap: anywhere; }
.notice {
  max-width: 57rem;
  margin: 1rem auto 0;
  padding: 0.75rem 1rem;
  border-left: 4px solid var(--degraded);
  border-radius: 4px;
  background: color-mix(in srgb, var(--degraded) 12%, var(--card));
}
.badge {
  display: inline-flex;
  flex: none;
  align-items: center;
  gap: 0.4rem;
  color: var(--state);
  font-size: 0.9rem;
  font-weight: 600;
}
.row { display: flex; align-items: baseline; justify-content: space-between; gap: 0.5rem 1rem; }
.row .badge { align-self: flex-start; margin-top: 0.1rem; }
.components, .card {
  border: 1px solid var(--line);
  border-radius: 10px;
  background: var(--card);
}
.components { margin: 0; padding: 0; list-style: none; }
.components > li { padding: 0.9rem 1.1rem; }
.components > li + li { border-top: 1px solid var(--line); }
.days { display: block; width: 100%; height: 1.75rem; margin: 0.5rem 0 0.25rem; }
.definitions { position: absolute; width: 0; height: 0; }
.good { fill: var(--bar-good); --day: var(--bar-good); }
.some { fill: var(--bar-some); --day: var(--bar-some); }
.bad { fill: var(--bar-bad); --day: var(--bar-bad); }
path.maintenance, .legend .maintenance { fill: var(--bar-maintenance); --day: var(--bar-maintenance); }
.ground { fill: var(--bar-ground); --day: var(--bar-ground); }
.uptime { color: var(--ink); font-variant-numeric: tabular-nums; }
details > summary { cursor: pointer; color: var(--accent); font-size: 0.9rem; }
.components details { margin-top: 0.35rem; }
.plain { margin: 0.4rem 0 0; padding-left: 1.2rem; font-size: 0.9rem; }
.card { padding: 1rem 1.1rem; }
.card + .card { margin-top: 0.75rem; }
article.card { border-left: 4px solid var(--state); }
details.card summary { color: var(--ink); font-size: 1rem; }
details.card .title { margin-right: 0.5rem; font-weight: 600; overflow-wrap: anywhere; }
details.card[open] summary { margin-bottom: 0.4rem; }
.timeline { margin: 0.8rem 0 0; padding: 0; list-style: none; }
.timeline li { position: relative; padding: 0 0 0.8rem 1.4rem; border-left: 2px solid var(--line); }
.timeline li:last-child { padding-bottom: 0; border-color: transparent; }
.timeline li::before {
  content: "";
  position: absolute;
  top: 0.45rem;
  left: -0.4rem;
  width: 0.65rem;
  height: 0.65rem;
  border-radius: 50%;
  background: var(--soft);
}
.timeline .resolved::before { background: var(--operational); }
.timeline time { margin-left: 0.4rem; white-space: nowrap; color: var(--soft); font-size: 0.875rem; }
.legend {
  display: flex;
  flex-wrap: wrap;
  gap: 0.3rem 1.4rem;
  margin: 1rem 0 0;
  padding: 0;
  list-style: none;
  color: var(--soft);
  font-size: 0.875rem;
}
.legend li::before {
  content: "";
  display: inline-block;
  width: 0.8rem;
  height: 0.8rem;
  margin-right: 0.45rem;
  border-radius: 2px;
  background: var(--day);
  vertical-align: -0.05rem;
}
.empty { color: var(--soft); }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 3px; border-radius: 3px; }
.visually-hidden {
  position: absolute;
  width: 1px;
  height: 1px;
  overflow: hidden;
  clip-path: inset(50%);
  white-space: nowrap;
}
@media (max-width: 34rem) {
  header > div, main { padding-left: 1rem; padding-right: 1rem; }
  main { padding-top: 1.25rem; }
  h1 { font-size: 1.3rem; }
  .components > li { padding: 0.8rem 0.9rem; }
  .notice { margin-left: 1rem; margin-right: 1rem; }
  main .notice { margin-left: 0; margin-right: 0; }
}
`;
