import type { HostMetricsGroup } from './observability-options.ts';
import { type OptionReader, printableChoices } from './option-reader.ts';
import type { ResolvedResources } from './resolved-options.ts';

/** The interval of the module that this one replaces. */
const DEFAULT_INTERVAL_MS = 10_000;

/** Below a tenth of a second the kernel's counters stand still. */
const intervalRange = { min: 100, max: 86_400_000 };

const groups: readonly HostMetricsGroup[] = [
  'system.cpu',
  'system.memory',
  'system.network',
  'process.cpu',
  'process.memory',
];

/** What is this process's own; the host's metrics are node_exporter's business. */
const defaultGroups: readonly HostMetricsGroup[] = ['process.cpu', 'process.memory'];

/** @throws ConfigurationError for the first option that is wrong */
export function resolveResourceCollection(options: OptionReader): ResolvedResources | false {
  const resources = options.part('resources');
  if (options.value('resources') === false) {
    return false;
  }
  return {
    intervalMs: resources.integer('intervalMs', intervalRange) ?? DEFAULT_INTERVAL_MS,
    hostMetrics: resolveHostMetrics(resources),
  };
}

function resolveHostMetrics(resources: OptionReader): ResolvedResources['hostMetrics'] {
  const hostMetrics = resources.part('hostMetrics');
  const given = hostMetrics.value('groups') ?? defaultGroups;
  if (!Array.isArray(given)) {
    return hostMetrics.refuse('groups', 'must be an array of names of groups');
  }
  for (const [index, group] of (given as readonly unknown[]).entries()) {
    if (!groups.includes(group as HostMetricsGroup)) {
      hostMetrics.refuseItem('groups', index, group, `must be ${printableChoices(groups)}`);
    }
  }
  const chosen = [...new Set(given as readonly HostMetricsGroup[])];
  return resources.value('hostMetrics') === false || chosen.length === 0 ? false : { groups: chosen };
}
