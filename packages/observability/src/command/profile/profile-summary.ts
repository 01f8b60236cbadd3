import { shortHash, signalKey, type ProfileReport, type ReferenceSignal } from '@inferometer/drift-metrics';

/** A reference below this size leaves so much open that small shifts are seen late; the package's README has figures. */
const ENOUGH_PREDICTIONS = 5000;
/** Beyond as many values edges come from a sample. */
const EXACT_QUANTILES_UP_TO = 100_000;
const NAMES_TOLD = 10;
/** Enough to know a name by. */
const NAME_CHARACTERS_TOLD = 40;

/** What became of a file, in lines of a name and a text. */
export function describeProfile(report: ProfileReport, output: string): string {
  const { profile, badRows, otherModelRows, ignoredColumns, ignoredFeatures } = report;
  const { modelType, modelVersion, accuracy, samples, signals } = profile;
  const version = modelVersion === undefined ? '' : `, version ${modelVersion}`;
  const lines: [name: string, text: string][] = [
    ['reference', `${shortHash(profile)} of ${modelType}${version}`],
    ['written to', output === '-' ? 'standard output' : output],
    [
      'predictions',
      count(samples) + (samples < ENOUGH_PREDICTIONS ? '; from 5,000 on, small shifts are seen early' : ''),
    ],
    ...signals.map((signal): [string, string] => [signalKey(signal), describeSignal(signal)]),
  ];
  if (accuracy !== undefined) {
    const share = (accuracy.correct / accuracy.labelled).toFixed(4);
    lines.push(['accuracy', `${share} of ${count(accuracy.labelled)} with a known truth`]);
  }
  if (samples > EXACT_QUANTILES_UP_TO && signals.some(({ type }) => type === 'numeric')) {
    lines.push(['edges', 'of a uniform sample of 100,000 values: within 0.52% of their rank, with 99% certainty']);
  }
  if (badRows > 0) {
    lines.push(['bad rows', describeBadRows(report)]);
  }
  if (otherModelRows > 0) {
    lines.push(['left out', `${count(otherModelRows)} of other models`]);
  }
  if (ignoredColumns.length > 0) {
    lines.push(['not used', `columns ${listed(ignoredColumns)}`]);
  }
  if (ignoredFeatures.length > 0) {
    const names = ignoredFeatures.map((name) => (name === '' ? '""' : name.slice(0, NAME_CHARACTERS_TOLD)));
    lines.push(['not watched', `features beyond 100, or of empty or too long names: ${listed(names)}`]);
  }
  const width = Math.max(...lines.map(([name]) => name.length));
  return lines.map(([name, text]) => `${name.padEnd(width)}  ${text}\n`).join('');
}

/** How many rows are bad and where the first of them are. */
export function describeBadRows({ badRows, firstBadLines }: Pick<ProfileReport, 'badRows' | 'firstBadLines'>): string {
  const lines = firstBadLines.join(', ');
  const where =
    badRows > firstBadLines.length ? `the first on lines ${lines}` : `on ${badRows === 1 ? 'line' : 'lines'} ${lines}`;
  return `${count(badRows)}, ${where}`;
}

function describeSignal({ counts, ...signal }: ReferenceSignal): string {
  const missing = counts.at(-1) ?? 0;
  const other = counts.at(-2) ?? 0;
  const bins = counts.length - 2;
  const what =
    signal.type === 'categorical'
      ? `${count(bins)} ${bins === 1 ? 'category' : 'categories'}`
      : signal.constant === undefined
        ? `${bins} bins from ${short(signal.minimum)} to ${short(signal.maximum)}`
        : `always ${signal.constant}`;
  return [what, other > 0 ? `${count(other)} other` : '', missing > 0 ? `${count(missing)} missing` : '']
    .filter((part) => part !== '')
    .join(', ');
}

function listed(names: readonly string[]): string {
  const more = names.length - NAMES_TOLD;
  return names.slice(0, NAMES_TOLD).join(', ') + (more > 0 ? ` and ${count(more)} more` : '');
}

/** Four digits are enough to know a column by. */
function short(number: number): string {
  return String(Number(number.toPrecision(4)));
}

function count(number: number): string {
  return number.toLocaleString('en');
}
