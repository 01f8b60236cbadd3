/** Two windows over both of which the budget must burn this fast. */
export interface BurnRate {
  /** Times faster than what uses the budget up exactly at the end of the objective's window. */
  readonly factor: number;
  readonly long: string;
  /** Makes the alert end soon after the trouble does. */
  readonly short: string;
  readonly severity: 'page' | 'ticket';
}

const SECONDS: { readonly [unit: string]: number } = { s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 };

/** Seconds of a duration as Prometheus writes it, with one unit: `5m`, `30d`; `undefined` for anything else. */
export function durationSeconds(duration: string): number | undefined {
  const [, count, unit] = /^([1-9]\d*)([smhdw])$/.exec(duration) ?? [];
  return unit === undefined ? undefined : Number(count) * (SECONDS[unit] ?? 0);
}

/**
 * Shares of the budget and the time in which they are used up, from chapter 5 of The Site Reliability Workbook
 * (https://sre.google/workbook/alerting-on-slos/, table 5-8): over 30 days they are burn rates of 14.4, 6, 3 and 1.
 */
const SHARES = [
  { share: 0.02, long: '1h', short: '5m', severity: 'page' },
  { share: 0.05, long: '6h', short: '30m', severity: 'page' },
  { share: 0.1, long: '1d', short: '2h', severity: 'ticket' },
  { share: 0.1, long: '3d', short: '6h', severity: 'ticket' },
] as const;

/** Windows that rates are recorded over, shortest first. */
export const WINDOWS: readonly string[] = ['5m', '30m', '1h', '2h', '6h', '1d', '3d'];

/** The burn rates for an objective over `windowSeconds`, fastest first. */
export function burnRates(windowSeconds: number): readonly BurnRate[] {
  return SHARES.map(({ share, long, short, severity }) => ({
    // Free of what binary fractions add in the last digits.
    factor: Number(((share * windowSeconds) / (durationSeconds(long) ?? Number.NaN)).toPrecision(6)),
    long,
    short,
    severity,
  }));
}
