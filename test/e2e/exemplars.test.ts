import { expect } from 'chai';
import { endPrograms, type Program, startProgram } from '../support/child-process.ts';
import { eventually } from '../support/eventually.ts';
import { requireTool } from '../support/required-tool.ts';
import { type PrometheusServer, startPrometheus } from './prometheus-server.ts';

const TRACED_SERVICE = new URL('fixtures/traced-service.ts', import.meta.url);

for (const tool of ['prometheus', 'prometheus-3'] as const) {
  describe(`a real Prometheus that stores exemplars (${tool})`, function () {
    this.timeout(30_000);
    let service: Program;
    let prometheus: PrometheusServer | undefined;

    before(async function () {
      const path = requireTool(this, tool);
      service = startProgram(TRACED_SERVICE);
      const url = await service.hear<string>('metricsUrl');
      prometheus = await startPrometheus(path, url, [], {}, ['exemplar-storage']);
    });

    after(async () => {
      await prometheus?.stop();
      await endPrograms();
    });

    async function record(latencyMs: number): Promise<{ trace_id: string; span_id: string }> {
      service.write(String(latencyMs));
      const { traceId, spanId } = await service.hear<{ traceId: string; spanId: string }>('span');
      return { trace_id: traceId, span_id: spanId };
    }

    it('leads from a slow bucket to the trace of the inference that was slow', async () => {
      const before = Date.now() / 1000;
      await record(40);
      const slow = await record(7000);
      const selector = 'inference_latency_seconds_bucket{model_type="document",le="10.0"}';
      const [exemplar, ...others] = await eventually(async () => {
        const exemplars = (await prometheus?.exemplars(selector)) ?? [];
        return exemplars.length > 0 ? exemplars : undefined;
      });
      expect(others).to.deep.equal([]);
      expect(exemplar?.labels).to.deep.equal(slow);
      expect(exemplar?.value).to.equal(7);
      expect(exemplar?.time).to.be.within(before - 0.001, Date.now() / 1000);
    });

    it('stores each new one, while scrapes that tell a known one again add nothing', async () => {
      const selector = 'inference_latency_seconds_bucket{model_type="document",le="0.05"}';
      const latest = await record(30);
      const stored = await eventually(async () => {
        const exemplars = (await prometheus?.exemplars(selector)) ?? [];
        return exemplars.some(({ labels }) => labels['trace_id'] === latest.trace_id) ? exemplars : undefined;
      });
      expect(stored.map(({ value }) => value)).to.deep.equal([0.04, 0.03]);
      const scrapes = async (): Promise<number> => (await prometheus?.value('count_over_time(up[1h])')) ?? 0;
      const before = await scrapes();
      await eventually(async () => ((await scrapes()) >= before + 4 ? true : undefined));
      expect(await prometheus?.exemplars(selector)).to.deep.equal(stored);
      expect(await prometheus?.target()).to.deep.include({ health: 'up', lastError: '' });
    });
  });
}
