import type { Dashboard } from '@grafana/grafana-foundation-sdk/dashboard';
import { buildDashboard, type PanelRow } from './dashboard-frame.ts';
import { RESOURCE_UID } from './dashboard-uids.ts';
import { cardGauge, cardGaugeOrByHand, cardIncrease, cardRate } from './gpu-promql.ts';
import { chartPanel, type ChartOptions, statPanel } from './panels.ts';
import { bareRate, gauge, histogramRate, increase, max, ofTargets, rate, sum } from './promql.ts';

const INSTANCE = ['instance'];
const BY_INSTANCE = '{{instance}}';
const BY_CARD = '{{card}} {{name}}';
const NO_PROCESS = 'No process';
const NO_GPU = 'No GPU tells';

const cpuLimits = { amber: 80, red: 95 };
const memoryLimits = { amber: 0.8, red: 0.9 };
const loopLimits = { amber: 0.7, red: 0.9 };
const blockedLimits = { amber: 5, red: 30 };

const memoryShare = `${gauge('memory.used')} / ${gauge('memory.limit')}`;
const gpuMemoryShare = `${cardGaugeOrByHand('gpu.memory.used')} / ${cardGauge('gpu.memory.total')}`;
const energyPerInference = `${sum([], cardRate('gpu.energy'))} / (${sum([], bareRate('inference.requests', 'status="success"'))} > 0)`;

/** Does it have what it needs? Processor, memory, event loop, GPUs and their energy, and whether the telemetry works. */
export function resourceDashboard(): Dashboard {
  return buildDashboard({
    uid: RESOURCE_UID,
    title: 'Resources',
    description:
      'Do the services have what they need? Processor, memory, event loop and GPUs, what an inference costs in energy, and whether what you see is told in full.',
    targetsHave: 'inferometer.series',
    top: answers(),
    rows: [processorAndMemory(), runtime(), gpus(), energy(), telemetry(), gpuDetails()],
  });
}

function answers(): PanelRow['panels'] {
  return [
    statPanel({
      title: 'CPU, busiest',
      description:
        "Is there processor time left? Use as a share of the container's quota, or of the host where there is none, of the busiest target.",
      noData: 'No sample yet',
      unit: 'percent',
      decimals: 0,
      queries: [{ expression: max([], gauge('cpu.utilization')), legend: 'CPU' }],
      limits: cpuLimits,
      width: 3,
    }),
    statPanel({
      title: 'Memory, fullest',
      description:
        'Will something be killed for memory? The working set as a share of its limit, of the fullest target.',
      noData: 'No limit known',
      alerts: ['MemoryNearLimit'],
      unit: 'percentunit',
      decimals: 0,
      queries: [{ expression: max([], memoryShare), legend: 'memory' }],
      limits: memoryLimits,
      width: 3,
    }),
    statPanel({
      title: 'Event loop, busiest',
      description: 'Can it take more requests? The share of the time in which the busiest event loop was not idle.',
      noData: NO_PROCESS,
      alerts: ['EventLoopBlocked'],
      unit: 'percentunit',
      decimals: 0,
      queries: [{ expression: max([], gauge('nodejs.eventloop.utilization')), legend: 'utilisation' }],
      limits: loopLimits,
      width: 3,
    }),
    statPanel({
      title: 'Heap, fullest',
      description:
        'Does a process run out of heap? JavaScript objects of the process that is nearest to what V8 allows; buffers are not in it.',
      noData: NO_PROCESS,
      alerts: ['HeapNearLimit'],
      unit: 'percentunit',
      decimals: 0,
      queries: [
        {
          expression: max(
            [],
            `${sum(INSTANCE, gauge('v8js.memory.heap.used'))} / on (instance) ${max(INSTANCE, gauge('v8js.memory.heap.size_limit'))}`,
          ),
          legend: 'heap',
        },
      ],
      limits: memoryLimits,
      width: 3,
    }),
    statPanel({
      title: 'GPUs, mean use',
      description:
        'Are the GPUs busy? The share of the time in which they were, on average over all cards, each counted once.',
      noData: NO_GPU,
      alerts: ['GpuTelemetryMissing'],
      unit: 'percent',
      decimals: 0,
      queries: [{ expression: `avg(${cardGaugeOrByHand('gpu.utilization')})`, legend: 'GPUs' }],
      width: 3,
    }),
    statPanel({
      title: 'GPU memory, fullest',
      description:
        'Is there room for another model? Memory in use of the fullest card. Runtimes that take all of it in advance are normal, so it has no limits.',
      noData: NO_GPU,
      alerts: ['GpuMemoryNearlyFull'],
      unit: 'percentunit',
      decimals: 0,
      queries: [{ expression: max([], gpuMemoryShare), legend: 'memory' }],
      width: 3,
    }),
    statPanel({
      title: 'GPU power',
      description: 'What do the GPUs draw? All cards together, each counted once.',
      noData: NO_GPU,
      unit: 'watt',
      decimals: 0,
      queries: [{ expression: sum([], cardGauge('gpu.power')), legend: 'power' }],
      width: 3,
    }),
    statPanel({
      title: 'Energy per inference',
      description:
        'What does an answer cost? Energy of all cards by all successful inferences, over the whole fleet: what idle cards use is in it.',
      noData: 'No GPU or no requests',
      unit: 'joule',
      decimals: 1,
      queries: [{ expression: energyPerInference, legend: 'energy' }],
      width: 3,
    }),
  ];
}

