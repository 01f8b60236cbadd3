import { chiSquareTest } from '../../src/divergences/chi-square.ts';
import { jensenShannonDistance } from '../../src/divergences/jensen-shannon.ts';
import {
  correctedPopulationStabilityIndex,
  populationStabilityIndex,
} from '../../src/divergences/population-stability-index.ts';
import { createSeededRandom } from '../../src/mathematics/seeded-random.ts';
import { multinomial } from '../multinomial.ts';
import { shiftedDeciles } from '../shifted-deciles.ts';
import { figure, type Point } from './figure.ts';

const REFERENCE_SAMPLES = 1000;
const WINDOWS = 4000;
const WINDOW_SAMPLES = [50, 100, 200, 300, 500, 1000, 2000, 5000, 10_000];
const even = shiftedDeciles(0);

/** What a fixed threshold says of traffic that has not changed at all, by the size of the window. */
export function thresholdPicture(): string {
  const random = createSeededRandom(1);
  const [raw, distance, corrected, tested]: [Point[], Point[], Point[], Point[]] = [[], [], [], []];
  for (const samples of WINDOW_SAMPLES) {
    let [byIndex, byDistance, byCorrected, byTest] = [0, 0, 0, 0];
    for (let window = 0; window < WINDOWS; window += 1) {
      const reference = multinomial(random, REFERENCE_SAMPLES, even, new Float64Array(even.length));
      const live = multinomial(random, samples, even, new Float64Array(even.length));
      byIndex += Number(populationStabilityIndex(reference, live) > 0.1);
      byDistance += Number(jensenShannonDistance(reference, live) > 0.1);
      byTest += Number(chiSquareTest(reference, live).pValue < 0.05);
      byCorrected += Number(correctedPopulationStabilityIndex(reference, live) > 0.1);
    }
    tested.push([samples, (100 * byTest) / WINDOWS]);
    raw.push([samples, (100 * byIndex) / WINDOWS]);
    distance.push([samples, (100 * byDistance) / WINDOWS]);
    corrected.push([samples, (100 * byCorrected) / WINDOWS]);
  }
  return figure(
    'A fixed threshold measures how much traffic there is',
    `Nothing has changed; 10 even bins, reference of ${REFERENCE_SAMPLES.toLocaleString('en')}, ${WINDOWS.toLocaleString('en')} windows a point`,
    [
      {
        height: 190,
        x: {
          label: 'predictions in the window',
          from: 50,
          to: 10_000,
          isLogarithmic: true,
          ticks: WINDOW_SAMPLES.map((samples) => [samples, samples.toLocaleString('en')] as const),
        },
        y: {
          label: 'windows called drift',
          from: 0,
          to: 100,
          ticks: [0, 25, 50, 75, 100].map((value) => [value, `${value}%`] as const),
        },
        curves: [
          { name: 'Jensen-Shannon > .1', ink: 'third', kind: 'line and points', points: distance },
          { name: 'raw index > .1', ink: 'other', kind: 'line and points', points: raw },
          { name: 'chi-square p < .05', ink: 'limit', kind: 'line and points', points: tested },
          { name: 'corrected index > .1', ink: 'ours', kind: 'line and points', points: corrected },
        ],
        bands: [{ from: 50, to: 500, text: '' }],
        notes: [{ at: [520, 60], text: 'drift_score is told from here on' }],
      },
    ],
  );
}
