import type { DynamicConfigValue } from "@grafana/grafana-foundation-sdk/dashboard";
import { PromQueryFormat } from "@grafana/grafana-foundation-sdk/prometheus";
import { PanelBuilder as TableBuilder } from "@grafana/grafana-foundation-sdk/table";
import {
  mappings,
  refId,
  thresholds,
  withQueries,
  type Heading,
  type Limit,
  type Link,
  type Unplaced,
  type Words,
} from "./panel";
import { sized } from "./panels";

/** One query; its value in the row of the label that the rows are of. */
export interface Column {
  readonly title: string;
  readonly expr: string;
  readonly unit: string;
  readonly limits?: readonly Limit[];
  readonly words?: Words;
}

/**
 * A row for each value of a label, a column for each query, joined by that label. The label's own column leads where
 * `link` says.
 */
export function table(
  input: Heading & { readonly label: string; readonly link: Link; readonly columns: readonly Column[] },
): Unplaced {
  const { columns, label } = input;
  const builder = withQueries(
    new TableBuilder(),
    { ...input, unit: "none", links: [], queries: columns.map(({ expr }) => ({ expr, legend: "" })) },
    PromQueryFormat.Table,
    true,
  )
    .withTransformation({ id: "joinByField", options: { byField: label, mode: "outer" } })
    .withTransformation({
      id: "organize",
      options: {
        excludeByName: Object.fromEntries(
          ["Time", ...columns.map((_, index) => `Time ${index + 1}`)].map((name) => [name, true]),
        ),
        renameByName: Object.fromEntries(
          columns.map(({ title }, index) => [
            columns.length === 1 ? "Value" : `Value #${refId(index)}`,
            title,
          ]),
        ),
      },
    })
    .overrideByName(label, [
      { id: "links", value: [{ title: input.link.title, url: input.link.url, targetBlank: false }] },
    ]);
  for (const column of columns) builder.overrideByName(column.title, properties(column));
  return sized(builder, input, { width: 24, height: 12 });
}

function properties({ unit, limits, words }: Column): DynamicConfigValue[] {
  const coloured = limits !== undefined || words !== undefined;
  return [
    { id: "unit", value: unit },
    ...(words === undefined ? [] : [{ id: "mappings", value: mappings(words) }]),
    ...(limits === undefined ? [] : [{ id: "thresholds", value: thresholds(limits).build() }]),
    ...(coloured ? [{ id: "custom.cellOptions", value: { type: "color-background", mode: "basic" } }] : []),
  ];
}