function processorAndMemory(): PanelRow {
  return {
    title: 'Processor and memory',
    panels: [
      chartPanel({
        title: 'CPU',
        description:
          "Which target is short of processor time? Use as a share of the container's quota, or of the host where there is none.",
        noData: 'No sample yet',
        unit: 'percent',
        max: 100,
        queries: [{ expression: max(INSTANCE, gauge('cpu.utilization')), legend: BY_INSTANCE }],
        limits: cpuLimits,
        width: 6,
      }),
      chartPanel({
        title: 'CPU, held back and cores',
        description:
          'Is the quota too small? Seconds of each second in which a container was held back by its quota, and the cores that 100% of CPU stands for.',
        noData: 'No processor quota, and so nothing is held back',
        unit: 'none',
        queries: [
          { expression: max(INSTANCE, rate('cpu.throttled')), legend: '{{instance}} held back' },
          { expression: max(INSTANCE, gauge('cpu.limit.cores')), legend: '{{instance}} cores' },
        ],
        width: 6,
      }),
      chartPanel({
        title: 'Memory, share of its limit',
        description: 'How near is a target to being killed for memory? The working set as a share of what it may have.',
        noData: 'No limit known',
        alerts: ['MemoryNearLimit'],
        unit: 'percentunit',
        max: 1,
        queries: [{ expression: max(INSTANCE, memoryShare), legend: BY_INSTANCE }],
        limits: memoryLimits,
        width: 6,
      }),
      chartPanel({
        title: 'Memory and limit',
        description: 'Does memory leak? The working set of each target in bytes, beside its limit.',
        noData: 'No sample yet',
        unit: 'bytes',
        queries: [
          { expression: max(INSTANCE, gauge('memory.used')), legend: BY_INSTANCE },
          { expression: max(INSTANCE, gauge('memory.limit')), legend: '{{instance}} limit' },
        ],
        width: 6,
      }),
    ],
  };
}

function runtime(): PanelRow {
  return {
    title: 'Event loop and heap',
    panels: [
      chartPanel({
        title: 'Event loop utilisation',
        description:
          'Which process has no room for more requests? The share of the time in which its loop was not idle.',
        noData: NO_PROCESS,
        alerts: ['EventLoopBlocked'],
        unit: 'percentunit',
        max: 1,
        queries: [{ expression: max(INSTANCE, gauge('nodejs.eventloop.utilization')), legend: BY_INSTANCE }],
        limits: loopLimits,
        width: 8,
      }),
      chartPanel({
        title: 'Event loop delay',
        description:
          'How late do timers and answers come? The p50, the p99 and the longest delay of the slowest process.',
        noData: NO_PROCESS,
        unit: 's',
        queries: ['p50', 'p99', 'max'].map((which) => ({
          expression: max([], gauge(`nodejs.eventloop.delay.${which}`)),
          legend: which,
        })),
        width: 8,
      }),
      chartPanel({
        title: 'Event loop blocked',
        description:
          'Does a process hang? For how long its loop has not turned at the time of the scrape, which is answered all the same.',
        noData: NO_PROCESS,
        alerts: ['EventLoopBlocked'],
        unit: 's',
        queries: [{ expression: max(INSTANCE, gauge('nodejs.eventloop.blocked')), legend: BY_INSTANCE }],
        limits: blockedLimits,
        width: 8,
      }),
      chartPanel({
        title: 'Heap',
        description: 'Does a process leak objects? What the heap holds, and what V8 has allocated for it.',
        noData: NO_PROCESS,
        unit: 'bytes',
        queries: [
          { expression: sum(INSTANCE, gauge('v8js.memory.heap.used')), legend: '{{instance}} used' },
          { expression: sum(INSTANCE, gauge('v8js.memory.heap.limit')), legend: '{{instance}} allocated' },
        ],
        width: 8,
      }),
      chartPanel({
        title: 'Heap by space',
        description:
          'What kind of objects? `large_object_space` is long arrays and texts, `new_space` is what is short-lived.',
        noData: NO_PROCESS,
        unit: 'bytes',
        queries: [
          {
            expression: sum(['v8js_heap_space_name'], gauge('v8js.memory.heap.used')),
            legend: '{{v8js_heap_space_name}}',
          },
        ],
        isStacked: true,
        width: 8,
      }),
      chartPanel({
        title: 'Garbage collection',
        description: 'Does collecting garbage take the time? The share of the time of each process that goes into it.',
        noData: 'No garbage was collected yet',
        unit: 'percentunit',
        queries: [
          {
            expression: sum(['instance', 'v8js_gc_type'], histogramRate('_sum', 'v8js.gc.duration')),
            legend: '{{instance}} {{v8js_gc_type}}',
          },
        ],
        isStacked: true,
        width: 8,
      }),
    ],
  };
}

