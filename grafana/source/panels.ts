import type { Builder } from '@grafana/grafana-foundation-sdk/cog';
import {
  BigValueColorMode,
  BigValueGraphMode,
  BigValueTextMode,
  GraphThresholdsStyleConfigBuilder,
  GraphThresholdsStyleMode,
  HeatmapCellLayout,
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
} from '@grafana/grafana-foundation-sdk/common';
import {
  DashboardLinkBuilder,
  DashboardLinkType,
  FieldColorBuilder,
  FieldColorModeId,
  type Panel,
  ThresholdsConfigBuilder,
  ThresholdsMode,
} from '@grafana/grafana-foundation-sdk/dashboard';
import * as heatmap from '@grafana/grafana-foundation-sdk/heatmap';
import { DataqueryBuilder, PromQueryFormat } from '@grafana/grafana-foundation-sdk/prometheus';
import * as stat from '@grafana/grafana-foundation-sdk/stat';
import * as timeseries from '@grafana/grafana-foundation-sdk/timeseries';
import { runbookAnchor } from './runbook.ts';

/** The data source that the dashboard's variable names. */
export const datasource = { type: 'prometheus', uid: '${datasource}' } as const;

/** A query and what its series are called. */
export interface Query {
  readonly expression: string;
  /** Grafana's legend format, e.g. `{{model_type}}`. */
  readonly legend: string;
}

/** From this value on the colour changes: amber for a look, red for acting. */
export interface Limits {
  readonly amber?: number;
  readonly red?: number;
  /** Where low is bad: red below `red`, amber below `amber`. */
  readonly isFloor?: boolean;
}

/** What every panel says of itself. */
export interface PanelText {
  readonly title: string;
  /** The question that it answers, and how to read the answer. */
  readonly description: string;
  /** What an empty panel means. */
  readonly noData: string;
  /** Alerts whose entries of the runbook it links to. */
  readonly alerts?: readonly string[];
}

export interface PanelOptions extends PanelText {
  readonly unit: string;
  readonly queries: readonly Query[];
  readonly limits?: Limits;
  /** Whether the axis begins at 0, as it does by default, and not where the values do. */
  readonly isFromZero?: boolean;
  readonly max?: number;
  readonly decimals?: number;
  /** Of 24 columns. */
  readonly width: number;
}

export interface ChartOptions extends PanelOptions {
  /** Areas on top of each other, for parts of a whole. */
  readonly isStacked?: boolean;
  readonly height?: number;
}

const STAT_HEIGHT = 4;
const CHART_HEIGHT = 8;

const GREEN = 'green';
const AMBER = 'orange';
const RED = 'red';

/** One number, of now alone: over a time, Grafana would show the last one of a service that is gone. */
export function statPanel(options: PanelOptions): Builder<Panel> {
  const panel = described(new stat.PanelBuilder(), options, STAT_HEIGHT)
    .thresholds(thresholds(options.limits))
    .colorScheme(new FieldColorBuilder().mode(FieldColorModeId.Thresholds))
    .colorMode(options.limits === undefined ? BigValueColorMode.None : BigValueColorMode.Value)
    .graphMode(BigValueGraphMode.None)
    .textMode(BigValueTextMode.Value)
    .reduceOptions(new ReduceDataOptionsBuilder().calcs(['lastNotNull']).fields('').values(false))
    .targets(options.queries.map((query, index) => target(query, index).instant()));
  if (options.decimals !== undefined) {
    panel.decimals(options.decimals);
  }
  return panel;
}

