/** One sample line. */
export interface PrometheusSample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** What stands under one `# TYPE` line. */
export interface PrometheusFamily {
  readonly name: string;
  readonly type: string;
  readonly help: string;
  readonly samples: readonly PrometheusSample[];
}

interface OpenFamily {
  readonly name: string;
  readonly samples: PrometheusSample[];
  type: string | undefined;
  help: string | undefined;
}

const METRIC_NAME = /^[a-zA-Z_:][a-zA-Z0-9_:]*/;
const LABEL_NAME = /^[a-zA-Z_][a-zA-Z0-9_]*/;
const VALUE = /^(?:NaN|[+-]?Inf|[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?)$/;
const TYPES = new Set(['counter', 'gauge', 'histogram', 'summary', 'untyped']);

/**
 * Reads the Prometheus text format 0.0.4, families by name, and throws at anything that a scraper might refuse or
 * misread: it is stricter than Prometheus, and shares no code with what writes the format.
 */
export function parsePrometheusText(text: string): ReadonlyMap<string, PrometheusFamily> {
  if (!text.endsWith('\n')) {
    throw new Error('the body does not end with a newline');
  }
  if (!text.isWellFormed()) {
    throw new Error('the body is not valid Unicode');
  }
  const families = new Map<string, OpenFamily>();
  const series = new Set<string>();
  let current: OpenFamily | undefined;
  for (const [index, line] of text.slice(0, -1).split('\n').entries()) {
    try {
      current = readLine(line, families, series, current);
    } catch (error) {
      throw new Error(`line ${index + 1}: ${(error as Error).message}: ${JSON.stringify(line.slice(0, 200))}`, {
        cause: error,
      });
    }
  }
  const result = new Map<string, PrometheusFamily>();
  const ownerOfName = new Map<string, string>();
  for (const { name, type = 'untyped', help = '', samples } of families.values()) {
    for (const sampleName of new Set(samples.map((sample) => sample.name))) {
      const owner = ownerOfName.get(sampleName) ?? (families.has(sampleName) ? sampleName : name);
      if (owner !== name) {
        throw new Error(`${sampleName} belongs to the families ${owner} and ${name}`);
      }
      ownerOfName.set(sampleName, name);
    }
    if (type === 'histogram') {
      checkHistogram(name, samples);
    }
    result.set(name, { name, type, help, samples });
  }
  return result;
}

function readLine(
  line: string,
  families: Map<string, OpenFamily>,
  series: Set<string>,
  current: OpenFamily | undefined,
): OpenFamily | undefined {
  const comment = /^# (HELP|TYPE) (\S+)(?: (.*))?$/s.exec(line);
  if (comment !== null) {
    const [, keyword = '', name = '', rest = ''] = comment;
    if (METRIC_NAME.exec(name)?.[0] !== name) {
      throw new Error('the family name is invalid');
    }
    const family = current?.name === name ? current : openFamily(name, families);
    if (family.samples.length > 0) {
      throw new Error(`a ${keyword} line comes after samples of its family`);
    }
    if (keyword === 'HELP') {
      if (family.help !== undefined) {
        throw new Error('there is a second HELP line');
      }
      family.help = unescape(rest, { '\\': '\\', n: '\n' });
    } else {
      if (family.type !== undefined || !TYPES.has(rest)) {
        throw new Error('there is a second TYPE line, or the type is unknown');
      }
      family.type = rest;
    }
    return family;
  }
  if (line === '' || line.startsWith('#')) {
    return current;
  }
  const sample = readSample(line);
  const key = JSON.stringify([
    sample.name,
    ...Object.entries(sample.labels)
      .filter(([, value]) => value !== '')
      .sort(byName),
  ]);
  if (series.has(key)) {
    throw new Error('the series stands twice');
  }
  series.add(key);
  const family =
    current !== undefined && sampleNames(current).includes(sample.name) ? current : openFamily(sample.name, families);
  family.samples.push(sample);
  return family;
}

function openFamily(name: string, families: Map<string, OpenFamily>): OpenFamily {
  if (families.has(name)) {
    throw new Error(`the family ${name} is not in one piece`);
  }
  const family: OpenFamily = { name, samples: [], type: undefined, help: undefined };
  families.set(name, family);
  return family;
}

function sampleNames({ name, type }: OpenFamily): readonly string[] {
  switch (type) {
    case 'histogram':
      return [`${name}_bucket`, `${name}_sum`, `${name}_count`];
    case 'summary':
      return [name, `${name}_sum`, `${name}_count`];
    default:
      return [name];
  }
}

function readSample(line: string): PrometheusSample {
  const name = METRIC_NAME.exec(line)?.[0];
  if (name === undefined) {
    throw new Error('the metric name is invalid');
  }
  const { labels, rest } = readLabels(line.slice(name.length));
  const valueText = rest.slice(1);
  // A time stamp would be a second word; nothing here writes one.
  if (!rest.startsWith(' ') || !VALUE.test(valueText)) {
    throw new Error('the value is no number');
  }
  return { name, labels, value: numberOf(valueText) };
}

function readLabels(text: string): { labels: Record<string, string>; rest: string } {
  const labels: Record<string, string> = {};
  if (!text.startsWith('{')) {
    return { labels, rest: text };
  }
  let rest = text.slice(1);
  while (!rest.startsWith('}')) {
    const name = LABEL_NAME.exec(rest)?.[0];
    if (name === undefined || name.startsWith('__')) {
      throw new Error('a label name is invalid or reserved');
    }
    if (Object.hasOwn(labels, name)) {
      throw new Error(`the label ${name} stands twice`);
    }
    const quotedValue = /^="((?:[^"\\]|\\.)*)"/s.exec(rest.slice(name.length));
    if (quotedValue === null) {
      throw new Error(`the value of the label ${name} is not quoted well`);
    }
    labels[name] = unescape(quotedValue[1] ?? '', { '\\': '\\', n: '\n', '"': '"' });
    rest = rest.slice(name.length + quotedValue[0].length);
    if (rest.startsWith(',') && !rest.startsWith(',}')) {
      rest = rest.slice(1);
    } else if (!rest.startsWith('}')) {
      throw new Error('the labels do not end');
    }
  }
  return { labels, rest: rest.slice(1) };
}