function gpus(): PanelRow {
  return {
    title: 'GPUs, each card once',
    panels: [
      chartPanel({
        title: 'GPU use',
        description:
          'Which card is busy, which idles? The share of the time in which it worked; 100% need not mean full.',
        noData: NO_GPU,
        alerts: ['GpuTelemetryMissing'],
        unit: 'percent',
        max: 100,
        queries: [{ expression: cardGaugeOrByHand('gpu.utilization'), legend: BY_CARD }],
        width: 8,
      }),
      chartPanel({
        title: 'GPU memory',
        description: 'Does a model still fit? Memory in use by card, and what there is.',
        noData: NO_GPU,
        alerts: ['GpuMemoryNearlyFull'],
        unit: 'bytes',
        queries: [
          { expression: cardGaugeOrByHand('gpu.memory.used'), legend: BY_CARD },
          { expression: cardGauge('gpu.memory.total'), legend: `${BY_CARD} total` },
        ],
        width: 8,
      }),
      chartPanel({
        title: 'Temperature',
        description:
          'Is it too hot? The GPU and, where the driver tells it, its memory. What the card does about it is next door.',
        noData: NO_GPU,
        unit: 'celsius',
        queries: [
          { expression: cardGauge('gpu.temperature'), legend: BY_CARD },
          { expression: cardGauge('gpu.memory.temperature'), legend: `${BY_CARD} memory` },
        ],
        width: 8,
      }),
      chartPanel({
        title: 'Power and limit',
        description: 'Is a card held at its power limit? What it draws, and what it may draw.',
        noData: NO_GPU,
        unit: 'watt',
        queries: [
          { expression: cardGauge('gpu.power'), legend: BY_CARD },
          { expression: cardGauge('gpu.power.limit'), legend: `${BY_CARD} limit` },
        ],
        width: 8,
      }),
      chartPanel({
        title: 'Throttled',
        description:
          'Why is a card slower than it could be? 1 for each reason that holds. `power_cap` is common under load.',
        noData: 'The driver tells no reasons',
        unit: 'short',
        queries: [{ expression: cardGauge('gpu.throttled', 'reason'), legend: `${BY_CARD} {{reason}}` }],
        isStacked: true,
        width: 8,
      }),
      chartPanel({
        title: 'Errors of cards',
        description:
          'Is a card breaking? Critical errors (XID) and errors of memory that could not be corrected, in an hour. Any is worth a look.',
        noData: 'The driver tells no errors',
        unit: 'short',
        queries: [
          { expression: cardIncrease('1h', 'gpu.xid.errors'), legend: `${BY_CARD} XID` },
          {
            expression: cardIncrease('1h', 'gpu.ecc.errors', 'error_type="uncorrected"'),
            legend: `${BY_CARD} uncorrected`,
          },
        ],
        limits: { red: 1 },
        width: 8,
      }),
    ],
  };
}

