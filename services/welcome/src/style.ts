import { createHash } from "node:crypto";

export const stylesheetPath = "/welcome/style.css";

export const stylesheet = `:root {
  color-scheme: light dark;
  --ground: #f6f7f9;
  --card: #ffffff;
  --line: #dde1e7;
  --ink: #16202e;
  --soft: #566375;
  --accent: #0b5cad;
  --mono: ui-monospace, "SF Mono", "Cascadia Mono", "DejaVu Sans Mono", monospace;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #0e141c;
    --card: #161e29;
    --line: #2a3543;
    --ink: #e6ebf2;
    --soft: #9aa7b8;
    --accent: #6db3f5;
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
header .brand {
  display: block;
  max-width: 64rem;
  margin: 0 auto;
  padding: 0.85rem 1.5rem;
  color: var(--ink);
  font-weight: 650;
  letter-spacing: 0.01em;
  text-decoration: none;
}
main { max-width: 64rem; margin: 0 auto; padding: 2.5rem 1.5rem 4rem; }
h1 { margin: 0; font-size: 2rem; line-height: 1.2; letter-spacing: -0.015em; }
.lead { margin: 0.6rem 0 0; max-width: 42rem; color: var(--soft); font-size: 1.05rem; }
.status {
  margin: 0 0 0.35rem;
  color: var(--accent);
  font: 600 0.95rem/1 var(--mono);
  letter-spacing: 0.08em;
}
.asked { margin: 1.1rem 0 0; color: var(--soft); overflow-wrap: anywhere; }
.asked code {
  padding: 0.15rem 0.4rem;
  border: 1px solid var(--line);
  border-radius: 4px;
  background: var(--card);
  color: var(--ink);
}
section { margin-top: 2.4rem; }
h2 { margin: 0 0 0.8rem; font-size: 1.05rem; }
.count { margin-left: 0.35rem; color: var(--soft); font-weight: 400; }
ul {
  display: grid;
  grid-template-columns: repeat(auto-fill, minmax(min(18.5rem, 100%), 1fr));
  gap: 0.75rem;
  margin: 0;
  padding: 0;
  list-style: none;
}
li {
  position: relative;
  display: flex;
  flex-direction: column;
  gap: 0.15rem;
  padding: 0.85rem 1rem;
  border: 1px solid var(--line);
  border-radius: 8px;
  background: var(--card);
}
li a { color: var(--accent); font-weight: 600; text-decoration: none; }
/* the whole card is the link, while the text that is read out stays short */
li a::after { content: ""; position: absolute; inset: 0; border-radius: 8px; }
li:has(a):hover { border-color: var(--accent); }
li a:hover { text-decoration: underline; }
.name { font-weight: 600; }
a:focus-visible { outline: 2px solid var(--accent); outline-offset: 3px; border-radius: 3px; }
li a:focus-visible { outline: none; }
li a:focus-visible::after { outline: 2px solid var(--accent); outline-offset: 2px; }
code { font: 0.85rem/1.5 var(--mono); overflow-wrap: anywhere; }
li code { color: var(--soft); }
.note { color: var(--soft); font-size: 0.9rem; }
.empty { margin-top: 2rem; color: var(--soft); }
`;

/** Part of the stylesheet's address, so that browsers may keep it for ever. */
export const stylesheetVersion = createHash("sha256").update(stylesheet).digest("hex").slice(0, 12);