/** Lines, or stacked areas, over time; limits are drawn as dashed lines. */
export function chartPanel(options: ChartOptions): Builder<Panel> {
  const { limits, isStacked = false } = options;
  const panel = described(new timeseries.PanelBuilder(), options, options.height ?? CHART_HEIGHT)
    .thresholds(thresholds(limits))
    .thresholdsStyle(
      new GraphThresholdsStyleConfigBuilder().mode(
        limits === undefined ? GraphThresholdsStyleMode.Off : GraphThresholdsStyleMode.Dashed,
      ),
    )
    // By name: a model has the same colour in every panel.
    .colorScheme(new FieldColorBuilder().mode(FieldColorModeId.PaletteClassicByName))
    .lineWidth(isStacked ? 1 : 2)
    .fillOpacity(isStacked ? 40 : 0)
    .showPoints(VisibilityMode.Never)
    .stacking(new StackingConfigBuilder().mode(isStacked ? StackingMode.Normal : StackingMode.None))
    .legend(
      new VizLegendOptionsBuilder()
        .showLegend(true)
        .displayMode(LegendDisplayMode.List)
        .placement(LegendPlacement.Bottom)
        .calcs(['lastNotNull']),
    )
    .tooltip(new VizTooltipOptionsBuilder().mode(TooltipDisplayMode.Multi).sort(SortOrder.Descending))
    .targets(options.queries.map((query, index) => target(query, index).range()));
  if (options.isFromZero !== false) {
    panel.min(0);
  }
  if (options.max !== undefined) {
    panel.max(options.max);
  }
  if (options.decimals !== undefined) {
    panel.decimals(options.decimals);
  }
  return panel;
}

/** Shares of a histogram's buckets over time. Its one query gives `le`. */
export function heatmapPanel(
  options: PanelText & { readonly expression: string; readonly width: number; readonly unit: string },
): Builder<Panel> {
  return described(new heatmap.PanelBuilder(), options, CHART_HEIGHT)
    .calculate(false)
    .color(
      new heatmap.HeatmapColorOptionsBuilder()
        .mode(heatmap.HeatmapColorMode.Scheme)
        .scheme('Blues')
        .steps(64)
        .reverse(false)
        .exponent(0.5),
    )
    .rowsFrame(new heatmap.RowsHeatmapOptionsBuilder().layout(HeatmapCellLayout.Auto))
    .yAxis(new heatmap.YAxisConfigBuilder().unit(options.unit).reverse(false))
    .cellGap(1)
    .showLegend()
    .targets([
      new DataqueryBuilder()
        .datasource(datasource)
        .refId('A')
        .expr(options.expression)
        .format(PromQueryFormat.Heatmap)
        .legendFormat('{{le}}')
        .range(),
    ]);
}

/** What the builders of all kinds of panels have. */
interface DescribedBuilder {
  height(rows: number): this;
  span(columns: number): this;
  title(title: string): this;
  description(description: string): this;
  datasource(source: typeof datasource): this;
  unit(unit: string): this;
  noValue(text: string): this;
  links(links: DashboardLinkBuilder[]): this;
}

/** A panel with all that every panel must have. */
export function described<PanelBuilder extends DescribedBuilder>(
  panel: PanelBuilder,
  { title, description, noData, alerts, unit, width }: PanelText & { readonly unit: string; readonly width: number },
  height: number,
): PanelBuilder {
  return panel
    .title(title)
    .description(description)
    .datasource(datasource)
    .unit(unit)
    .noValue(noData)
    .links(runbookLinks(alerts))
    .span(width)
    .height(height);
}

/** Colours by limits: green is well. */
export function thresholds(limits: Limits = {}): ThresholdsConfigBuilder {
  const { amber, red, isFloor = false } = limits;
  const steps = isFloor
    ? [
        { value: null, color: red === undefined ? AMBER : RED },
        ...(red === undefined ? [] : [{ value: red, color: amber === undefined ? GREEN : AMBER }]),
        ...(amber === undefined ? [] : [{ value: amber, color: GREEN }]),
      ]
    : [
        { value: null, color: GREEN },
        ...(amber === undefined ? [] : [{ value: amber, color: AMBER }]),
        ...(red === undefined ? [] : [{ value: red, color: RED }]),
      ];
  return new ThresholdsConfigBuilder().mode(ThresholdsMode.Absolute).steps(steps);
}

/** Links to the runbook, one for each alert. */
export function runbookLinks(alerts: readonly string[] = []): DashboardLinkBuilder[] {
  return alerts.map((alert) =>
    new DashboardLinkBuilder(`Runbook: ${alert}`)
      .type(DashboardLinkType.Link)
      .url(runbookAnchor(alert))
      .targetBlank(true),
  );
}

function target({ expression, legend }: Query, index: number): DataqueryBuilder {
  return new DataqueryBuilder().datasource(datasource).refId(refId(index)).expr(expression).legendFormat(legend);
}

/** `A` for the first query. */
export function refId(index: number): string {
  return String.fromCodePoint('A'.codePointAt(0)! + index);
}
