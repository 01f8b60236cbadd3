import type { DriftReading, ModelReading } from './drift-reading.ts';

/** One part of the demonstration: which traffic the service gets, and what has to become of it. */
export interface Act {
  readonly what: string;
  readonly traffic: 'ordinary' | 'drifted';
  readonly expectations: readonly Expectation[];
}

export interface Expectation {
  readonly what: string;
  /** @param before the reading at the end of the act before */
  readonly isMet: (reading: DriftReading, before: DriftReading | undefined) => boolean;
}

/** By convention an index from here on is a change that somebody should look at. */
const CHANGED = 0.1;
/** And a large one from here on. */
const LARGE_SHIFT = 0.25;
/** Of the digits under noise about half are told right, of ordinary ones 96%. */
const POOR_ACCURACY = 0.75;
/** The estimate sees less than labels do: the model is too sure of digits that it never saw the like of. */
const ESTIMATE_FALLS_BY = 0.04;

export const ACTS: readonly Act[] = [
  {
    what: 'ordinary digits and documents, as in the validation sets',
    traffic: 'ordinary',
    expectations: [
      {
        what: 'all scores are known and below 0.1',
        isMet: ({ document, image }) => [document, image].every((model) => scoresOf(model).every(isLow)),
      },
      { what: 'no alert was raised', isMet: (reading) => alertsOf(reading).every((alerts) => alerts === 0) },
    ],
  },
  {
    what: 'digits become noisy, politics and sports crowd the documents',
    traffic: 'drifted',
    expectations: [
      {
        what: `documents: distribution score above ${LARGE_SHIFT}`,
        isMet: ({ document }) => (document.scores.distribution ?? 0) > LARGE_SHIFT,
      },
      { what: 'documents: one distribution alert', isMet: ({ document }) => document.alerts.distribution === 1 },
      {
        what: `digits: confidence score above ${LARGE_SHIFT}`,
        isMet: ({ image }) => (image.scores.confidence ?? 0) > LARGE_SHIFT,
      },
      { what: 'digits: one confidence alert', isMet: ({ image }) => image.alerts.confidence === 1 },
      {
        what: `digits: labelled accuracy below ${POOR_ACCURACY}`,
        isMet: ({ image }) => (image.accuracy ?? 1) < POOR_ACCURACY,
      },
      { what: 'digits: one performance alert', isMet: ({ image }) => image.alerts.performance === 1 },
      {
        what: 'digits: the estimate without labels follows, part of the way',
        isMet: ({ image }, before) =>
          (image.estimatedAccuracy ?? 1) < (before?.image.estimatedAccuracy ?? 0) - ESTIMATE_FALLS_BY,
      },
    ],
  },
  {
    what: 'ordinary digits and documents again',
    traffic: 'ordinary',
    expectations: [
      {
        what: 'all scores are below 0.1',
        isMet: ({ document, image }) => [document, image].every((model) => scoresOf(model).every(isLow)),
      },
      {
        what: 'all alerts are cleared',
        isMet: ({ document, image }) => document.active.size + image.active.size === 0,
      },
      {
        what: 'each alert was counted once',
        isMet: (reading) => alertsOf(reading).every((alerts) => alerts <= 1),
      },
    ],
  },
];

function scoresOf({ scores }: ModelReading): (number | undefined)[] {
  return [scores.distribution, scores.confidence, scores.performance];
}

function isLow(score: number | undefined): boolean {
  return score !== undefined && score < CHANGED;
}

function alertsOf({ document, image }: DriftReading): number[] {
  return [...Object.values(document.alerts), ...Object.values(image.alerts)];
}
