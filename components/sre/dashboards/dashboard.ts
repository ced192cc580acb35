import type { Builder } from "@grafana/grafana-foundation-sdk/cog";
import {
  CustomVariableBuilder,
  DashboardBuilder,
  DashboardCursorSync,
  DashboardLinkBuilder,
  DashboardLinkType,
  DatasourceVariableBuilder,
  RowBuilder,
  type Dashboard,
  type DashboardLink,
} from "@grafana/grafana-foundation-sdk/dashboard";
import type { ServiceSpec } from "../../../model/service";
import type { Settings } from "../../../model/settings";
import type { Unplaced } from "./panel";

/** What the dashboards are made from. */
export interface Platform {
  readonly services: readonly ServiceSpec[];
  readonly settings: Settings;
}

/** Panels under one heading. One without panels is left out. */
export interface Section {
  readonly title: string;
  readonly panels: readonly Unplaced[];
}

/** A choice among names that are known when the dashboard is made; queries say `$name` in a `=~`. */
export interface Choice {
  readonly name: string;
  readonly label: string;
  readonly options: readonly string[];
}

export interface DashboardInput {
  /** Fixed for ever: alerts and bookmarks lead there. */
  readonly uid: string;
  readonly title: string;
  readonly description: string;
  readonly kind: DashboardKind;
  readonly sections: readonly Section[];
  readonly choice?: Choice;
  /** How far back it looks at first. @default "now-1h" */
  readonly from?: string;
}

/** Two menus at the top of every dashboard, by this tag. */
export type DashboardKind = "platform" | "service";

const COLUMNS = 24;

/** Lays the panels out from left to right, line by line, and numbers them. */
export function dashboard(input: DashboardInput): Dashboard {
  const builder = new DashboardBuilder(input.title)
    .uid(input.uid)
    .description(input.description)
    .tags(["trade2026", tagOf(input.kind)])
    .readonly()
    .timezone("browser")
    .tooltip(DashboardCursorSync.Crosshair)
    .refresh("30s")
    .time({ from: input.from ?? "now-1h", to: "now" })
    .links([menu("Dashboards", "platform"), menu("Services", "service")])
    .withVariable(
      new DatasourceVariableBuilder("datasource")
        .label("Prometheus")
        .description("Where the numbers come from")
        .type("prometheus")
        .current({ text: "Prometheus", value: "prometheus" }),
    );
  if (input.choice !== undefined) builder.withVariable(choice(input.choice));
  let y = 0;
  let id = 1;
  for (const { title, panels } of input.sections) {
    if (panels.length === 0) continue;
    builder.withRow(new RowBuilder(title).id(id++).gridPos({ x: 0, y, w: COLUMNS, h: 1 }));
    y += 1;
    let [x, tallest] = [0, 0];
    for (const { builder: panel, width, height } of panels) {
      if (x + width > COLUMNS) [x, y, tallest] = [0, y + tallest, 0];
      panel.id(id++);
      panel.gridPos({ x, y, w: width, h: height });
      builder.withPanel(panel);
      x += width;
      tallest = Math.max(tallest, height);
    }
    y += tallest;
  }
  return builder.build();
}

function tagOf(kind: DashboardKind): string {
  return kind === "platform" ? "platform" : "service-page";
}

/** In plain sight: what the SDK says by itself would hide it in the menu of the controls. */
function menu(title: string, kind: DashboardKind): Builder<DashboardLink> {
  const { placement: _, ...link } = new DashboardLinkBuilder(title)
    .type(DashboardLinkType.Dashboards)
    .tags([tagOf(kind)])
    .asDropdown(true)
    .keepTime(true)
    .build();
  return { build: () => link };
}

function choice({ name, label, options }: Choice): CustomVariableBuilder {
  return new CustomVariableBuilder(name)
    .label(label)
    .values(options.join(","))
    .options(options.map((value) => ({ text: value, value, selected: false })))
    .current({ text: ["All"], value: ["$__all"] })
    .multi(true)
    .includeAll(true);
}

/** Of a service's generated page. */
export function pageUid(service: string): string {
  return `service-${service}`;
}

/** Of a dashboard. Relative: it holds behind any gateway. */
export function dashboardUrl(uid: string): string {
  return `/d/${uid}`;
}
