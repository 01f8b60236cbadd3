import { UsageError } from './usage-error.ts';

/** @throws UsageError which names the flag and what it allows */
export function wholeNumber(flag: string, text: string, least: number, most: number): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < least || value > most) {
    throw new UsageError(`${flag} must be a whole number from ${least} to ${most}, received "${text}".`);
  }
  return value;
}
