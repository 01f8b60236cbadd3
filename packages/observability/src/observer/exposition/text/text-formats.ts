import type { BodyBuilder } from '../body-builder.ts';
import { byteText, type ByteText } from '../byte-text.ts';
import type { ExpositionFormat, FamilyHead, FamilyType } from '../exposition-format.ts';
import { histogramNames } from '../histogram-names.ts';
import { createHistogramLines } from './histogram-lines.ts';
import { createNumberLines } from './number-lines.ts';
import { textLabels } from './text-labels.ts';

/** https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format, version 0.0.4. */
export const textFormat: ExpositionFormat = {
  namesOf: (name, type) => (type === 'histogram' ? [name, ...histogramNames(name)] : [name]),
  beginFamily: (body, { name, type, help }) => {
    const typeName = type === 'info' ? 'gauge' : type;
    appendHead(body, byteText(`# HELP ${name} ${escapeHelp(help)}\n# TYPE ${name} ${typeName}\n`));
  },
  endFamily: () => undefined,
  end: '',
  // An empty body is valid, and looks like a fault to whoever reads it.
  idle: '# There are no metrics yet.\n',
  labels: textLabels,
  tellsStart: 'never',
  tellsExemplars: false,
  tellsNative: false,
  encodeNumbers: (name, type) => createNumberLines(name, name, type, false),
  encodeHistograms: (name) => createHistogramLines(name, false),
};

/** https://github.com/prometheus/OpenMetrics/blob/v1.0.0/specification/OpenMetrics.md */
export const openMetricsFormat: ExpositionFormat = {
  namesOf: (name, type) => {
    const family = openMetricsFamilyName(name, type);
    switch (type) {
      case 'counter':
        return [family, name, `${family}_created`];
      case 'histogram':
        return [family, ...histogramNames(family), `${family}_created`];
      default:
        return family === name ? [family] : [family, name];
    }
  },
  beginFamily: (body, { name, type, help, unit }: FamilyHead) => {
    const family = openMetricsFamilyName(name, type);
    const unitLine = unit !== '' && family.endsWith(`_${unit}`) ? `# UNIT ${family} ${unit}\n` : '';
    const helpText = escapeHelp(help).replaceAll('"', '\\"');
    appendHead(body, byteText(`# HELP ${family} ${helpText}\n# TYPE ${family} ${type}\n${unitLine}`));
  },
  endFamily: () => undefined,
  end: '# EOF\n',
  idle: '',
  labels: textLabels,
  tellsStart: 'asked',
  tellsExemplars: true,
  tellsNative: false,
  encodeNumbers: (name, type) => createNumberLines(name, openMetricsFamilyName(name, type), type, true),
  encodeHistograms: (name) => createHistogramLines(name, true),
};

/** A counter's family is named without the suffix that its series have, and so is the resource's. */
export function openMetricsFamilyName(name: string, type: FamilyType): string {
  switch (type) {
    case 'counter':
      return name.replace(/_total$/, '');
    case 'info':
      return name.replace(/_info$/, '');
    default:
      return name;
  }
}

function appendHead(body: BodyBuilder, head: ByteText): void {
  body.reserve(head.length);
  body.append(head);
}

function escapeHelp(help: string): string {
  return help.toWellFormed().replaceAll('\\', '\\\\').replaceAll('\n', '\\n');
}
