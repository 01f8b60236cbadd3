import { createBucketLayouts, type BucketLayout } from './bucket-layout.ts';
import { createCumulativeCounts, type CumulativeCounts } from './cumulative-counts.ts';
import type {
  ExpositionFormat,
  FamilyType,
  HistogramEncoder,
  LabelFormat,
  NumberEncoder,
} from './exposition-format.ts';
import { keptByName } from './kept-by-name.ts';
import { createSeriesLabels, type SeriesLabels } from './series-labels.ts';

/** What the writers of series in one format share, and keep from one body to the next. */
export interface SeriesWriterParts {
  readonly labels: SeriesLabels;
  readonly histogramLabels: SeriesLabels;
  readonly layoutOf: (boundaries: readonly number[]) => BucketLayout;
  readonly cumulative: CumulativeCounts;
  /** By the name of the family, so that what all its series have in common is bytes once and not in every body. */
  readonly numbers: Readonly<Record<FamilyType, (name: string) => NumberEncoder>>;
  readonly histograms: (name: string) => HistogramEncoder;
  /** Whether it is told when series began. */
  readonly tellsStart: boolean;
  readonly tellsExemplars: boolean;
}

type LabelsOfFormat = Pick<SeriesWriterParts, 'labels' | 'histogramLabels'>;

/** @param createdTimestamps whether it is told when series began, in formats where that is to be asked for */
export function createSeriesWriterParts(createdTimestamps: boolean): (format: ExpositionFormat) => SeriesWriterParts {
  const layoutOf = createBucketLayouts();
  const cumulative = createCumulativeCounts();
  const labelsIn = keptBy<LabelFormat, LabelsOfFormat>((format) => ({
    labels: createSeriesLabels(format),
    histogramLabels: createSeriesLabels(format, 'le'),
  }));
  return keptBy((format) => {
    const numbersOf = (type: FamilyType): ((name: string) => NumberEncoder) =>
      keptByName((name) => format.encodeNumbers(name, type));
    return {
      ...labelsIn(format.labels),
      layoutOf,
      cumulative,
      numbers: {
        counter: numbersOf('counter'),
        gauge: numbersOf('gauge'),
        histogram: numbersOf('histogram'),
        info: numbersOf('info'),
      },
      histograms: keptByName((name) => format.encodeHistograms(name)),
      tellsStart: format.tellsStart === 'always' || (format.tellsStart === 'asked' && createdTimestamps),
      tellsExemplars: format.tellsExemplars,
    };
  });
}

/** There are as few of them as there are formats. */
function keptBy<Key, Made>(make: (key: Key) => Made): (key: Key) => Made {
  const kept = new Map<Key, Made>();
  return (key) => {
    let made = kept.get(key);
    if (made === undefined) {
      made = make(key);
      kept.set(key, made);
    }
    return made;
  };
}