function energy(): PanelRow {
  return {
    title: 'Energy, over the fleet',
    panels: [
      chartPanel({
        title: 'Energy per inference',
        description:
          'Did a rollout make answers dearer? Energy of all cards by all successful inferences; it rises when there are few requests, because idle cards use energy too.',
        noData: 'No GPU or no requests',
        unit: 'joule',
        queries: [{ expression: energyPerInference, legend: 'per inference' }],
        width: 12,
      }),
      chartPanel({
        title: 'Power by meter',
        description:
          'What does the fleet draw? By the energy counters of all cards, which miss no peak between two samples, and by the power of the moment.',
        noData: NO_GPU,
        unit: 'watt',
        queries: [
          { expression: sum([], cardRate('gpu.energy')), legend: 'by energy' },
          { expression: sum([], cardGauge('gpu.power')), legend: 'of the moment' },
        ],
        width: 6,
      }),
      statPanel({
        title: 'Energy in the time shown',
        description: 'What did all cards use in the time that the dashboard shows? A joule is a watt for a second.',
        noData: NO_GPU,
        unit: 'joule',
        decimals: 1,
        queries: [{ expression: sum([], cardIncrease('$__range', 'gpu.energy')), legend: 'energy' }],
        width: 6,
      }),
    ],
  };
}

function telemetry(): PanelRow {
  return {
    title: 'Can the picture be trusted?',
    panels: [
      chartPanel({
        title: 'Targets that answer',
        description:
          'Does Prometheus reach every process? 1 if the last scrape worked, by target. Where metrics are pushed instead, there is nothing here.',
        noData: 'Nothing is scraped: metrics are pushed',
        alerts: ['TargetDown', 'AllTargetsGone'],
        unit: 'short',
        queries: [{ expression: ofTargets('up'), legend: BY_INSTANCE }],
        limits: { red: 1, isFloor: true },
        width: 6,
      }),
      chartPanel({
        title: 'GPU probe',
        description:
          'Are GPUs still read? 0 if the probe is silent or all GPUs are lost; what they said last is gone then.',
        noData: 'No GPU in sight, and no probe',
        alerts: ['GpuTelemetryMissing'],
        unit: 'short',
        queries: [{ expression: gauge('gpu.probe.up'), legend: BY_INSTANCE }],
        limits: { red: 1, isFloor: true },
        width: 6,
      }),
      chartPanel({
        title: 'Exports',
        description: 'Does what is pushed arrive? Exports in a second, by process and exporter.',
        noData: 'Nothing is pushed',
        alerts: ['ExportFailing'],
        unit: 'ops',
        queries: [
          {
            expression: sum(['instance', 'exporter'], rate('inferometer.exports')),
            legend: '{{instance}} {{exporter}}',
          },
        ],
        width: 6,
      }),
      chartPanel({
        title: 'Exports that failed',
        description: 'Since when does an export fail? Exports in a second that did not arrive.',
        noData: 'None has failed since the processes started',
        alerts: ['ExportFailing'],
        unit: 'ops',
        queries: [
          {
            expression: sum(['instance', 'exporter'], rate('inferometer.export.failures')),
            legend: '{{instance}} {{exporter}}',
          },
        ],
        width: 6,
      }),
      chartPanel({
        title: 'Values dropped',
        description:
          'Does a service record nonsense? Values in a second that were no finite number in range or no text, by metric and cause.',
        noData: 'None was dropped since the processes started',
        alerts: ['ValuesDropped'],
        unit: 'ops',
        queries: [
          {
            expression: sum(['metric', 'cause'], rate('inferometer.dropped.values')),
            legend: '{{metric}} {{cause}}',
          },
        ],
        width: 6,
      }),
      chartPanel({
        title: 'Requests past a label limit',
        description:
          'Are there more models or label values than the limits allow? Requests in a second that are counted in an overflow series: totals are right, but they cannot be told apart.',
        noData: 'All labels are within their limits',
        alerts: ['LabelOverflow'],
        unit: 'reqps',
        queries: [
          {
            expression: sum(['instance'], bareRate('inference.requests', 'otel_metric_overflow="true"')),
            legend: BY_INSTANCE,
          },
        ],
        width: 6,
      }),
      chartPanel({
        title: 'Restarts and wrong settings',
        description:
          'Is something odd about a process? Restarts of its observer in an hour, and environment variables that are wrong and not used; the log has more.',
        noData: NO_PROCESS,
        alerts: ['ObserverRestarting', 'ConfigurationProblem'],
        unit: 'short',
        queries: [
          {
            expression: sum(INSTANCE, increase('1h', 'inferometer.observer.restarts')),
            legend: '{{instance}} restarts',
          },
          { expression: max(INSTANCE, gauge('inferometer.configuration.problems')), legend: '{{instance}} settings' },
        ],
        limits: { amber: 1 },
        width: 6,
      }),
      chartPanel({
        title: 'Age of bridged metrics',
        description:
          "How old is what the application's own instruments say? Seconds at most, and more while the main thread is blocked.",
        noData: 'No instruments of its own',
        unit: 's',
        queries: [{ expression: max(INSTANCE, gauge('inferometer.bridge.age')), legend: BY_INSTANCE }],
        width: 6,
      }),
      chartPanel({
        title: 'Series',
        description:
          'Does the number of series grow? Series that each process holds, over all its recording threads, and those of a scrape with all other sources.',
        noData: NO_PROCESS,
        unit: 'short',
        queries: [
          { expression: max(INSTANCE, gauge('inferometer.series')), legend: BY_INSTANCE },
          { expression: max(INSTANCE, gauge('inferometer.scrape.series')), legend: '{{instance}} in a scrape' },
        ],
        width: 6,
      }),
      chartPanel({
        title: 'Series past a limit',
        description:
          'Which process has met more models, classes or labels than its limits allow? Overflow series that it holds; any says that a limit is too low, or a label is no label.',
        noData: NO_PROCESS,
        alerts: ['LabelOverflow'],
        unit: 'short',
        queries: [{ expression: max(INSTANCE, gauge('inferometer.series.overflowed')), legend: BY_INSTANCE }],
        limits: { amber: 1 },
        width: 6,
      }),
      chartPanel({
        title: "Observer's heap",
        description: 'Does observing cost memory? The heap of the thread that serves the metrics.',
        noData: NO_PROCESS,
        unit: 'bytes',
        queries: [{ expression: max(INSTANCE, gauge('inferometer.observer.heap.used')), legend: BY_INSTANCE }],
        width: 6,
      }),
      chartPanel({
        title: 'Time of a scrape',
        description:
          'Is a scrape near its timeout? What Prometheus needs for one, by target, and what of that goes into collecting and writing the answer.',
        noData: 'Nothing is scraped: metrics are pushed',
        unit: 's',
        queries: [
          { expression: ofTargets('scrape_duration_seconds'), legend: BY_INSTANCE },
          { expression: max(INSTANCE, gauge('inferometer.scrape.duration')), legend: '{{instance}} to answer' },
        ],
        width: 6,
      }),
    ],
  };
}

