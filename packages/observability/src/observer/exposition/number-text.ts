/** A sample's value as Prometheus reads it: the shortest digits, `NaN`, `+Inf` or `-Inf`. */
export function sampleValueText(value: number): string {
  if (value === Infinity) {
    return '+Inf';
  }
  return value === -Infinity ? '-Inf' : `${value}`;
}

/**
 * A bucket bound as Prometheus 3 and OpenMetrics write it, so that `le` matches what rules say whoever wrote it:
 * the shortest digits, never without a point or an exponent: `0.05`, `1.0`, `1e+06`.
 */
export function bucketBoundText(bound: number): string {
  if (!Number.isFinite(bound)) {
    return sampleValueText(bound);
  }
  if (bound === 0) {
    return '0.0';
  }
  const [mantissa = '', exponentText = ''] = bound.toExponential().split('e');
  const exponent = Number(exponentText);
  // Go's shortest %g: exponents below -4 and from 6 are written out, with two digits at least.
  if (exponent < -4 || exponent >= 6) {
    const digits = String(Math.abs(exponent)).padStart(2, '0');
    return `${mantissa}e${exponent < 0 ? '-' : '+'}${digits}`;
  }
  const plain = String(bound);
  return plain.includes('.') ? plain : `${plain}.0`;
}