function byName([left]: [string, string], [right]: [string, string]): number {
  return left < right ? -1 : 1;
}

function unescape(text: string, meanings: Readonly<Record<string, string>>): string {
  return text.replaceAll(/\\(.?)/gs, (_, character: string) => {
    const meaning = meanings[character];
    if (meaning === undefined) {
      throw new Error(`\\${character} means nothing`);
    }
    return meaning;
  });
}

function numberOf(text: string): number {
  return Number(text.replace('Inf', 'Infinity'));
}

function checkHistogram(name: string, samples: readonly PrometheusSample[]): void {
  const parts = new Map<string, { buckets: [number, number][]; count: number | undefined }>();
  for (const { name: sampleName, labels, value } of samples) {
    const { le, ...others } = labels;
    const isBucket = sampleName === `${name}_bucket`;
    const key = JSON.stringify(Object.entries(isBucket ? others : labels).sort(byName));
    const part = parts.get(key) ?? { buckets: [], count: undefined };
    parts.set(key, part);
    if (isBucket) {
      if (le === undefined || !VALUE.test(le)) {
        throw new Error(`a bucket of ${name} has no le`);
      }
      part.buckets.push([numberOf(le), value]);
    } else if (sampleName === `${name}_count`) {
      part.count = value;
    }
  }
  for (const [key, { buckets, count }] of parts) {
    const last = buckets.at(-1);
    if (last?.[0] !== Infinity || last[1] !== count) {
      throw new Error(`${name}${key} has no +Inf bucket that equals its count`);
    }
    for (const [index, [bound, value]] of buckets.entries()) {
      const next = buckets[index + 1];
      if (next !== undefined && !(bound < next[0] && value <= next[1])) {
        throw new Error(`the buckets of ${name}${key} do not ascend`);
      }
    }
  }
}
