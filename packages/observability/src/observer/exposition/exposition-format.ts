import { byteText, type ByteText } from './byte-text.ts';

/** The types of families that OpenTelemetry metrics become; `info` is what the resource becomes. */
export type FamilyType = 'counter' | 'gauge' | 'histogram' | 'info';

/** What a format says of a family before its series. */
export interface FamilyHead {
  /** Name of the metric in Prometheus, e.g. `inference_requests_total`. */
  readonly name: string;
  readonly type: FamilyType;
  /** Any text. */
  readonly help: string;
  /** The words that the name ends in because of the unit, e.g. `seconds`; empty where it does not. */
  readonly unit: string;
}

/** Where the formats of Prometheus differ. The series themselves are written alike. */
export interface ExpositionFormat {
  /**
   * The names that a family takes for itself: its own and those of its series. No other family may have one of them.
   *
   * @param name of the metric in Prometheus
   */
  namesOf(name: string, type: FamilyType): readonly string[];
  headOf(family: FamilyHead): ByteText;
  /** What a body ends with. */
  readonly end: string;
  /** What stands in a body without families. */
  readonly idle: string;
  /**
   * Whether totals, counts and sums must be numbers that are not negative, counts whole ones, and histograms with buckets
   * of negative values have no sum. A histogram without sum has no count either.
   */
  readonly strictTotals: boolean;
  /** Whether series may tell when they began, and buckets of an example. */
  readonly tellsMore: boolean;
}

/** https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format, version 0.0.4. */
export const textFormat: ExpositionFormat = {
  namesOf: (name, type) => (type === 'histogram' ? [name, ...histogramNames(name)] : [name]),
  headOf: ({ name, type, help }) => {
    const typeName = type === 'info' ? 'gauge' : type;
    return byteText(`# HELP ${name} ${escapeHelp(help)}\n# TYPE ${name} ${typeName}\n`);
  },
  end: '',
  // An empty body is valid, and looks like a fault to whoever reads it.
  idle: '# There are no metrics yet.\n',
  strictTotals: false,
  tellsMore: false,
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
  headOf: ({ name, type, help, unit }) => {
    const family = openMetricsFamilyName(name, type);
    const unitLine = unit !== '' && family.endsWith(`_${unit}`) ? `# UNIT ${family} ${unit}\n` : '';
    const helpText = escapeHelp(help).replaceAll('"', '\\"');
    return byteText(`# HELP ${family} ${helpText}\n# TYPE ${family} ${type}\n${unitLine}`);
  },
  end: '# EOF\n',
  idle: '',
  strictTotals: true,
  tellsMore: true,
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

function histogramNames(family: string): readonly string[] {
  return [`${family}_bucket`, `${family}_sum`, `${family}_count`];
}

function escapeHelp(help: string): string {
  return help.toWellFormed().replaceAll('\\', '\\\\').replaceAll('\n', '\\n');
}
