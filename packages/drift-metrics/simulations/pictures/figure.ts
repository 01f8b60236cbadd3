/** A number line: where it begins and ends, and what is written on it. */
export interface Axis {
  readonly label: string;
  readonly from: number;
  readonly to: number;
  readonly isLogarithmic?: boolean;
  readonly ticks: readonly (readonly [value: number, text: string])[];
}

/** Colours, by what a line stands for: ours, something to compare it with, another one, what is asked for. */
export type Ink = 'ours' | 'other' | 'third' | 'limit';

export type Point = readonly [x: number, y: number];

export interface Curve {
  /** For the legend; curves without a name are not in it. */
  readonly name?: string;
  readonly ink: Ink;
  /** A line through the points, or the points alone. Points that are not finite interrupt a line. */
  readonly kind: 'line' | 'points' | 'line and points';
  readonly points: readonly Point[];
  readonly isDashed?: boolean;
}

export interface Panel {
  readonly title?: string;
  readonly height: number;
  readonly x: Axis;
  readonly y: Axis;
  readonly curves: readonly Curve[];
  /** Stretches of the horizontal axis that mean something. */
  readonly bands?: readonly { readonly from: number; readonly to: number; readonly text: string }[];
  /** Words at a place in the plot; `anchor` is where the place is within them. */
  readonly notes?: readonly {
    readonly at: Point;
    readonly text: string;
    readonly anchor?: 'start' | 'middle' | 'end';
  }[];
}

const WIDTH = 760;
const PADDING = 24;
const LEFT = 88;
const RIGHT = WIDTH - PADDING - 8;
const HEADING_HEIGHT = 68;
const LEGEND_HEIGHT = 26;
/** Ticks and the name of the horizontal axis. */
const AXIS_HEIGHT = 54;
/** Of a letter, on average: enough to set a legend. */
const LETTER_WIDTH = 6.8;

