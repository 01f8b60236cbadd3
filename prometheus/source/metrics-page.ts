import {
  defaultBatchSizeBuckets,
  defaultConfidenceBuckets,
  defaultLatencyBucketsSeconds,
} from '../../packages/observability/src/options/bucket-bounds.ts';
import { type ExportedMetric, exportedMetrics, type MetricGroup } from './exported-metrics.ts';

const HEADINGS: { readonly [group in MetricGroup]: readonly [title: string, text?: string] } = {
  inference: ['Inference'],
  drift: ['Drift', '`model_type` is missing where a score was set by hand for no model.'],
  resources: ['Processor and memory'],
  gpu: [
    'GPUs',
    'Absent where there is no GPU; of a device, what it does not tell is absent too. `gpu_id` is an index, which differs between containers: join `gpu_info` to count a card once.',
  ],
  nodejs: ['Node.js and V8'],
  inferometer: ['Inferometer of itself'],
  'gpu-by-semantic-conventions': [
    'GPUs by the semantic conventions',
    "In what is pushed over OTLP, for backends that know OpenTelemetry's names; in the scrape only with `gpu: { semanticConventions: true }`, and nowhere with `false`. The same values a second time.",
  ],
};

const INTRODUCTION = `# Metrics

<!-- Made by \`npm run generate\` from the metric catalogue; change it there. -->

Every series as Prometheus has it, scraped or pushed over OTLP. \`job\` and \`instance\` come on top, from the scrape or from
\`service.name\` and \`service.instance.id\`. Labels that you declare (\`labels\` of the options) come on top of the metrics that
are marked with +.

A histogram has series \`_bucket\` (label \`le\`), \`_sum\` and \`_count\`. Past a limit, records go to a series with
\`otel_metric_overflow="true"\`, without the label that is over its limit. What a source cannot tell is absent, never 0.
\`target_info\` has the resource as labels; \`process_*\` and \`system_*\` are of @opentelemetry/host-metrics and not listed.
`;

/** docs/METRICS.md. */
export function metricsPage(): string {
  const metrics = exportedMetrics();
  const parts = Object.entries(HEADINGS).map(([group, [title, text]]) => {
    const rows = metrics.filter((metric) => metric.group === group);
    return [`## ${title}\n`, ...(text === undefined ? [] : [`${text}\n`]), table(rows)].join('\n');
  });
  return [INTRODUCTION, ...parts, bucketsPart()].join('\n');
}

function table(metrics: readonly ExportedMetric[]): string {
  return alignedTable([
    ['series', 'type', 'labels', 'OpenTelemetry name', 'unit', 'meaning'],
    ...metrics.map((metric) => [
      `\`${metric.name}\``,
      metric.type,
      labelCell(metric),
      `\`${metric.openTelemetryName}\``,
      metric.unit === '' ? '' : `\`${metric.unit}\``,
      metric.description,
    ]),
  ]);
}

function labelCell({ labels, userLabels }: ExportedMetric): string {
  const own = labels.map((label) => `\`${label}\``).join(', ');
  return userLabels ? `${own} +` : own;
}

function bucketsPart(): string {
  const line = (metric: string, bounds: readonly number[]): string[] => [`\`${metric}\``, bounds.join(', ')];
  return [
    '## Default buckets\n',
    'Upper bounds, `+Inf` comes on top; options set others, for all models or for one. `le` of a whole number is written `1.0`.\n',
    alignedTable([
      ['series', 'bounds'],
      line('inference_latency_seconds', defaultLatencyBucketsSeconds),
      line('model_confidence_scores', defaultConfidenceBuckets),
      line('batch_size', defaultBatchSizeBuckets),
    ]),
  ].join('\n');
}

/** A table as the formatter of this repository leaves it. */
function alignedTable(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(3, ...rows.map((row) => row[column]?.length ?? 0)));
  const lines = rows.map((row) => `| ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`);
  const rule = `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`;
  return [lines[0], rule, ...lines.slice(1), ''].join('\n');
}
