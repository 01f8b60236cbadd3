import type { ShownTime, TimedSeries } from './prometheus-answers.ts';
import { valueText } from './value-text.ts';

/** Where a panel stands, in pixels. */
export interface Place {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface NamedSeries extends TimedSeries {
  readonly name: string;
}

/** Colours by threshold, as the panel's JSON has them. */
export type ThresholdSteps = readonly { readonly value: number | null; readonly color: string }[];

export interface ChartPicture {
  readonly series: readonly NamedSeries[];
  readonly time: ShownTime;
  readonly unit: string;
  readonly isStacked: boolean;
  readonly thresholds: ThresholdSteps;
  readonly min: number | undefined;
  readonly max: number | undefined;
}

const COLOURS =
  '#5794f2 #fade2a #73bf69 #ff9830 #b877d9 #8ab8ff #f2495c #96d98d #ffcb7d #ca95e5 #3274d9 #e0b400 #37872d #fa6400'.split(
    ' ',
  );
const THRESHOLD_COLOURS: Readonly<Record<string, string>> = { green: '#73bf69', orange: '#ff9830', red: '#f2495c' };
const AXIS_WIDTH = 62;
const LEGEND_HEIGHT = 30;
const LEGEND_ENTRIES = 8;

/** Of a heatmap's colour. */
const SHADES = 10;

/** The colour of a value. */
export function thresholdColour(value: number, steps: ThresholdSteps): string {
  const step = steps.findLast(({ value: from }) => from === null || value >= from);
  return THRESHOLD_COLOURS[step?.color ?? 'green'] ?? '#ccccdc';
}

/** One number. */
export function statPicture(chart: ChartPicture, place: Place, isColoured: boolean): string {
  const latest = chart.series[0]?.points.at(-1)?.[1];
  if (latest === undefined) {
    return '';
  }
  return text(valueText(latest, chart.unit), place.x + place.width / 2, place.y + place.height * 0.6, {
    size: 30,
    colour: isColoured ? thresholdColour(latest, chart.thresholds) : '#ccccdc',
    anchor: 'middle',
  });
}

/** Lines or stacked areas with an axis, thresholds and the names of the first series. */
export function chartPicture(chart: ChartPicture, place: Place): string {
  const drawn = chart.isStacked ? stacked(chart.series) : chart.series;
  const values = drawn.flatMap(({ points }) => points.map(([, value]) => value)).filter(Number.isFinite);
  const low = Math.min(chart.min ?? Infinity, ...values);
  const high = chart.max ?? Math.max(...values);
  const plot = {
    x: place.x + AXIS_WIDTH,
    y: place.y,
    width: place.width - AXIS_WIDTH,
    height: place.height - LEGEND_HEIGHT,
  };
  const scale = scales(plot, chart.time, [low, high === low ? low + 1 : high]);
  const limits = chart.thresholds
    .filter(({ value }) => value !== null && value > low && value <= high)
    .map(({ value, color }) =>
      rule(plot, scale.y(value ?? 0), `stroke="${THRESHOLD_COLOURS[color]}" stroke-dasharray="6 4"`),
    );
  const grid = [0, 0.5, 1].map((part) => {
    const value = low + part * ((high === low ? low + 1 : high) - low);
    const label = text(valueText(value, chart.unit), plot.x - 6, scale.y(value) + 4, { size: 10, anchor: 'end' });
    return rule(plot, scale.y(value), 'stroke="#2c3235"') + label;
  });
  const shapes = drawn.map((series, index) => {
    const colour = COLOURS[index % COLOURS.length];
    const line = path(series, scale);
    if (!chart.isStacked) {
      return `<path d="${line}" fill="none" stroke="${colour}" stroke-width="1.5"/>`;
    }
    const first = series.points[0]?.[0] ?? 0;
    const last = series.points.at(-1)?.[0] ?? 0;
    const base = `L${at(scale.x(last))} ${at(scale.y(low))}L${at(scale.x(first))} ${at(scale.y(low))}Z`;
    return `<path d="${line}${base}" fill="${colour}" stroke="#181b1f" stroke-width="0.5"/>`;
  });
  // The highest area lies behind the others.
  const ordered = chart.isStacked ? shapes.toReversed() : shapes;
  return [...grid, ...ordered, ...limits, legend(chart, place)].join('');
}

/** Buckets over time, the darker the fuller. */
export function heatmapPicture(series: readonly TimedSeries[], place: Place, time: ShownTime): string {
  const edges = series
    .map(({ labels, points }) => ({ edge: Number((labels['le'] ?? '').replace('+Inf', 'Infinity')), points }))
    .toSorted((one, other) => one.edge - other.edge);
  const rows = edges.map(({ edge, points }, index) => {
    const below = new Map(edges[index - 1]?.points);
    return { edge, cells: points.map(([seconds, value]) => [seconds, value - (below.get(seconds) ?? 0)] as const) };
  });
  const fullest = Math.max(...rows.flatMap(({ cells }) => cells.map(([, value]) => value)));
  const plot = { ...place, x: place.x + AXIS_WIDTH, width: place.width - AXIS_WIDTH };
  const { x } = scales(plot, time, [0, 1]);
  const height = plot.height / rows.length;
  const width = (plot.width * time.stepSeconds) / (time.toSeconds - time.fromSeconds);
  const bottom = plot.y + plot.height;
  const boxes = new Map<number, string>();
  const labels: string[] = [];
  for (const [row, { edge, cells }] of rows.entries()) {
    const y = bottom - (row + 1) * height;
    if (row % 4 === 3) {
      labels.push(text(valueText(edge, 'percentunit'), plot.x - 6, y + 8, { size: 10, anchor: 'end' }));
    }
    for (const [seconds, value] of cells.filter(([, count]) => count > 0)) {
      const shade = Math.ceil(SHADES * Math.sqrt(value / fullest));
      const box = `M${at(x(seconds))} ${at(y)}h${at(width)}v${at(height - 1)}h-${at(width)}z`;
      boxes.set(shade, (boxes.get(shade) ?? '') + box);
    }
  }
  const shaded = [...boxes].map(([shade, shape]) => `<path d="${shape}" fill="#5794f2" opacity="${shade / SHADES}"/>`);
  return [...labels, ...shaded].join('');
}

export interface TextLook {
  readonly size: number;
  readonly colour?: string;
  readonly anchor?: 'start' | 'middle' | 'end';
}

export function text(
  content: string,
  x: number,
  y: number,
  { size, colour = '#9aa0a8', anchor = 'start' }: TextLook,
): string {
  const escaped = content.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
  return `<text x="${at(x)}" y="${at(y)}" font-size="${size}" fill="${colour}" text-anchor="${anchor}">${escaped}</text>`;
}

function legend({ series, unit }: ChartPicture, place: Place): string {
  const entries = series.slice(0, LEGEND_ENTRIES);
  const columns = Math.min(4, Math.max(1, Math.floor(place.width / 150)));
  const width = place.width / columns;
  const room = Math.floor(width / 5.6) - 3;
  return entries
    .filter((_, index) => index < 2 * columns)
    .map(({ name, points }, index) => {
      const x = place.x + (index % columns) * width;
      const y = place.y + place.height - LEGEND_HEIGHT + 14 + 13 * Math.floor(index / columns);
      const value = points.at(-1)?.[1];
      const label = `${name}${value === undefined ? '' : ` ${valueText(value, unit)}`}`;
      const short = label.length > room ? `${label.slice(0, room - 1)}…` : label;
      return (
        `<rect x="${at(x)}" y="${at(y - 6)}" width="8" height="3" fill="${COLOURS[index % COLOURS.length]}"/>` +
        text(short, x + 12, y, { size: 10 })
      );
    })
    .join('');
}

/** Each series on top of those before it. */
function stacked(series: readonly NamedSeries[]): readonly NamedSeries[] {
  const heights = new Map<number, number>();
  return series.map(({ name, labels, points }) => ({
    name,
    labels,
    points: points.map(([time, value]) => {
      const height = (heights.get(time) ?? 0) + value;
      heights.set(time, height);
      return [time, height] as const;
    }),
  }));
}

interface Scales {
  readonly x: (seconds: number) => number;
  readonly y: (value: number) => number;
}

function scales(place: Place, { fromSeconds, toSeconds }: ShownTime, [low, high]: readonly [number, number]): Scales {
  return {
    x: (seconds) => place.x + (place.width * (seconds - fromSeconds)) / (toSeconds - fromSeconds),
    y: (value) => place.y + place.height * (1 - (value - low) / (high - low || 1)),
  };
}

function path(series: TimedSeries | undefined, { x, y }: Scales): string {
  const points = (series?.points ?? []).filter(([, value]) => Number.isFinite(value));
  return points.map(([time, value], index) => `${index === 0 ? 'M' : 'L'}${at(x(time))} ${at(y(value))}`).join('');
}

function rule({ x, width }: Place, y: number, look: string): string {
  return `<path d="M${at(x)} ${at(y)}h${at(width)}" ${look}/>`;
}

function at(position: number): string {
  return Number(position.toFixed(1)).toString();
}
