import {
  BigValueColorMode,
  BigValueGraphMode,
  BigValueTextMode,
  GraphThresholdsStyleConfigBuilder,
  GraphThresholdsStyleMode,
  LegendDisplayMode,
  LegendPlacement,
  ReduceDataOptionsBuilder,
  SortOrder,
  StackingConfigBuilder,
  StackingMode,
  TooltipDisplayMode,
  VisibilityMode,
  VizLegendOptionsBuilder,
  VizTooltipOptionsBuilder,
} from "@grafana/grafana-foundation-sdk/common";
import { PanelBuilder } from "@grafana/grafana-foundation-sdk/dashboard";
import { PanelBuilder as HeatmapBuilder, YAxisConfigBuilder } from "@grafana/grafana-foundation-sdk/heatmap";
import { PromQueryFormat } from "@grafana/grafana-foundation-sdk/prometheus";
import { PanelBuilder as StatBuilder } from "@grafana/grafana-foundation-sdk/stat";
import { PanelBuilder as TextBuilder, TextMode } from "@grafana/grafana-foundation-sdk/text";
import { PanelBuilder as TimeseriesBuilder } from "@grafana/grafana-foundation-sdk/timeseries";
import {
  DATASOURCE,
  mappings,
  withQueries,
  type Heading,
  type PanelInput,
  type Size,
  type Unplaced,
  type Words,
} from "./panel";

/** Lines over time from 0. */
export function timeseries(
  input: PanelInput & {
    /** One upon the other: parts of a whole. */
    readonly stacked?: boolean;
    /** Values below 0 are shown too. */
    readonly signed?: boolean;
  },
): Unplaced {
  const { stacked = false, signed = false } = input;
  const builder = withQueries(new TimeseriesBuilder(), input)
    .lineWidth(1)
    .fillOpacity(stacked ? 30 : 8)
    .showPoints(VisibilityMode.Never)
    .legend(
      new VizLegendOptionsBuilder()
        .showLegend(true)
        .displayMode(LegendDisplayMode.List)
        .placement(LegendPlacement.Bottom)
        .calcs([]),
    )
    .tooltip(new VizTooltipOptionsBuilder().mode(TooltipDisplayMode.Multi).sort(SortOrder.Descending));
  if (!signed) builder.min(0);
  if (stacked) builder.stacking(new StackingConfigBuilder().mode(StackingMode.Normal).group("A"));
  if (input.limits !== undefined)
    builder.thresholdsStyle(new GraphThresholdsStyleConfigBuilder().mode(GraphThresholdsStyleMode.Dashed));
  return sized(builder, input, { width: 8, height: 8 });
}

/** The newest value of each series, large. */
export function stat(
  input: PanelInput & {
    readonly words?: Words;
    /** With the series' names, where there are several. */
    readonly named?: boolean;
  },
): Unplaced {
  const builder = withQueries(new StatBuilder(), input)
    .reduceOptions(new ReduceDataOptionsBuilder().calcs(["lastNotNull"]))
    .graphMode(BigValueGraphMode.None)
    .colorMode(input.limits || input.words ? BigValueColorMode.Background : BigValueColorMode.None)
    .textMode(input.named === true ? BigValueTextMode.ValueAndName : BigValueTextMode.Auto);
  if (input.words !== undefined) builder.mappings(mappings(input.words));
  return sized(builder, input, { width: 4, height: 4 });
}

/** How the observations of a histogram are spread, over time. The query is of its buckets, summed by `le`. */
export function heatmap(input: PanelInput): Unplaced {
  const builder = withQueries(new HeatmapBuilder(), input, PromQueryFormat.Heatmap)
    .calculate(false)
    .yAxis(new YAxisConfigBuilder().unit(input.unit));
  return sized(builder, input, { width: 8, height: 8 });
}

/** Words in Markdown. */
export function text(input: Heading & { readonly markdown: string }): Unplaced {
  const builder = new TextBuilder()
    .title(input.title)
    .description(input.description)
    .mode(TextMode.Markdown)
    .content(input.markdown);
  return sized(builder, input, { width: 8, height: 6 });
}

/**
 * Alerts of Prometheus' rules that are pending or firing. The SDK has no builder for this panel.
 * @param input.labels which alerts: a label filter as `{service="oms"}`; "" for all
 */
export function alertList(input: Heading & { readonly labels: string }): Unplaced {
  const builder = new PanelBuilder()
    .type("alertlist")
    .title(input.title)
    .description(input.description)
    .datasource(DATASOURCE)
    .options({
      viewMode: "list",
      groupMode: "default",
      groupBy: [],
      maxItems: 20,
      sortOrder: 3,
      alertInstanceLabelFilter: input.labels,
      stateFilter: { firing: true, pending: true, noData: false, normal: false, error: true },
    });
  return sized(builder, input, { width: 8, height: 6 });
}

export function sized(builder: Unplaced["builder"], asked: Size, usual: Required<Size>): Unplaced {
  return { builder, width: asked.width ?? usual.width, height: asked.height ?? usual.height };
}
