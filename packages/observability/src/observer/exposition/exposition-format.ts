import type { BucketExemplars } from '../../store/exemplars.ts';
import type { ReadableSeries } from '../../store/store-reader.ts';
import type { BodyBuilder } from './body-builder.ts';
import type { BucketLayout } from './bucket-layout.ts';
import type { ByteText } from './byte-text.ts';
import type { NativeHistogram } from './native-histogram.ts';

/** The types of families that OpenTelemetry metrics become; `info` is what the resource becomes. */
export type FamilyType = 'counter' | 'gauge' | 'histogram' | 'info';

/** What a format says of a family besides its series. */
export interface FamilyHead {
  /** Name of the metric in Prometheus, e.g. `inference_requests_total`. */
  readonly name: string;
  readonly type: FamilyType;
  /** Any text. */
  readonly help: string;
  /** The words that the name ends in because of the unit, e.g. `seconds`; empty where it does not. */
  readonly unit: string;
}

/** How metrics become bytes that Prometheus reads. Which of them there are, and under which names, is the same in all formats. */
export interface ExpositionFormat {
  /**
   * The names that a family takes for itself: its own and those of its series. No other family may have one of them.
   *
   * @param name of the metric in Prometheus
   */
  namesOf(name: string, type: FamilyType): readonly string[];
  /** Appends what stands before the series of a family. */
  beginFamily(body: BodyBuilder, family: FamilyHead): void;
  /** Appends what stands behind them. @param start how many bytes there were before the family began */
  endFamily(body: BodyBuilder, family: FamilyHead, start: number): void;
  /** What a body ends with. */
  readonly end: ByteText;
  /** What stands in a body without families. */
  readonly idle: ByteText;
  readonly labels: LabelFormat;
  /** Whether it is told when series began: where that is asked for, always, or not at all. */
  readonly tellsStart: 'never' | 'asked' | 'always';
  /** Whether buckets may have an example. */
  readonly tellsExemplars: boolean;
  /** Whether histograms may have exponential buckets. */
  readonly tellsNative: boolean;
  encodeNumbers(name: string, type: FamilyType): NumberEncoder;
  encodeHistograms(name: string): HistogramEncoder;
}

/** How labels are written. Formats that write them alike have the same one, and so share what was written before. */
export interface LabelFormat {
  /**
   * @param pairs names and values, in the order of the names; values are any text but the empty one
   * @returns different texts for different labels; empty where there are none
   */
  encode(pairs: readonly LabelPair[]): ByteText;
  /** What a series keeps for this format. */
  keptBy(series: ReadableSeries): ByteText | undefined;
  keep(series: ReadableSeries, labels: ByteText): void;
}

export type LabelPair = readonly [name: string, value: string];

/** Writes the series of a family that have one value each. */
export interface NumberEncoder {
  /**
   * @param startTimeMs when the series began, in milliseconds since the epoch; `undefined` where that is not told
   * @throws TypeError for a value that is no number
   * @throws RangeError for one that the format does not allow
   */
  write(body: BodyBuilder, labels: ByteText, value: number, startTimeMs: number | undefined): void;
}

/** Writes the series of a histogram family. */
export interface HistogramEncoder {
  /** @throws RangeError for a histogram that the format does not allow */
  write(body: BodyBuilder, labels: ByteText, histogram: HistogramSample): void;
}

/** What a histogram has counted. */
export interface HistogramSample {
  readonly layout: BucketLayout;
  /**
   * Of each bucket, cumulative, as many as the layout has bounds. That of the last is the histogram's count, whatever else
   * is told of it: Prometheus relies on the two being equal.
   */
  readonly counts: Float64Array;
  readonly sum: number | undefined;
  /** Of each bucket, where there are some and the format has a place for them. */
  readonly exemplars: BucketExemplars | undefined;
  /** When it began, in milliseconds since the epoch; `undefined` where that is not told. */
  readonly startTimeMs: number | undefined;
  /** The same counts in exponential buckets, where there are such and the format has a place for them. */
  readonly native: NativeHistogram | undefined;
}
