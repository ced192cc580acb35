import { componentState } from "../../../../services/contracts/status";
import { statusHtml } from "../../../../services/status-web/src/page";
import { component, day, incident, NOW, page } from "./given";

const evil = `<script>alert("1")</script>'&`;
const shown = (more: Parameters<typeof page>[0] = {}): string =>
  statusHtml("Trade2026", { kind: "fresh", page: page(more) }, NOW);
/** What a person reads: text without markup. */
const textOf = (html: string): string => html.replaceAll(/<[^>]*>/g, " ").replaceAll(/\s+/g, " ");

it("escapes everything that others wrote, and holds no script, style or handler of its own", () => {
  const html = statusHtml(
    evil,
    {
      kind: "fresh",
      page: page({
        components: [component({ name: `a"b`, title: evil, lane: evil, days: [day(1, { down: 3 })] })],
        incidents: {
          open: [
            incident({
              title: evil,
              components: [`a"b`, evil],
              timeline: [{ at: "2026-03-10T11:00:00Z", status: "identified", text: evil }],
            }),
          ],
          past: [incident({ id: evil, title: evil, resolved_at: "2026-03-10T11:30:00Z" })],
        },
        maintenance: [
          {
            id: "m",
            title: evil,
            text: evil,
            components: [evil],
            from: "2026-03-11T00:00:00Z",
            to: "2026-03-11T01:00:00Z",
            cancelled_at: null,
          },
        ],
      }),
    },
    NOW,
  );
  expect(html).not.toContain("<script>");
  expect(html.match(/<script/g)).toEqual(["<script"]);
  expect(html).not.toMatch(/<style|\sstyle=|\son\w+="/i);
  expect(html.match(/&lt;script&gt;/g)?.length).toBeGreaterThanOrEqual(9);
});

it.each(componentState.options)("says %s in words, not in colours alone", (state) => {
  const words = {
    operational: "Operational",
    degraded: "Degraded",
    down: "Down",
    maintenance: "Maintenance",
    unknown: "Unknown",
  };
  const html = shown({ state, components: [component({ state })] });
  expect(textOf(html)).toMatch(new RegExp(`Orders ${words[state]} `));
  expect(html).toContain(`class="banner ${state}"`);
  expect(html).toContain(`/assets/icon-${state}.svg`);
});

it("has components by lane, the important ones first, with uptime and their days in words", () => {
  const html = shown({
    components: [
      component({ name: "postgres", title: "PostgreSQL", lane: "backend" }),
      component({
        name: "risk",
        title: "Risk",
        tier: "P1",
        uptime: 0.99987,
        days: [day(2, { operational: 1426, down: 14 }), day(0)],
      }),
      component(),
    ],
  });
  const headings = [...html.matchAll(/<h([23])[^>]*>\s*([^<]+?)\s*</g)].map(([, , text]) => text);
  expect(headings).toEqual([
    "Order path and market data",
    "Orders",
    "Risk",
    "Stores and supporting services",
    "PostgreSQL",
    "Past incidents",
  ]);
  expect(textOf(html)).toContain("99.98 % uptime");
  expect(textOf(html)).toContain("1 day with problems 8 Mar 2026 : 14 min down");
  expect(html).toContain(
    'aria-label="The last 90 days: 1 day with something to tell, listed below and 88 days without records"',
  );
});

it("names what is in trouble, and counts it when it is much", () => {
  const down = (count: number) =>
    textOf(
      shown({
        state: "down",
        components: Array.from({ length: count }, (_, index) =>
          component({ name: `c${index}`, title: `C${index}`, state: "down" }),
        ),
      }),
    );
  expect(down(2)).toContain("2 components down: C0, C1.");
  expect(down(6)).toContain("6 components down.");
  expect(textOf(shown())).toContain("1 component, no known problem.");
});

it("shows open incidents with their timeline, and past ones with how long they were", () => {
  const text = textOf(
    shown({
      state: "degraded",
      incidents: {
        open: [incident()],
        past: [
          incident({
            id: "i0",
            title: "Yesterday's",
            opened_at: "2026-03-09T10:00:00Z",
            resolved_at: "2026-03-09T12:05:00Z",
          }),
        ],
      },
    }),
  );
  expect(text).toContain(
    "Open incidents 1 Orders do not answer Outage Since 10 Mar 2026, 11:00 UTC · Orders",
  );
  expect(text).toContain("Investigating 10 Mar 2026, 11:00 UTC Reported.");
  expect(text).toMatch(/Yesterday&#39;s 9 Mar 2026 · 2 h 5 min/);
});

it("shows maintenance that is to come and under way", () => {
  const window = { id: "m", title: "New disks", text: "Slower.", components: ["oms"], cancelled_at: null };
  const text = textOf(
    shown({
      maintenance: [
        { ...window, from: "2026-03-10T11:00:00Z", to: "2026-03-10T13:00:00Z" },
        { ...window, from: "2026-03-11T11:00:00Z", to: "2026-03-11T13:00:00Z" },
      ],
    }),
  );
  expect(text).toContain(
    "New disks Under way 10 Mar 2026, 11:00 UTC to 10 Mar 2026, 13:00 UTC · Orders Slower.",
  );
  expect(text).toContain("New disks Scheduled 11 Mar 2026, 11:00 UTC");
});

describe("when not all is known", () => {
  it("an old page keeps its history and claims no state", () => {
    const html = statusHtml(
      "T",
      { kind: "stale", page: page({ incidents: { open: [incident()], past: [] } }), at: NOW - 600_000 },
      NOW,
    );
    const text = textOf(html);
    expect(text).toContain("The status cannot be read at the moment");
    expect(text).toContain("as of 10 Mar 2026, 11:50 UTC");
    expect(text).toContain("Orders do not answer");
    expect(text).not.toMatch(/Operational/);
  });

  it("without any page it says so, and nothing of the platform", () => {
    const text = textOf(statusHtml("T", { kind: "nothing" }, NOW));
    expect(text).toContain("does not answer. This says nothing about the rest of the platform.");
    expect(text).not.toMatch(/[Oo]perational|Past incidents/);
  });

  it("says that nothing is measured, or since when nothing is recorded", () => {
    expect(textOf(shown({ measured_at: null }))).toContain("cannot be measured at the moment");
    expect(textOf(shown({ recorded_at: null }))).toContain(
      "History, incidents and maintenance cannot be read",
    );
    expect(textOf(shown({ recorded_at: "2026-03-10T11:00:00Z" }))).toContain(
      "are as of 10 Mar 2026, 11:00 UTC",
    );
    expect(shown()).not.toMatch(/class="notice"(?! id="offline")/);
  });
});
