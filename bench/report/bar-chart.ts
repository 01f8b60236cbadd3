import type { Bar, Chart } from '../scenario.ts';

const WIDTH = 760;
const PADDING = 24;
/** Where bars begin: the longest name of a library fits to the left of it. */
const LABEL_WIDTH = 268;
/** Room for the value at the end of the longest bar. */
const VALUE_WIDTH = 84;
const HEADING_HEIGHT = 76;
const ROW_HEIGHT = 34;
const BAR_HEIGHT = 18;
/** A bar that is too short to be seen would look like a mistake. */
const SHORTEST_BAR = 2;

/** A horizontal bar chart as SVG, readable on light and on dark pages. */
export function barChart({ title, subtitle, bars }: Chart): string {
  const height = HEADING_HEIGHT + bars.length * ROW_HEIGHT + PADDING - (ROW_HEIGHT - BAR_HEIGHT);
  const longest = Math.max(...bars.map(({ value }) => value));
  const description = bars.map(({ label, text }) => `${label}: ${text}`).join('; ');
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img" aria-label="${escaped(`${title}, ${subtitle}. ${description}`)}">
  <style>
    text { font: 13px system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif; fill: #1f2937; }
    .page { fill: #ffffff; stroke: #e5e7eb; }
    .title { font-size: 16px; font-weight: 600; }
    .subtitle { fill: #6b7280; }
    .value { font-variant-numeric: tabular-nums; fill: #4b5563; }
    .bar { fill: #cbd5e1; }
    .ours { fill: #4f46e5; }
    .strong { font-weight: 600; fill: #111827; }
    @media (prefers-color-scheme: dark) {
      text { fill: #d1d5db; }
      .page { fill: #0d1117; stroke: #30363d; }
      .subtitle { fill: #9ca3af; }
      .value { fill: #9ca3af; }
      .bar { fill: #475569; }
      .ours { fill: #818cf8; }
      .strong { fill: #f9fafb; }
    }
  </style>
  <rect class="page" x="0.5" y="0.5" width="${WIDTH - 1}" height="${height - 1}" rx="8"/>
  <text class="title strong" x="${PADDING}" y="34">${escaped(title)}</text>
  <text class="subtitle" x="${PADDING}" y="54">${escaped(subtitle)}</text>
${bars.map((bar, place) => row(bar, place, longest)).join('\n')}
</svg>
`;
}

function row({ label, value, text, highlighted }: Bar, place: number, longest: number): string {
  const top = HEADING_HEIGHT + place * ROW_HEIGHT;
  const baseline = top + BAR_HEIGHT - 4;
  const room = WIDTH - PADDING - LABEL_WIDTH - VALUE_WIDTH;
  const width = Math.max(SHORTEST_BAR, (room * value) / longest || 0);
  const emphasis = highlighted ? ' strong' : '';
  return [
    `  <text class="label${emphasis}" x="${LABEL_WIDTH - 10}" y="${baseline}" text-anchor="end">${escaped(label)}</text>`,
    `  <rect class="bar${highlighted ? ' ours' : ''}" x="${LABEL_WIDTH}" y="${top}" width="${width.toFixed(1)}" height="${BAR_HEIGHT}" rx="3"/>`,
    `  <text class="value${emphasis}" x="${(LABEL_WIDTH + width + 8).toFixed(1)}" y="${baseline}">${escaped(text)}</text>`,
  ].join('\n');
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