function gpuDetails(): PanelRow {
  const detail = (
    options: Pick<ChartOptions, 'title' | 'description' | 'unit' | 'queries'>,
  ): PanelRow['panels'][number] => chartPanel({ ...options, noData: 'The driver does not tell', width: 8 });
  return {
    title: 'GPUs in detail',
    isCollapsed: true,
    panels: [
      detail({
        title: 'Multiprocessors and tensor cores',
        description: 'Is the card full, or only busy? Multiprocessors with work, and tensor cores; Hopper and later.',
        unit: 'percent',
        queries: [
          { expression: cardGauge('gpu.sm.activity'), legend: `${BY_CARD} multiprocessors` },
          { expression: cardGauge('gpu.sm.occupancy'), legend: `${BY_CARD} occupancy` },
          { expression: cardGauge('gpu.tensor.activity'), legend: `${BY_CARD} tensor cores` },
        ],
      }),
      detail({
        title: 'Memory bandwidth',
        description: 'Is memory the bottleneck? The share of the time in which it was read or written.',
        unit: 'percent',
        queries: [{ expression: cardGauge('gpu.memory.bandwidth.utilization'), legend: BY_CARD }],
      }),
      detail({
        title: 'Clocks',
        description: 'Does the card run at the speed it should? Clocks of the multiprocessors and of the memory.',
        unit: 'hertz',
        queries: [
          { expression: cardGauge('gpu.clock.sm'), legend: `${BY_CARD} multiprocessors` },
          { expression: cardGauge('gpu.clock.memory'), legend: `${BY_CARD} memory` },
        ],
      }),
      detail({
        title: 'PCIe',
        description: 'Does data move more than it must? Bytes in a second that the card sent and received.',
        unit: 'Bps',
        queries: [
          { expression: cardRate('gpu.pcie.transmitted'), legend: `${BY_CARD} sent` },
          { expression: cardRate('gpu.pcie.received'), legend: `${BY_CARD} received` },
        ],
      }),
      detail({
        title: 'GPU memory of the service',
        description:
          'Who has the memory? What each process of the service uses itself; absent where the driver counts processes of another namespace.',
        unit: 'bytes',
        queries: [{ expression: gauge('gpu.process.memory.used'), legend: '{{instance}} GPU {{gpu_id}}' }],
      }),
      detail({
        title: 'Last critical error',
        description: "What did the driver complain of? The number of the last XID, as NVIDIA's list has it.",
        unit: 'none',
        queries: [{ expression: cardGauge('gpu.xid.last'), legend: BY_CARD }],
      }),
    ],
  };
}
