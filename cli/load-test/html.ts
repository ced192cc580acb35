import type { Part, Percentiles } from "../../model/load/results";
import { rateAt } from "../../model/load/shape";
import { lineChart, type Chart, type Series } from "./chart";
import { escape } from "./escape";
import { environmentRows, factsOf, tablesOf, verdictText, type Report, type Table } from "./report";

const STYLE = `:root{color-scheme:light dark;--text:#1b1f24;--soft:#59636e;--page:#fff;--card:#f6f8fa;--edge:#d1d9e0;--good:#116329;--bad:#b3261e;--warn:#8a5a00;--line-1:#0b62c4;--line-2:#b35900;--line-3:#8a3ffc}
@media (prefers-color-scheme:dark){:root{--text:#e6edf3;--soft:#9aa5b1;--page:#0d1117;--card:#161b22;--edge:#30363d;--good:#56d364;--bad:#ff7b72;--warn:#e3b341;--line-1:#6cb0ff;--line-2:#ffa657;--line-3:#c4a1ff}}
*{box-sizing:border-box}
body{margin:0;background:var(--page);color:var(--text);font:16px/1.5 system-ui,sans-serif}
main{max-width:60rem;margin:0 auto;padding:2rem 1.25rem 4rem}
h1{margin:0 0 .75rem;font-size:1.75rem}
h2{margin:2.25rem 0 .75rem;font-size:1.2rem}
.verdict{margin:0;padding:.75rem 1rem;border:1px solid var(--edge);border-left:.4rem solid;border-radius:6px;background:var(--card);font-weight:600}
.passed{border-left-color:var(--good)}.failed{border-left-color:var(--bad)}.interrupted{border-left-color:var(--warn)}
dl{display:grid;grid-template-columns:max-content 1fr;gap:.25rem 1.25rem;margin:1.25rem 0 0}
dt{color:var(--soft)}dd{margin:0}
.wide{overflow-x:auto}
table{width:100%;border-collapse:collapse;font-variant-numeric:tabular-nums}
th,td{padding:.4rem .6rem;border-bottom:1px solid var(--edge);text-align:left;white-space:nowrap}
th{color:var(--soft);font-weight:600}
td:first-child{white-space:normal;min-width:9rem}
.number{text-align:right}
.kept{color:var(--good)}.over{color:var(--bad);font-weight:600}
figure{margin:0;padding:1rem;border:1px solid var(--edge);border-radius:6px;background:var(--card)}
figcaption{display:flex;flex-wrap:wrap;gap:.25rem 1.25rem;margin-bottom:.5rem;color:var(--soft);font-size:.9rem}
.key::before{content:"";display:inline-block;width:1.1rem;border-top:3px solid;margin-right:.4rem;vertical-align:middle}
.key.dashed::before{border-top-style:dashed}
svg{display:block;width:100%;height:auto}
.line{fill:none;stroke-width:2;stroke-linejoin:round;stroke-linecap:round}
.dashed.line{stroke-dasharray:6 5}
.line-1{stroke:var(--line-1)}.line-2{stroke:var(--line-2)}.line-3{stroke:var(--line-3)}.line-soft{stroke:var(--soft)}
.key.line-1::before{color:var(--line-1)}.key.line-2::before{color:var(--line-2)}.key.line-3::before{color:var(--line-3)}.key.line-soft::before{color:var(--soft)}
.grid{stroke:var(--edge);stroke-width:1}
.tick{fill:var(--soft);font:12px system-ui,sans-serif}
pre{margin:0;padding:.75rem 1rem;overflow-x:auto;border:1px solid var(--edge);border-radius:6px;background:var(--card)}`;

