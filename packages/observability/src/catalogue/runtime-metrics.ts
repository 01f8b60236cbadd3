import { defineMetric, type MetricDefinition } from './metric-definition.ts';

// Names, units and labels of the Node.js and V8 semantic conventions (OpenTelemetry semantic-conventions 1.45),
// except for what they have no name for: how long the loop has been blocked right now, and what the heap may grow to.

function eventLoopGauge(name: string, description: string): MetricDefinition {
  return defineMetric({ name, kind: 'gauge', unit: 's', description, labels: [], userLabels: false });
}

export const eventLoopDelayMin: MetricDefinition = eventLoopGauge(
  'nodejs.eventloop.delay.min',
  'Event loop minimum delay, since about the last collection.',
);
export const eventLoopDelayMax: MetricDefinition = eventLoopGauge(
  'nodejs.eventloop.delay.max',
  'Event loop maximum delay, since about the last collection.',
);
export const eventLoopDelayMean: MetricDefinition = eventLoopGauge(
  'nodejs.eventloop.delay.mean',
  'Event loop mean delay, since about the last collection.',
);
export const eventLoopDelayStddev: MetricDefinition = eventLoopGauge(
  'nodejs.eventloop.delay.stddev',
  'Event loop standard deviation delay, since about the last collection.',
);
export const eventLoopDelayP50: MetricDefinition = eventLoopGauge(
  'nodejs.eventloop.delay.p50',
  'Event loop 50 percentile delay, since about the last collection.',
);
export const eventLoopDelayP90: MetricDefinition = eventLoopGauge(
  'nodejs.eventloop.delay.p90',
  'Event loop 90 percentile delay, since about the last collection.',
);
export const eventLoopDelayP99: MetricDefinition = eventLoopGauge(
  'nodejs.eventloop.delay.p99',
  'Event loop 99 percentile delay, since about the last collection.',
);
export const eventLoopBlocked: MetricDefinition = eventLoopGauge(
  'nodejs.eventloop.blocked',
  'How long the event loop has not turned by now; 0 while it turns.',
);

export const eventLoopUtilization: MetricDefinition = defineMetric({
  name: 'nodejs.eventloop.utilization',
  kind: 'gauge',
  // The conventions say unit 1, which would become nodejs_eventloop_utilization_ratio, as the specification has it.
  unit: '1',
  description: 'Event loop utilization.',
  labels: [],
  userLabels: false,
});

export const eventLoopTime: MetricDefinition = defineMetric({
  name: 'nodejs.eventloop.time',
  kind: 'counter',
  unit: 's',
  description: 'Cumulative duration of time the event loop has been in each state.',
  labels: ['nodejs.eventloop.state'],
  userLabels: false,
});

export const garbageCollectionDuration: MetricDefinition = defineMetric({
  name: 'v8js.gc.duration',
  kind: 'histogram',
  unit: 's',
  description: 'Garbage collection duration.',
  labels: ['v8js.gc.type'],
  userLabels: false,
});

function heapSpaceMetric(name: string, description: string): MetricDefinition {
  return defineMetric({
    name,
    kind: 'upDownCounter',
    unit: 'By',
    description,
    labels: ['v8js.heap.space.name'],
    userLabels: false,
  });
}

export const heapLimit: MetricDefinition = heapSpaceMetric(
  'v8js.memory.heap.limit',
  'Total heap memory size pre-allocated.',
);
export const heapUsed: MetricDefinition = heapSpaceMetric('v8js.memory.heap.used', 'Heap Memory size allocated.');
export const heapSpaceAvailable: MetricDefinition = heapSpaceMetric(
  'v8js.memory.heap.space.available_size',
  'Heap space available size.',
);
export const heapSpacePhysical: MetricDefinition = heapSpaceMetric(
  'v8js.memory.heap.space.physical_size',
  'Committed size of a heap space.',
);

/** Apart from the conventions' `heap.limit`, which is what a space has by now and grows with it. */
export const heapSizeLimit: MetricDefinition = defineMetric({
  name: 'v8js.memory.heap.size_limit',
  kind: 'gauge',
  unit: 'By',
  description: 'What all heap spaces together may grow to; beyond it the process ends, out of memory.',
  labels: [],
  userLabels: false,
});

export const runtimeMetrics: readonly MetricDefinition[] = [
  eventLoopDelayMin,
  eventLoopDelayMax,
  eventLoopDelayMean,
  eventLoopDelayStddev,
  eventLoopDelayP50,
  eventLoopDelayP90,
  eventLoopDelayP99,
  eventLoopBlocked,
  eventLoopUtilization,
  eventLoopTime,
  garbageCollectionDuration,
  heapSizeLimit,
  heapLimit,
  heapUsed,
  heapSpaceAvailable,
  heapSpacePhysical,
];
