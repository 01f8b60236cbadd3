export function decimals(value: number, digits: number): string {
  return value.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

export function nanoseconds(value: number): string {
  return `${decimals(value, value < 100 ? 1 : 0)} ns`;
}

export function milliseconds(value: number): string {
  return `${decimals(value, value < 10 ? 1 : 0)} ms`;
}

export function bytes(value: number): string {
  return `${decimals(value, value > 0 && value < 10 ? 2 : 0)} B`;
}

export function times(ratio: number): string {
  return `${decimals(ratio, ratio < 10 ? 2 : 1)}x`;
}