/** The report as one page that needs nothing else, in light and dark. */
export function htmlReport(report: Report): string {
  const { scenario, how, again } = report;
  const charts = chartsOf(report);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${escape(`Load test ${scenario.name}: ${how}`)}</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<h1>Load test ${escape(scenario.name)}</h1>
<p class="verdict ${how}">${escape(verdictText(report))}</p>
${definitions(factsOf(report))}
${charts.map(figure).join("\n")}
${tablesOf(report).map(section).join("\n")}
<h2>Environment</h2>
${definitions(environmentRows(report))}
<h2>Again, with the same orders</h2>
<pre>${escape(again)}</pre>
</main>
</body>
</html>
`;
}

/** Rate and answer times over the time of the test; nothing where it is too short to have a course. */
export function chartsOf({ results, scenario }: Report): readonly Chart[] {
  const { parts } = results;
  const seconds = parts.at(-1)?.to ?? 0;
  if (parts.length < 2) return [];
  const over = (of: (part: Part) => number | undefined): Series["points"] =>
    parts.map((part) => {
      const value = of(part);
      return value === undefined ? undefined : [(part.from + part.to) / 2, value];
    });
  const latency = (name: string, style: string, value: (of: Percentiles) => number): Series => ({
    ...{ name, style },
    points: over(({ latency: measured }) => measured && value(measured)),
  });
  const planned: Series = {
    ...{ name: "planned", style: "line-soft", dashed: true },
    points: over(({ from, to }) => rateAt(scenario.shape, (from + to) / 2)),
  };
  return [
    {
      ...{
        title: scenario.sends === "mix" ? "Requests" : "Answers to all checks",
        unit: "a second",
        seconds,
      },
      series: [
        ...(scenario.sends === "mix" ? [planned] : []),
        { name: "answered", style: "line-1", points: over(({ rate }) => rate) },
        ...(results.statuses.length === 0
          ? []
          : [
              {
                name: "errors",
                style: "line-2",
                points: over(({ errors, from, to }) => errors / (to - from)),
              },
            ]),
      ],
    },
    {
      ...{ title: "Answer time", unit: "ms", seconds },
      series: [
        latency("p50", "line-1", ({ med }) => med),
        latency("p95", "line-2", ({ p95 }) => p95),
        latency("p99", "line-3", ({ p99 }) => p99),
      ],
    },
  ];
}

function figure(chart: Chart): string {
  const keys = chart.series.map(
    ({ name, style, dashed = false }) =>
      `<span class="key ${style}${dashed ? " dashed" : ""}">${escape(name)}</span>`,
  );
  return `<h2>${escape(chart.title)}</h2>
<figure><figcaption><span>${escape(chart.unit)}</span>${keys.join("")}</figcaption>${lineChart(chart)}</figure>`;
}

function section({ title, head, rows, empty }: Table): string {
  if (rows.length === 0 && empty !== undefined) return `<h2>${escape(title)}</h2>\n<p>${escape(empty)}</p>`;
  const numeric = head.map(
    (_, column) =>
      column > 0 && rows.length > 0 && rows.every((cells) => /^[\d.]+$/.test(cells[column] ?? "")),
  );
  const cell = (tag: "th" | "td", text: string, column: number): string => {
    const classes = [
      ...(numeric[column] ? ["number"] : []),
      ...(tag === "td" && text === "kept" ? ["kept"] : []),
      ...(tag === "td" && text === "broken" ? ["over"] : []),
    ];
    return `<${tag}${classes.length > 0 ? ` class="${classes.join(" ")}"` : ""}>${escape(text)}</${tag}>`;
  };
  const line = (tag: "th" | "td", cells: readonly string[]): string =>
    `<tr>${cells.map((text, column) => cell(tag, text, column)).join("")}</tr>`;
  return `<h2>${escape(title)}</h2>
<div class="wide"><table><thead>${line("th", head)}</thead><tbody>${rows.map((cells) => line("td", cells)).join("")}</tbody></table></div>`;
}

function definitions(facts: readonly (readonly [string, string])[]): string {
  return `<dl>${facts.map(([name, value]) => `<dt>${escape(name)}</dt><dd>${escape(value)}</dd>`).join("")}</dl>`;
}
