// Delay at equal false-alarm rate against detectors of others, on streams of errors. Run: npm run simulate:peers -w
// @inferometer/drift-metrics [-- runs]
import { createSeededRandom, type RandomNumber } from '../src/mathematics/seeded-random.ts';
import { binomial } from './multinomial.ts';
import { Adwin } from './peers/adwin.ts';
import { conceptStreams, LABEL_NOISE, type ConceptStream } from './peers/concept-streams.ts';
import { DriftDetectionMethod } from './peers/drift-detection-method.ts';
import { ErrorBetting } from './peers/error-betting.ts';
import { KolmogorovSmirnovWindowing } from './peers/kolmogorov-smirnov-windowing.ts';
import { PageHinkley } from './peers/page-hinkley.ts';
import type { PeerDetector } from './peers/peer-detector.ts';
import { resumedTable } from './resumed-table.ts';

const EVENTS_TO_FALSE_ALARM = 20_000;
/** Streams end here: a mean of 20,000 is told from one of 40,000. */
const LONGEST_STREAM = 60_000;
const CHANGE_AT = 3000;
const MOST_DELAY = 5000;
const GRADUAL_WIDTH = 1000;
const runs = Number(process.argv[2] ?? 300);

interface Contender {
  readonly name: string;
  readonly settings: readonly number[];
  readonly create: (setting: number, random: RandomNumber) => PeerDetector;
}

/** Settings from the keenest to the calmest. */
const contenders: readonly Contender[] = [
  {
    name: 'betting (ours)',
    settings: [2000, 2500, 3000, 3500, 4000, 4500, 5000, 7000, 10_000],
    create: (setting, random) => new ErrorBetting(setting, binomial(random, 5000, LABEL_NOISE)),
  },
  { name: 'ADWIN', settings: [1, 0.7, 0.5, 0.4, 0.3, 0.25, 0.2, 0.1, 0.002], create: (setting) => new Adwin(setting) },
  {
    name: 'Page-Hinkley',
    settings: [14, 17, 18, 19, 20, 21, 22, 23, 24, 25, 30, 50],
    create: (setting) => new PageHinkley(setting),
  },
  {
    name: 'DDM',
    settings: [2, 2.3, 2.4, 2.5, 2.6, 2.7, 2.8, 2.9, 3, 3.5, 5],
    create: (setting) => new DriftDetectionMethod(setting),
  },
  {
    name: 'KSWIN',
    settings: [0.7, 0.5, 0.4, 0.3, 0.25, 0.2, 0.15, 0.12, 0.1, 0.08, 0.05, 0.005],
    create: (setting) => new KolmogorovSmirnovWindowing(setting),
  },
];

const table = resumedTable(
  new URL('results/peers.md', import.meta.url),
  `Errors of a model that is right but for ${LABEL_NOISE * 100}% noise. Each detector with its keenest setting of at least\n` +
    `${EVENTS_TO_FALSE_ALARM} events to a false alarm; mean events from the change to the alarm.\n` +
    '`npm run simulate:peers -w @inferometer/drift-metrics`',
  [
    'detector',
    'runs',
    'setting',
    'events to a false alarm',
    ...conceptStreams.flatMap(({ name }) => [`${name} abrupt`, `${name} gradual`]),
  ],
);
for (const contender of contenders) {
  table.add([contender.name], runs, () => {
    const [setting, events] = calibrated(contender);
    const delays = conceptStreams.flatMap((stream) =>
      [0, GRADUAL_WIDTH].map((width) => delay(contender, setting, stream, width)),
    );
    return [String(setting), String(Math.round(events)), ...delays];
  });
}

function calibrated(contender: Contender): [setting: number, events: number] {
  let last: [number, number] = [Number.NaN, 0];
  for (const setting of contender.settings) {
    last = [setting, eventsToFalseAlarm(contender, setting)];
    if (last[1] >= EVENTS_TO_FALSE_ALARM) {
      break;
    }
  }
  return last;
}

function eventsToFalseAlarm({ create }: Contender, setting: number): number {
  const random = createSeededRandom(1);
  let [events, alarms] = [0, 0];
  for (let run = 0; run < runs; run += 1) {
    const detector = create(setting, random);
    for (let event = 1; event <= LONGEST_STREAM; event += 1) {
      events += 1;
      if (detector.update(random() < LABEL_NOISE ? 1 : 0)) {
        alarms += 1;
        break;
      }
    }
  }
  return events / Math.max(1, alarms);
}

function delay({ create }: Contender, setting: number, stream: ConceptStream, width: number): string {
  const random = createSeededRandom(2);
  let [total, seen] = [0, 0];
  for (let run = 0; run < runs; run += 1) {
    let detector = create(setting, random);
    for (let event = 0; event < CHANGE_AT + MOST_DELAY; event += 1) {
      const isNew =
        width === 0 ? event >= CHANGE_AT : random() < 1 / (1 + Math.exp((-4 * (event - CHANGE_AT)) / width));
      const isWrong = (isNew && stream.disagrees(random)) !== random() < LABEL_NOISE;
      if (detector.update(isWrong ? 1 : 0)) {
        // A gradual change begins before its middle: what is seen within its width counts, earlier alarms are false.
        if (event >= CHANGE_AT - width / 2) {
          total += event - CHANGE_AT;
          seen += 1;
          break;
        }
        detector = create(setting, random);
      }
    }
  }
  const missed = seen === runs ? '' : ` (${Math.round((100 * (runs - seen)) / runs)}% missed)`;
  return seen === 0 ? 'missed' : `${Math.round(total / seen)}${missed}`;
}
