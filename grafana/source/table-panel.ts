import type { Builder } from '@grafana/grafana-foundation-sdk/cog';
import { TableCellHeight, TableSortByFieldStateBuilder } from '@grafana/grafana-foundation-sdk/common';
import type { DynamicConfigValue, Panel } from '@grafana/grafana-foundation-sdk/dashboard';
import { DataqueryBuilder, PromQueryFormat } from '@grafana/grafana-foundation-sdk/prometheus';
import * as table from '@grafana/grafana-foundation-sdk/table';
import { datasource, described, type Limits, type PanelText, refId, thresholds } from './panels.ts';

/** A column of numbers: a query that gives one value for each row. */
export interface TableColumn {
  readonly title: string;
  readonly expression: string;
  readonly unit: string;
  readonly decimals?: number;
  /** The cell has the colour. */
  readonly limits?: Limits;
}

export interface TableOptions extends PanelText {
  /** Labels that make a row, with the titles of their columns. */
  readonly keys: Readonly<Record<string, string>>;
  readonly columns: readonly TableColumn[];
  readonly width: number;
  readonly height: number;
  /** Title of the column whose largest values come first. */
  readonly sortBy?: string;
  /** Where a click on the first key leads, in Grafana's link syntax. */
  readonly keyLink?: { readonly title: string; readonly url: string };
}

/** A row for each combination of labels, with the values of now. */
export function tablePanel({ keys, columns, keyLink, sortBy, ...options }: TableOptions): Builder<Panel> {
  const titles = columns.map(({ title }, index) => [`Value #${refId(index)}`, title]);
  const panel = described(new table.PanelBuilder(), { ...options, unit: 'short' }, options.height)
    .thresholds(thresholds())
    .cellHeight(TableCellHeight.Sm)
    .showHeader(true)
    .targets(
      columns.map(({ expression }, index) =>
        new DataqueryBuilder()
          .datasource(datasource)
          .refId(refId(index))
          .expr(expression)
          .format(PromQueryFormat.Table)
          .instant(),
      ),
    )
    .withTransformation({ id: 'merge', options: {} })
    .withTransformation({
      id: 'organize',
      options: {
        excludeByName: { Time: true },
        indexByName: Object.fromEntries(
          [...Object.keys(keys), ...titles.map(([name]) => name)].map((name, index) => [name, index]),
        ),
        renameByName: { ...keys, ...(Object.fromEntries(titles) as Record<string, string>) },
      },
    });
  for (const column of columns) {
    panel.overrideByName(column.title, columnProperties(column));
  }
  if (sortBy !== undefined) {
    panel.sortBy([new TableSortByFieldStateBuilder().displayName(sortBy).desc(true)]);
  }
  const firstTitle = Object.values(keys)[0];
  if (keyLink !== undefined && firstTitle !== undefined) {
    panel.overrideByName(firstTitle, [{ id: 'links', value: [keyLink] }]);
  }
  return panel;
}

function columnProperties({ unit, decimals, limits }: TableColumn): DynamicConfigValue[] {
  return [
    { id: 'unit', value: unit },
    ...(decimals === undefined ? [] : [{ id: 'decimals', value: decimals }]),
    ...(limits === undefined
      ? []
      : [
          { id: 'thresholds', value: thresholds(limits).build() },
          { id: 'custom.cellOptions', value: { type: 'color-text' } },
        ]),
  ];
}
