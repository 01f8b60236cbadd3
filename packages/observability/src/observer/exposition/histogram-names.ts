/** The names that the series of a histogram have in Prometheus, besides its own. */
export function histogramNames(family: string): readonly string[] {
  return [`${family}_bucket`, `${family}_sum`, `${family}_count`];
}
