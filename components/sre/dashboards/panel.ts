import type { Builder } from "@grafana/grafana-foundation-sdk/cog";
import {
  DashboardLinkBuilder,
  MappingType,
  ThresholdsConfigBuilder,
  ThresholdsMode,
  type DashboardLink,
  type GridPos,
  type Panel,
  type Threshold,
  type ValueMapping,
} from "@grafana/grafana-foundation-sdk/dashboard";
import { DataqueryBuilder, PromQueryFormat } from "@grafana/grafana-foundation-sdk/prometheus";

/** The data source is a variable, so that a dashboard shows another Prometheus without being changed. */
export const DATASOURCE = { type: "prometheus", uid: "${datasource}" } as const;

export interface Query {
  readonly expr: string;
  /** Name of the series, with `{{label}}`. */
  readonly legend: string;
}

export type Color = "green" | "yellow" | "orange" | "red" | "blue";

/** From this value on it has this colour; the first one is what holds below. */
export interface Limit {
  readonly from: number;
  readonly color: Color;
}

/** A word and a colour in place of a number. */
export interface Word {
  readonly text: string;
  readonly color: Color;
}
/** By the number. */
export type Words = Readonly<Record<number, Word>>;

/** Where a click on a series leads. */
export interface Link {
  readonly title: string;
  readonly url: string;
}

export interface Size {
  /** Columns of 24. */
  readonly width?: number;
  /** Rows of 30 pixels. */
  readonly height?: number;
}

export interface Heading extends Size {
  readonly title: string;
  /** What it shows, and what a bad value means. */
  readonly description: string;
}

export interface PanelInput extends Heading {
  /** Grafana's id of a unit. */
  readonly unit: string;
  readonly queries: readonly Query[];
  readonly max?: number;
  readonly limits?: readonly Limit[];
  readonly links?: readonly Link[];
}

/** A panel that has not been given its place yet. */
export interface Unplaced {
  readonly builder: Builder<Panel> & {
    id(id: number): unknown;
    title(title: string): unknown;
    gridPos(at: GridPos): unknown;
  };
  readonly width: number;
  readonly height: number;
}

/** What the builders of panels with queries have in common; the SDK has no name for it. */
interface QueryPanelBuilder {
  title(title: string): unknown;
  description(text: string): unknown;
  datasource(reference: { type: string; uid: string }): unknown;
  unit(unit: string): unknown;
  max(max: number): unknown;
  thresholds(limits: Builder<ReturnType<ThresholdsConfigBuilder["build"]>>): unknown;
  dataLinks(links: Builder<DashboardLink>[]): unknown;
  withTarget(target: DataqueryBuilder): unknown;
}

/**
 * Title, description, data source, unit, limits and queries: what no panel goes without.
 * @param instant the newest value alone, for tables
 */
export function withQueries<B extends QueryPanelBuilder>(
  builder: B,
  input: PanelInput,
  format: PromQueryFormat = PromQueryFormat.TimeSeries,
  instant = false,
): B {
  builder.title(input.title);
  builder.description(input.description);
  builder.datasource(DATASOURCE);
  builder.unit(input.unit);
  if (input.max !== undefined) builder.max(input.max);
  if (input.limits !== undefined) builder.thresholds(thresholds(input.limits));
  if (input.links !== undefined) builder.dataLinks(input.links.map(link));
  input.queries.forEach(({ expr, legend }, index) => {
    const query = new DataqueryBuilder().refId(refId(index)).expr(expr).legendFormat(legend).format(format);
    builder.withTarget(instant ? query.instant() : query.range());
  });
  return builder;
}

/** A, B, C … */
export function refId(index: number): string {
  return String.fromCharCode(65 + index);
}

export function link({ title, url }: Link): DashboardLinkBuilder {
  return new DashboardLinkBuilder(title).url(url);
}

export function thresholds([lowest, ...others]: readonly Limit[]): ThresholdsConfigBuilder {
  const steps: Threshold[] = [
    { value: null, color: lowest?.color ?? "green" },
    ...others.map(({ from, color }) => ({ value: from, color })),
  ];
  return new ThresholdsConfigBuilder().mode(ThresholdsMode.Absolute).steps(steps);
}

export function mappings(words: Words): ValueMapping[] {
  const options = Object.fromEntries(
    Object.entries<Word>(words).map(([value, { text, color }], index) => [value, { text, color, index }]),
  );
  return [{ type: MappingType.ValueToText, options }];
}
