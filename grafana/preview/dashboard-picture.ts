import type { CommittedDashboard, DashboardPanel, PanelTarget } from './committed-dashboard.ts';
import {
  chartPicture,
  heatmapPicture,
  type NamedSeries,
  type Place,
  statPicture,
  text,
  thresholdColour,
  type ThresholdSteps,
} from './panel-picture.ts';
import { askPrometheus, type ShownTime } from './prometheus-answers.ts';
import { valueText } from './value-text.ts';

/** A column and a row of Grafana's grid. */
const COLUMN_PIXELS = 60;
const ROW_PIXELS = 34;
const GAP = 6;
const TITLE_HEIGHT = 26;
const TABLE_LINE = 20;

const ALL: Readonly<Record<string, string>> = { job: '.+', instance: '.+', model: '.*', version: '.*' };

/** An SVG of a dashboard with what a Prometheus answers to its queries; folded rows stay folded. */
export async function dashboardPicture(
  dashboard: CommittedDashboard,
  address: string,
  time: ShownTime,
): Promise<string> {
  const pictures = [];
  for (const panel of dashboard.panels) {
    pictures.push(await panelPicture(panel, address, time));
  }
  const rows = Math.max(...dashboard.panels.map(({ gridPos: { y, h } }) => y + h));
  const [width, height] = [24 * COLUMN_PIXELS, rows * ROW_PIXELS];
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="Inter, Helvetica, Arial, sans-serif">
<title>The dashboard ${dashboard.title}</title>
<rect width="${width}" height="${height}" fill="#111217"/>
${pictures.join('\n')}
</svg>
`;
}

async function panelPicture(panel: DashboardPanel, address: string, time: ShownTime): Promise<string> {
  const place: Place = {
    x: panel.gridPos.x * COLUMN_PIXELS + GAP / 2,
    y: panel.gridPos.y * ROW_PIXELS + GAP / 2,
    width: panel.gridPos.w * COLUMN_PIXELS - GAP,
    height: panel.gridPos.h * ROW_PIXELS - GAP,
  };
  if (panel.type === 'row') {
    return text(`${panel.collapsed === true ? '›' : '⌄'}  ${panel.title}`, place.x + 4, place.y + 20, {
      size: 14,
      colour: '#ccccdc',
    });
  }
  const { x, y, width, height } = place;
  const frame = `<rect x="${x}" y="${y}" width="${width}" height="${height}" rx="2" fill="#181b1f" stroke="#25282d"/>`;
  const title = text(panel.title, x + 8, y + 17, { size: 12, colour: '#ccccdc' });
  const inner = { x: x + 8, y: y + TITLE_HEIGHT, width: width - 16, height: height - TITLE_HEIGHT - 6 };
  const content = await contentPicture(panel, inner, address, time);
  const empty = text(panel.fieldConfig?.defaults.noValue ?? '', x + width / 2, y + height / 2 + 8, {
    size: 12,
    anchor: 'middle',
  });
  return `${frame}${title}${content === '' ? empty : content}`;
}

async function contentPicture(panel: DashboardPanel, place: Place, address: string, time: ShownTime): Promise<string> {
  if (panel.type === 'table') {
    return await tablePicture(panel, place, address, time);
  }
  const series = (await Promise.all((panel.targets ?? []).map((target) => seriesOf(target, address, time)))).flat();
  if (series.length === 0) {
    return '';
  }
  if (panel.type === 'heatmap') {
    return heatmapPicture(series, place, time);
  }
  const defaults = panel.fieldConfig?.defaults ?? {};
  const chart = {
    series,
    time,
    unit: defaults.unit ?? '',
    isStacked: defaults.custom?.stacking?.mode === 'normal',
    thresholds: defaults.custom?.thresholdsStyle?.mode === 'off' ? [] : (defaults.thresholds?.steps ?? []),
    min: defaults.min,
    max: defaults.max,
  };
  return panel.type === 'stat'
    ? statPicture(chart, place, panel.options?.colorMode === 'value')
    : chartPicture(chart, place);
}

async function tablePicture(panel: DashboardPanel, place: Place, address: string, time: ShownTime): Promise<string> {
  const renamed = panel.transformations?.find(({ id }) => id === 'organize')?.options.renameByName ?? {};
  const targets = panel.targets ?? [];
  const keys = Object.keys(renamed).filter((name) => !name.startsWith('Value #'));
  const rows = new Map<string, { labels: Readonly<Record<string, string>>; values: Map<string, number> }>();
  for (const target of targets) {
    for (const { labels, points } of await askPrometheus(address, resolve(target.expr, time), time, true)) {
      const key = keys.map((name) => labels[name] ?? '').join('\n');
      const row = rows.get(key) ?? { labels, values: new Map<string, number>() };
      row.values.set(target.refId, points.at(-1)?.[1] ?? Number.NaN);
      rows.set(key, row);
    }
  }
  const columns = [
    ...keys.map((name) => renamed[name] ?? name),
    ...targets.map(({ refId }) => renamed[`Value #${refId}`] ?? ''),
  ];
  const width = place.width / columns.length;
  const cell = (content: string, column: number, line: number, colour?: string): string =>
    text(content, place.x + column * width, place.y + 12 + line * TABLE_LINE, {
      size: 12,
      ...(colour === undefined ? undefined : { colour }),
    });
  const sorted = panel.options?.sortBy?.[0]?.displayName;
  const sortedBy = targets.find(({ refId }) => renamed[`Value #${refId}`] === sorted)?.refId ?? '';
  const lines = [...rows.values()]
    .toSorted((one, other) => (other.values.get(sortedBy) ?? 0) - (one.values.get(sortedBy) ?? 0))
    .slice(0, Math.floor(place.height / TABLE_LINE) - 1);
  return [
    ...columns.map((title, column) => cell(title, column, 0)),
    ...lines.flatMap(({ labels, values }, line) => {
      const names = keys.map((name, column) => cell(labels[name] ?? '', column, line + 1, '#6e9fff'));
      const numbers = targets.map(({ refId }, index) => {
        const value = values.get(refId);
        const look = propertiesOf(panel, renamed[`Value #${refId}`] ?? '');
        const colour = value === undefined || look.steps === undefined ? '#ccccdc' : thresholdColour(value, look.steps);
        return cell(value === undefined ? '' : valueText(value, look.unit), keys.length + index, line + 1, colour);
      });
      return names.concat(numbers);
    }),
  ].join('');
}

