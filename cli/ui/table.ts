import { visibleLength } from "./style";

export interface Column {
  readonly title: string;
  /** @default "left" */
  readonly align?: "left" | "right";
}

/** Columns two spaces apart, as wide as their widest cell; the last one is not padded. */
export function table(columns: readonly Column[], rows: readonly (readonly string[])[]): readonly string[] {
  const lines = [columns.map(({ title }) => title), ...rows];
  const widths = columns.map((_, index) =>
    Math.max(...lines.map((line) => visibleLength(line[index] ?? ""))),
  );
  return lines.map((line) =>
    columns
      .map(({ align = "left" }, index) => {
        const cell = line[index] ?? "";
        const space = " ".repeat((widths[index] ?? 0) - visibleLength(cell));
        return align === "right" ? space + cell : cell + space;
      })
      .join("  ")
      .trimEnd(),
  );
}
