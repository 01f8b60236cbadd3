import type { ObservabilityOptions } from '@inferometer/observability';
import { expect } from 'chai';
import { endPrograms, type ProgramEnd, runProgram } from '../../support/child-process.ts';
import { type ObservedService, startService } from '../../support/observed-service.ts';
import { type OtlpReceiver, pointOf, startOtlpReceiver } from '../../support/otlp-receiver.ts';

interface Ending {
  readonly what: string;
  readonly options?: ObservabilityOptions;
  end(service: ObservedService): void;
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** What the program says on standard error by itself. */
  readonly errors?: RegExp;
}

const SIGTERM: Ending = {
  what: 'is sent SIGTERM',
  end: (service) => service.program.kill('SIGTERM'),
  code: null,
  signal: 'SIGTERM',
};

const ENDINGS: readonly Ending[] = [
  { what: 'has nothing left to do', end: (service) => service.program.endInput(), code: 0, signal: null },
  {
    what: 'calls process.exit(3)',
    end: (service) => void service.tell('exit', 3).catch(ignore),
    code: 3,
    signal: null,
  },
  {
    what: 'throws an error that nobody catches',
    end: (service) => void service.tell('throwError').catch(ignore),
    code: 1,
    signal: null,
    errors: /^[^]*Error: thrown by the service\n[^]*$/,
  },
  {
    what: 'leaves a rejection unhandled',
    end: (service) => void service.tell('rejectPromise').catch(ignore),
    code: 1,
    signal: null,
    errors: /^[^]*Error: rejected by the service\n[^]*$/,
  },
  SIGTERM,
  { what: 'is sent SIGINT', end: (service) => service.program.kill('SIGINT'), code: null, signal: 'SIGINT' },
];

const SIGTERM_HANDLED: Ending = {
  ...SIGTERM,
  what: 'is sent SIGTERM, which it asked us to handle',
  options: { shutdownSignals: ['SIGTERM'] },
};

/** The flush at the end may take a second; what is above it is the end of a process on a busy machine. */
const LONGEST_END_MS = 2000;

describe('A service that ends', () => {
  afterEach(endPrograms);

  for (const ending of ENDINGS) {
    it(`ends at once and as it would without us when it ${ending.what}`, async () => {
      const { end } = await endOf(startService(), ending);
      expect(end).to.include({ code: ending.code, signal: ending.signal });
      expectErrors(end, ending);
    });
  }

  describe('with a collector', () => {
    let collector: OtlpReceiver;

    beforeEach(async () => {
      collector = await startOtlpReceiver();
    });

    afterEach(() => collector.close());

    for (const ending of ENDINGS.filter(({ signal }) => signal === null)) {
      it(`pushes its last counts when it ${ending.what}`, async () => {
        const { end } = await endOf(startService({ otlp: { url: collector.url } }), ending);
        expect(end).to.include({ code: ending.code, signal: ending.signal });
        expectErrors(end, ending);
        expect(lastCount(collector)).to.equal(3);
      });
    }

    it("pushes what the application's own instruments told last when it has nothing left to do", async () => {
      const service = startService({ otlp: { url: collector.url } });
      await service.metricsUrl();
      await service.tell('countJobs', 7);
      service.program.endInput();
      expect(await service.program.ended).to.include({ code: 0, errors: '' });
      expect(pointOf(collector.requests.at(-1), 'app.jobs').value).to.equal(7);
    });

    it('pushes its last counts when a signal comes that it asked us to handle, and ends by it', async () => {
      const service = startService({ otlp: { url: collector.url }, shutdownSignals: ['SIGTERM', 'SIGINT'] });
      const { end } = await endOf(service, SIGTERM);
      expect(end).to.include({ code: null, signal: 'SIGTERM', errors: '' });
      expect(lastCount(collector)).to.equal(3);
    });

    it('pushes its last counts from an inline observer when it has nothing left to do', async () => {
      const service = startService({ otlp: { url: collector.url }, observer: 'inline' });
      const { end } = await endOf(service, ENDINGS[0] as Ending);
      expect(end).to.include({ code: 0, signal: null, errors: '' });
      expect(lastCount(collector)).to.equal(3);
    });

    it('pushes its counts when it ends before the observer is ready', async () => {
      const end = await runProgram(new URL('fixtures/short-life.ts', import.meta.url), { args: [collector.url] });
      expect(end).to.deep.equal({ code: 0, signal: null, output: '', errors: '' });
      expect(lastCount(collector)).to.equal(3);
    });
  });

  it('ends as fast as ever when nobody listens where its collector should be', async () => {
    const collector = await startOtlpReceiver();
    const { url } = collector;
    await collector.close();
    const service = startService({ otlp: { url } });
    const { end, wallMs } = await endOf(service, ENDINGS[0] as Ending);
    expect(end).to.include({ code: 0, signal: null });
    expect(wallMs).to.be.below(LONGEST_END_MS);
  });
});

describe('A service that ends while its collector accepts and never answers', () => {
  const endings = [...ENDINGS, SIGTERM_HANDLED];
  let collector: OtlpReceiver;
  let ends: readonly TimedEnd[];

  // Nearly all of the time is spent on waiting, so all of them wait at the same time.
  before(async () => {
    collector = await startOtlpReceiver();
    collector.hang('silent');
    const { url } = collector;
    ends = await Promise.all(
      endings.map((ending) => endOf(startService({ otlp: { url }, ...ending.options }), ending)),
    );
  });

  after(async () => {
    await endPrograms();
    await collector.close();
  });

  for (const [place, ending] of endings.entries()) {
    it(`ends within a second, as it would without us, when it ${ending.what}`, () => {
      const { end, wallMs } = ends[place] as TimedEnd;
      expect(end).to.include({ code: ending.code, signal: ending.signal });
      expect(wallMs).to.be.below(LONGEST_END_MS);
    });
  }
});

function lastCount(collector: OtlpReceiver): number | undefined {
  const attributes = { model_type: 'document', status: 'success' };
  return pointOf(collector.requests.at(-1), 'inference.requests', attributes).value;
}

interface TimedEnd {
  readonly end: ProgramEnd;
  readonly wallMs: number;
}

async function endOf(service: ObservedService, ending: Ending): Promise<TimedEnd> {
  await service.metricsUrl();
  await service.tell('record', 3);
  const startMs = performance.now();
  ending.end(service);
  const end = await service.program.ended;
  return { end, wallMs: performance.now() - startMs };
}

function expectErrors(end: ProgramEnd, { errors = /^$/ }: Ending): void {
  expect(end.errors).to.match(errors);
  expect(end.errors).to.not.match(/^inferometer:/m);
}

function ignore(): void {
  // The program ends before it can answer.
}
