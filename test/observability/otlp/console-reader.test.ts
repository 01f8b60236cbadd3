import { MeterProvider, type MetricProducer } from '@opentelemetry/sdk-metrics';
import { expect } from 'chai';
import { createConsoleReader } from '../../../packages/observability/src/observer/otlp/console-reader.ts';
import type { ExportReport } from '../../../packages/observability/src/observer/otlp/supervised-exporter.ts';
import { counterData, resourceMetrics } from '../../support/metric-data.ts';

const settings = { intervalMs: 3_600_000, exportTimeoutMs: 1_000 };

describe('console reader', () => {
  it('prints every metric, those of producers too', async () => {
    const printed: string[] = [];
    const counted = counterData('inference.requests', [[{ status: 'success' }, 7]]);
    const producer: MetricProducer = {
      collect: () => Promise.resolve({ resourceMetrics: resourceMetrics([[counted]]), errors: [] }),
    };
    const push = createConsoleReader(settings, { metricProducers: [producer], write: (text) => printed.push(text) });
    const provider = new MeterProvider({ readers: [push.reader] });
    provider.getMeter('test').createCounter('jobs').add(3, { queue: 'fast' });
    await push.flush(1_000);
    await provider.shutdown();

    expect(printed).to.have.length(2);
    expect(printed[0]).to.match(/name: 'jobs'[^]*attributes: \{ queue: 'fast' \}[^]*value: 3\b[^]*\}\n/);
    expect(printed[0]).to.match(/name: 'inference.requests'[^]*value: 7\b[^]*\}\n$/);
  });

  it('harms nothing when nobody reads', async () => {
    const reports: ExportReport[] = [];
    const messages: string[] = [];
    const push = createConsoleReader(settings, {
      metricProducers: [],
      onExport: (report) => reports.push(report),
      write: () => {
        throw new Error('EPIPE: broken pipe, write');
      },
      log: {
        report: (_cause, message) => messages.push(message) > 0,
        recovered: (message) => messages.push(message),
      },
    });
    const provider = new MeterProvider({ readers: [push.reader] });
    provider.getMeter('test').createCounter('jobs').add(3);
    await push.flush(1_000);

    expect(reports.map((report) => report.ok)).to.deep.equal([false]);
    expect(messages).to.deep.equal(['exporting to standard output failed: EPIPE: broken pipe, write']);
    await provider.shutdown();
  });
});