function propertiesOf(panel: DashboardPanel, column: string): { unit: string; steps: ThresholdSteps | undefined } {
  const override = panel.fieldConfig?.overrides.find(({ matcher }) => matcher.options === column);
  const value = (id: string): unknown => override?.properties.find((property) => property.id === id)?.value;
  const thresholds = value('thresholds') as { readonly steps: ThresholdSteps } | undefined;
  return { unit: (value('unit') as string | undefined) ?? '', steps: thresholds?.steps };
}

async function seriesOf(target: PanelTarget, address: string, time: ShownTime): Promise<NamedSeries[]> {
  const series = await askPrometheus(address, resolve(target.expr, time), time, target.instant === true);
  return series.map(({ labels, points }) => ({
    labels,
    points,
    name: (target.legendFormat ?? '').replaceAll(/\{\{(\w+)\}\}/g, (_, label: string) => labels[label] ?? ''),
  }));
}

/** With everything chosen, and the windows that Grafana would take for a scrape interval of 5 s. */
function resolve(expression: string, { fromSeconds, toSeconds, stepSeconds }: ShownTime): string {
  const values: Readonly<Record<string, string>> = {
    ...ALL,
    __rate_interval: `${Math.max(20, stepSeconds + 5)}s`,
    __range: `${toSeconds - fromSeconds}s`,
  };
  return expression.replaceAll(/\$([a-z_]+)/g, (whole, name: string) => values[name] ?? whole);
}
