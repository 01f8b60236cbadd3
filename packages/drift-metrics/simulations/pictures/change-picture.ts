import { shiftedDeciles } from '../shifted-deciles.ts';
import { figure, type Point } from './figure.ts';
import { watchStream, type WatchedMinute } from './watched-stream.ts';

const CHANGE = 120;
const RETURN = 240;
const MINUTES = 420;
const PREDICTIONS_PER_MINUTE = 200;

/** A change that comes and goes, as the score and the evidence see it. */
export function changePicture(): string {
  const { minutes, alerts, logThreshold } = watchStream({
    seed: 5,
    referenceSamples: 5000,
    referenceShares: shiftedDeciles(0),
    minutes: MINUTES,
    predictionsPerMinute: PREDICTIONS_PER_MINUTE,
    liveShares: (minute) => (minute >= CHANGE && minute < RETURN ? shiftedDeciles(0.5) : shiftedDeciles(0)),
  });
  const [alert] = alerts;
  if (alert === undefined || alerts.length !== 1) {
    throw new Error(`${alerts.length} alerts instead of one`);
  }
  const curve = (of: (minute: WatchedMinute) => number): Point[] =>
    minutes.map((minute, index): Point => [index + 1, of(minute)]);
  const cleared = minutes.findIndex(({ isAlertActive }, index) => index >= alert.minute && !isAlertActive) + 1;
  const x = {
    label: 'minutes',
    from: 0,
    to: MINUTES,
    ticks: [0, 60, 120, 180, 240, 300, 360, 420].map((minute) => [minute, String(minute)] as const),
  };
  return figure(
    'The alert goes by evidence, the score tells the size',
    `${PREDICTIONS_PER_MINUTE} predictions a minute, reference of 5,000, all options at their defaults; one run of the real engine`,
    [
      {
        title: 'drift_score',
        height: 150,
        x,
        y: {
          label: 'stability index',
          from: 0,
          to: 0.3,
          ticks: [
            [0, '0'],
            [0.1, '0.1'],
            [0.2, '0.2'],
            [0.3, '0.3'],
          ],
        },
        bands: [{ from: CHANGE, to: RETURN, text: 'changed, index 0.24' }],
        curves: [
          { ink: 'ours', kind: 'line', points: curve(({ score }) => score) },
          {
            name: 'documented threshold',
            ink: 'limit',
            kind: 'line',
            isDashed: true,
            points: [
              [0, 0.1],
              [MINUTES, 0.1],
            ],
          },
        ],
      },
      {
        title: 'drift_evidence',
        height: 170,
        x,
        y: {
          label: 'natural logarithm',
          from: 0,
          to: 250,
          ticks: [0, 50, 100, 150, 200, 250].map((value) => [value, String(value)] as const),
        },
        bands: [{ from: CHANGE, to: RETURN, text: '' }],
        curves: [
          { ink: 'ours', kind: 'line', points: curve(({ logEvidence }) => logEvidence) },
          {
            name: `threshold ${logThreshold.toFixed(1)}: one false alarm in 30 days`,
            ink: 'limit',
            kind: 'line',
            isDashed: true,
            points: [
              [0, logThreshold],
              [MINUTES, logThreshold],
            ],
          },
          {
            ink: 'other',
            kind: 'points',
            points: [
              [alert.minute, logThreshold],
              [cleared, logThreshold],
            ],
          },
        ],
        notes: [
          { at: [CHANGE - 4, 24], text: `alert after ${alert.minute - CHANGE} minutes`, anchor: 'end' },
          { at: [cleared, 24], text: `cleared after ${cleared - RETURN} minutes` },
        ],
      },
    ],
  );
}