/** Panels one above the other as one SVG, readable on light and on dark pages. */
export function figure(title: string, subtitle: string, panels: readonly Panel[]): string {
  let top = HEADING_HEIGHT;
  const drawn = panels.map((panel) => {
    const [text, bottom] = draw(panel, top);
    top = bottom;
    return text;
  });
  const height = top + 8;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img" aria-label="${escaped(`${title}. ${subtitle}`)}">
  <style>
    text { font: 13px system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif; fill: #4b5563; }
    .page { fill: #ffffff; stroke: #e5e7eb; }
    .title { font-size: 16px; font-weight: 600; fill: #111827; }
    .panel { font-weight: 600; fill: #111827; }
    .soft { fill: #6b7280; }
    .note { fill: #111827; }
    .grid { stroke: #e5e7eb; }
    .band { fill: #fef3c7; }
    .line { fill: none; stroke-width: 2; stroke-linejoin: round; }
    .dashed { stroke-dasharray: 5 4; }
    .ours { stroke: #4f46e5; } .dot.ours { fill: #4f46e5; }
    .other { stroke: #d97706; } .dot.other { fill: #d97706; }
    .third { stroke: #0f766e; } .dot.third { fill: #0f766e; }
    .limit { stroke: #6b7280; } .dot.limit { fill: #6b7280; }
    .dot { stroke: none; }
    @media (prefers-color-scheme: dark) {
      text { fill: #9ca3af; }
      .page { fill: #0d1117; stroke: #30363d; }
      .title, .panel, .note { fill: #f3f4f6; }
      .soft { fill: #9ca3af; }
      .grid { stroke: #262c36; }
      .band { fill: #3a2f12; }
      .ours { stroke: #818cf8; } .dot.ours { fill: #818cf8; }
      .other { stroke: #fbbf24; } .dot.other { fill: #fbbf24; }
      .third { stroke: #2dd4bf; } .dot.third { fill: #2dd4bf; }
      .limit { stroke: #9ca3af; } .dot.limit { fill: #9ca3af; }
    }
  </style>
  <rect class="page" x="0.5" y="0.5" width="${WIDTH - 1}" height="${height - 1}" rx="8"/>
  <text class="title" x="${PADDING}" y="34">${escaped(title)}</text>
  <text class="soft" x="${PADDING}" y="54">${escaped(subtitle)}</text>
${drawn.join('\n')}
</svg>
`;
}

function draw(panel: Panel, top: number): [text: string, bottom: number] {
  const { x, y, curves, bands = [], notes = [], title } = panel;
  const hasHead = title !== undefined || curves.some(({ name }) => name !== undefined);
  const plotTop = top + (hasHead ? LEGEND_HEIGHT : 8);
  const plotBottom = plotTop + panel.height;
  const placeX = scale(x, LEFT, RIGHT);
  const placeY = scale(y, plotBottom, plotTop);
  const parts = [
    ...(hasHead ? [head(panel, top + 12)] : []),
    ...bands.map(({ from, to, text }) => {
      const left = placeX(from);
      const middle = (left + placeX(to)) / 2;
      return (
        `<rect class="band" x="${left.toFixed(1)}" y="${plotTop}" width="${(placeX(to) - left).toFixed(1)}" height="${panel.height}"/>` +
        `<text class="soft" x="${middle.toFixed(1)}" y="${plotTop + 17}" text-anchor="middle">${escaped(text)}</text>`
      );
    }),
    ...y.ticks.map(([value, text]) => {
      const at = placeY(value).toFixed(1);
      return (
        `<line class="grid" x1="${LEFT}" x2="${RIGHT}" y1="${at}" y2="${at}"/>` +
        `<text class="soft" x="${LEFT - 8}" y="${(placeY(value) + 4).toFixed(1)}" text-anchor="end">${escaped(text)}</text>`
      );
    }),
    ...x.ticks.map(
      ([value, text]) =>
        `<text class="soft" x="${placeX(value).toFixed(1)}" y="${plotBottom + 18}" text-anchor="middle">${escaped(text)}</text>`,
    ),
    `<text class="soft" x="${(LEFT + RIGHT) / 2}" y="${plotBottom + 38}" text-anchor="middle">${escaped(x.label)}</text>`,
    `<text class="soft" transform="translate(${PADDING - 4} ${(plotTop + plotBottom) / 2}) rotate(-90)" text-anchor="middle">${escaped(y.label)}</text>`,
    ...curves.map((curve) => drawCurve(curve, placeX, placeY)),
    ...notes.map(
      ({ at, text, anchor = 'start' }) =>
        `<text class="note" x="${placeX(at[0]).toFixed(1)}" y="${placeY(at[1]).toFixed(1)}" text-anchor="${anchor}">${escaped(text)}</text>`,
    ),
  ];
  return [parts.map((part) => `  ${part}`).join('\n'), plotBottom + AXIS_HEIGHT];
}

function head({ title, curves }: Panel, baseline: number): string {
  let left = LEFT;
  const parts: string[] = [];
  if (title !== undefined) {
    parts.push(`<text class="panel" x="${left}" y="${baseline}">${escaped(title)}</text>`);
    left += title.length * (LETTER_WIDTH + 0.4) + 18;
  }
  for (const { name, ink, kind, isDashed } of curves) {
    if (name !== undefined) {
      const middle = baseline - 4;
      parts.push(
        kind === 'points'
          ? `<circle class="dot ${ink}" cx="${left + 11}" cy="${middle}" r="4"/>`
          : `<line class="line ${ink}${isDashed === true ? ' dashed' : ''}" x1="${left}" x2="${left + 22}" y1="${middle}" y2="${middle}"/>`,
        `<text x="${left + 28}" y="${baseline}">${escaped(name)}</text>`,
      );
      left += 28 + name.length * LETTER_WIDTH + 14;
    }
  }
  return parts.join('');
}

type Place = (value: number) => number;

function drawCurve({ ink, kind, points, isDashed }: Curve, placeX: Place, placeY: Place): string {
  const parts: string[] = [];
  if (kind !== 'points') {
    let isDown = false;
    const path = points.map(([x, y]) => {
      const command = Number.isFinite(y) ? `${isDown ? 'L' : 'M'}${placeX(x).toFixed(1)} ${placeY(y).toFixed(1)}` : '';
      isDown = Number.isFinite(y);
      return command;
    });
    parts.push(`<path class="line ${ink}${isDashed === true ? ' dashed' : ''}" d="${path.join('')}"/>`);
  }
  if (kind !== 'line') {
    parts.push(
      ...points
        .filter(([, y]) => Number.isFinite(y))
        .map(
          ([x, y]) => `<circle class="dot ${ink}" cx="${placeX(x).toFixed(1)}" cy="${placeY(y).toFixed(1)}" r="3.5"/>`,
        ),
    );
  }
  return parts.join('');
}

/** What lies beyond an axis is drawn at its end. */
function scale({ from, to, isLogarithmic }: Axis, start: number, end: number): Place {
  const along = isLogarithmic === true ? Math.log : (value: number): number => value;
  return (value) => {
    const share = (along(Math.min(to, Math.max(from, value))) - along(from)) / (along(to) - along(from));
    return start + share * (end - start);
  };
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
