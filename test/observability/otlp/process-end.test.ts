import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { pointOf, type OtlpReceiver, startOtlpReceiver } from '../../support/otlp-receiver.ts';

const fixture = fileURLToPath(new URL('./fixtures/inline-exporter.ts', import.meta.url));

/** Far below the 10 s of a request and the seconds of a retry, and far above the start of a process. */
const PROMPT_MS = 5_000;

interface End {
  readonly code: number | null;
  readonly afterMs: number;
  readonly stderr: string;
}

async function run(url: string, flushMs: number): Promise<End> {
  const start = performance.now();
  const child = spawn(process.execPath, [
    '--disable-warning=ExperimentalWarning',
    fixture,
    `${url}/v1/metrics`,
    `${flushMs}`,
  ]);
  let stderr = '';
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk.toString();
  });
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, afterMs: performance.now() - start, stderr };
}

describe('a process that exports over OTLP', () => {
  let receiver: OtlpReceiver;

  beforeEach(async () => {
    receiver = await startOtlpReceiver();
  });

  afterEach(() => receiver.close());

  it('ends by itself, with its exit code, after a flush that arrives', async () => {
    const { code, afterMs, stderr } = await run(receiver.url, 5_000);

    expect({ code, stderr }).to.deep.equal({ code: 7, stderr: '' });
    expect(afterMs).to.be.below(PROMPT_MS);
    expect(pointOf(receiver.requests[0], 'jobs').value).to.equal(1);
  });

  it('ends while the collector hangs', async () => {
    receiver.hang();
    const { code, afterMs } = await run(receiver.url, 100);

    expect(code).to.equal(7);
    expect(afterMs).to.be.below(PROMPT_MS);
  });

  it('ends while the collector asks for retries', async () => {
    receiver.failNext(100, 503, { 'retry-after': '8' });
    const { code, afterMs } = await run(receiver.url, 5_000);

    expect(code).to.equal(7);
    expect(afterMs).to.be.below(PROMPT_MS);
    expect(receiver.attempts).to.equal(1);
  });

  it('ends when nobody listens', async () => {
    const { url } = receiver;
    await receiver.close();
    const { code, afterMs } = await run(url, 5_000);
    receiver = await startOtlpReceiver();

    expect(code).to.equal(7);
    expect(afterMs).to.be.below(PROMPT_MS);
  });
});
