import type { ProfileProgress } from '@inferometer/drift-metrics';

/** Where progress is shown: standard error, or whatever a test looks at. */
export interface ProgressStream {
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
  write(text: string): unknown;
}

export interface ProgressLine {
  show(progress: ProfileProgress): void;
  clear(): void;
}

/** Often enough to be seen to move, seldom enough to cost nothing. */
const INTERVAL_MS = 100;
const BAR_WIDTH = 24;
const DEFAULT_COLUMNS = 80;
const CLEAR_LINE = '\r\u001B[2K';

/** One line that is written over and over, on a terminal; elsewhere nothing, so that logs stay readable. */
export function createProgressLine(stream: ProgressStream, now: () => number): ProgressLine {
  if (stream.isTTY !== true) {
    return { show: () => {}, clear: () => {} };
  }
  const startedAt = now();
  let shownAt = -Infinity;
  return {
    show(progress) {
      if (now() - shownAt >= INTERVAL_MS || progress.done === 1) {
        shownAt = now();
        const line = describe(progress, shownAt - startedAt);
        // A line that wraps could not be cleared.
        stream.write(CLEAR_LINE + line.slice(0, (stream.columns ?? DEFAULT_COLUMNS) - 1));
      }
    },
    clear() {
      stream.write(CLEAR_LINE);
    },
  };
}

function describe({ pass, done, rows, badRows }: ProfileProgress, elapsedMs: number): string {
  const full = Math.round(done * BAR_WIDTH);
  const bar = '█'.repeat(full) + '░'.repeat(BAR_WIDTH - full);
  const left = done > 0 ? `, ${Math.ceil((elapsedMs * (1 / done - 1)) / 1000)} s left` : '';
  const bad = badRows > 0 ? `, ${badRows.toLocaleString('en')} bad` : '';
  const what = pass === 1 ? 'learning bins' : 'counting';
  return `${bar} ${Math.floor(done * 100)}% ${what}: ${rows.toLocaleString('en')} rows${bad}${left}`;
}
