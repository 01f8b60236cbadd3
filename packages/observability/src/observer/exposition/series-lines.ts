import type { ExpositionFormat, FamilyType } from './exposition-format.ts';
import { createHistogramLines, type HistogramLines } from './histogram-lines.ts';
import { keptByName } from './kept-by-name.ts';
import { createNumberLines, type NumberLines } from './number-lines.ts';

/** The lines of all families, whose heads are bytes once and not in every body. */
export interface SeriesLines {
  ofNumbers(name: string, type: FamilyType, format: ExpositionFormat): NumberLines;
  ofHistograms(name: string, format: ExpositionFormat): HistogramLines;
}

interface LinesOfFormat {
  readonly numbers: Readonly<Record<FamilyType, (name: string) => NumberLines>>;
  readonly histograms: (name: string) => HistogramLines;
}

export function createSeriesLines(): SeriesLines {
  const formats = new Map<ExpositionFormat, LinesOfFormat>();
  const linesIn = (format: ExpositionFormat): LinesOfFormat => {
    let lines = formats.get(format);
    if (lines === undefined) {
      lines = linesOfFormat(format);
      formats.set(format, lines);
    }
    return lines;
  };
  return {
    ofNumbers: (name, type, format) => linesIn(format).numbers[type](name),
    ofHistograms: (name, format) => linesIn(format).histograms(name),
  };
}

function linesOfFormat(format: ExpositionFormat): LinesOfFormat {
  const numbersOf = (type: FamilyType): ((name: string) => NumberLines) =>
    keptByName((name) => createNumberLines(name, type, format));
  return {
    numbers: {
      counter: numbersOf('counter'),
      gauge: numbersOf('gauge'),
      histogram: numbersOf('histogram'),
      info: numbersOf('info'),
    },
    histograms: keptByName((name) => createHistogramLines(name, format)),
  };
}
