import { expect } from 'chai';
import { endPrograms, startProgram } from '../../support/child-process.ts';
import { httpRequest } from '../../support/http-request.ts';
import { SABOTAGE_FLAGS, startService } from '../../support/observed-service.ts';
import { type OtlpReceiver, pointOf, startOtlpReceiver } from '../../support/otlp-receiver.ts';
import { readScrape } from '../../support/scrape.ts';
import type { Remains } from './fixtures/shutdown.ts';

const SUCCESS = { model_type: 'document', status: 'success' };

describe('shutdown()', () => {
  let collector: OtlpReceiver;

  beforeEach(async () => {
    collector = await startOtlpReceiver();
  });

  afterEach(async () => {
    await endPrograms();
    await collector.close();
  });

  for (const observer of ['thread', 'inline']) {
    it(`leaves nothing behind, and everything can start anew on the same port, with the observer ${observer}`, async () => {
      const program = startProgram(new URL('fixtures/shutdown.ts', import.meta.url), {
        args: [observer, collector.url],
      });
      const before = await program.hear<Remains>('remains');
      const urls = new Set<string>();
      for (const round of ['first', 'second']) {
        const metricsUrl = await program.hear<string>('metricsUrl');
        urls.add(metricsUrl);
        const text = await program.hear<string>(round);
        expect(readScrape(text).value('inference_requests_total', SUCCESS), round).to.equal(1);
        expect(readScrape(text).value('app_jobs_total'), round).to.equal(1);
        const after = await program.hear<Remains>('remains');
        expect(after).to.deep.equal(before);
        expect(await program.hear('text')).to.equal('SHUT_DOWN');
        const refusal = await httpRequest(metricsUrl).catch((error: NodeJS.ErrnoException) => error.code);
        expect(round === 'first' || refusal).to.be.oneOf([true, 'ECONNREFUSED']);
      }
      expect(urls.size).to.equal(1);
      await collector.waitForHangUp();
      program.endInput();
      expect(await program.ended).to.deep.include({ code: 0, errors: '' });
    });

    it(`may come before the observer is ready, with the observer ${observer}`, async () => {
      const program = startProgram(new URL('fixtures/early-shutdown.ts', import.meta.url), { args: [observer] });
      expect(await program.hear('outcome')).to.be.oneOf(['SHUT_DOWN', 'ready']);
      expect(await program.ended).to.include({ code: 0, errors: '' });
    });
  }

  it('takes no longer than it is given when the collector never answers', async () => {
    collector.hang('silent');
    const service = startService({ otlp: { url: collector.url } });
    await service.metricsUrl();
    const startMs = performance.now();
    await service.tell('shutdown', 200);
    expect(performance.now() - startMs).to.be.within(190, 700);
  });

  it('ends a thread that hangs', async () => {
    const service = startService({}, { flags: SABOTAGE_FLAGS });
    await service.metricsUrl();
    await service.tell('sabotage', 'hang');
    await service.tell('shutdown', 200);
    expect(await service.tell('threads')).to.deep.equal({ started: 1, running: 0 });
  });

  it('is waited for when the process exits meanwhile', async () => {
    const service = startService({ otlp: { url: collector.url } });
    await service.metricsUrl();
    await service.tell('record', 3);
    const end = service.tell('shutdown');
    service.tell('exit', 4).catch(ignore);
    await end.catch(ignore);
    expect(await service.program.ended).to.include({ code: 4, errors: '' });
    expect(pointOf(collector.requests.at(-1), 'inference.requests', SUCCESS).value).to.equal(3);
  });
});

function ignore(): void {
  // The program ends before it can answer.
}
