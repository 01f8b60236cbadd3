import { Counter, Histogram, Registry } from '@prometheus-io/client';
import { labelNames, labelSets } from './label-sets.ts';

export function create(valuesPerLabel: readonly number[]): () => Promise<string> {
  const registry = new Registry();
  const common = { labelNames: labelNames(valuesPerLabel), registers: [registry] };
  const histogram = new Histogram({ name: 'histogram', help: 'histogram', ...common });
  const counter = new Counter({ name: 'counter', help: 'counter', ...common });
  for (const labels of labelSets(valuesPerLabel)) {
    histogram.observe(labels, 1);
    counter.inc(labels, 1);
  }
  return () => registry.metrics();
}
