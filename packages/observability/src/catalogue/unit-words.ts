/**
 * UCUM units as the words that Prometheus uses. The list is that of Prometheus's own OTLP translation, so that a
 * metric has one name whether it is scraped or pushed.
 */
const UNIT_WORDS: ReadonlyMap<string, string> = new Map([
  ['d', 'days'],
  ['h', 'hours'],
  ['min', 'minutes'],
  ['s', 'seconds'],
  ['ms', 'milliseconds'],
  ['us', 'microseconds'],
  ['ns', 'nanoseconds'],
  ['By', 'bytes'],
  ['KiBy', 'kibibytes'],
  ['MiBy', 'mebibytes'],
  ['GiBy', 'gibibytes'],
  ['TiBy', 'tebibytes'],
  ['kBy', 'kilobytes'],
  ['KBy', 'kilobytes'],
  ['MBy', 'megabytes'],
  ['GBy', 'gigabytes'],
  ['TBy', 'terabytes'],
  ['m', 'meters'],
  ['V', 'volts'],
  ['A', 'amperes'],
  ['J', 'joules'],
  ['W', 'watts'],
  ['g', 'grams'],
  ['Cel', 'celsius'],
  ['Hz', 'hertz'],
  ['1', ''],
  ['%', 'percent'],
]);

/** What stands after the slash is singular: `By/s` is bytes per second. `m` is a minute there, as Prometheus has it. */
const PER_UNIT_WORDS: ReadonlyMap<string, string> = new Map([
  ['s', 'second'],
  ['m', 'minute'],
  ['h', 'hour'],
  ['d', 'day'],
  ['w', 'week'],
  ['mo', 'month'],
  ['y', 'year'],
]);

/** A unit in the words of a metric name; each may be empty. */
export interface UnitWords {
  /** E.g. `bytes`. */
  readonly main: string;
  /** E.g. `per_second`. */
  readonly per: string;
}

/**
 * Translates a UCUM unit: `By/s` becomes `bytes` and `per_second`. Parts with an annotation (`{packet}`) are dropped,
 * `1` is empty, and a unit that is not in the list stays as it is, cleaned of what a name cannot hold.
 */
export function unitWords(unit: string): UnitWords {
  const slash = unit.indexOf('/');
  const mainUnit = (slash < 0 ? unit : unit.slice(0, slash)).trim();
  const perUnit = slash < 0 ? '' : unit.slice(slash + 1).trim();
  const main = wordFor(mainUnit, UNIT_WORDS);
  const per = wordFor(perUnit, PER_UNIT_WORDS);
  return { main, per: per === '' ? '' : `per_${per}` };
}

function wordFor(unit: string, words: ReadonlyMap<string, string>): string {
  if (unit.includes('{') || unit.includes('}')) {
    return '';
  }
  const word = words.get(unit) ?? unit;
  return word
    .split(/[^a-zA-Z0-9:]+/)
    .filter((token) => token !== '')
    .join('_');
}
