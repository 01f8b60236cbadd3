import { parseCommandLine } from './command-line.ts';
import type { RunOptions } from './command-line.ts';
import { startObservability } from './instrumentation.ts';
import type { Observability } from './instrumentation.ts';
import type { Service } from './service.ts';

/** Less than the 10 s that Docker gives before it kills. Up here, because a signal may come while `run` is awaited. */
const STOP_TIMEOUT_MS = 5000;

const command = parseCommandLine(process.argv.slice(2));
if (command.kind === 'help') process.stdout.write(command.text);
else if (command.kind === 'run') await run(command.options);
else {
  console.error(`multimodal-api: ${command.message}; see --help.`);
  process.exitCode = 2;
}

async function run(options: RunOptions): Promise<void> {
  // First, and the rest is imported after it: the time that loading takes is observed too.
  const observability = startObservability(options.metricsPort, options.driftPaneMs);
  let service: Service | undefined;
  let stopReplay: (() => Promise<void>) | undefined;

  const stop = async (): Promise<void> => {
    // Whatever does not close in time must not keep the process from ending.
    setTimeout(() => process.exit(0), STOP_TIMEOUT_MS).unref();
    await stopReplay?.();
    await service?.close();
    await observability.shutdown();
    // Idle connections of clients that do not hang up must not keep the process.
    process.exit(0);
  };
  // Before anything is loaded: the first process of a container does not even end of a signal that it has no listener
  // for. Once each: a second Ctrl-C ends a process that does not end by itself.
  process.once('SIGINT', () => void stop());
  process.once('SIGTERM', () => void stop());

  let metricsUrl: string | undefined;
  service = await listen(options, observability, () => metricsUrl);
  if (service === undefined) return;

  const metrics = await whereMetricsAre(observability);
  metricsUrl = metrics.url;
  printAddresses(service.url, metrics);
  if (options.replay) stopReplay = await replayTo(service.url);
}

async function listen(
  { host, port }: RunOptions,
  observability: Observability,
  metricsUrl: () => string | undefined,
): Promise<Service | undefined> {
  const { startService } = await import('./service.ts');
  try {
    return await startService({ host, port, observability, metricsUrl });
  } catch (error) {
    console.error(`multimodal-api: ${describeListenError(error, port)}`);
    process.exitCode = 1;
    await observability.shutdown();
    return undefined;
  }
}

function describeListenError(error: unknown, port: number): string {
  if (codeOf(error) === 'EADDRINUSE') {
    return `port ${port} is taken; stop what listens there, or choose another port with --port (0 for any free one).`;
  }
  return `the service could not start: ${error instanceof Error ? error.message : String(error)}`;
}

interface MetricsPlace {
  readonly url: string | undefined;
  readonly description: string;
}

/**
 * The service is worth more than its metrics: without an endpoint it goes on, and the SDK goes on trying to listen. Why
 * there is none the SDK has logged; what is left to say is which flag of ours would help.
 */
async function whereMetricsAre(observability: Observability): Promise<MetricsPlace> {
  try {
    const { metricsUrl: url } = await observability.ready;
    return { url, description: url ?? 'none' };
  } catch (error) {
    const advice = codeOf(error) === 'PORT_IN_USE' ? '; --metrics-port chooses another port, 0 any free one' : '';
    return { url: undefined, description: `none for now${advice}` };
  }
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}

function printAddresses(url: string, metrics: MetricsPlace): void {
  const json = `-H 'content-type: application/json'`;
  const text = 'The goalkeeper saved a late penalty, and the fans sang until the final whistle.';
  console.log(`service  ${url}
metrics  ${metrics.description}

Try:
  curl ${url}/v1/documents ${json} -d '{"text": "${text}", "requestId": "a"}'
  curl ${url}/v1/feedback ${json} -d '{"requestId": "a", "actualClass": "sports"}'`);
  if (metrics.url !== undefined) console.log(`  curl ${metrics.url} | grep -E 'accuracy|distribution'`);
  console.log('\nCtrl-C stops.');
}

async function replayTo(url: string): Promise<() => Promise<void>> {
  const [{ readHoldout }, { startReplay }] = await Promise.all([
    import('./replay/holdout.ts'),
    import('./replay/replay.ts'),
  ]);
  const replay = startReplay(url, await readHoldout());
  console.log(
    `Replaying held-out documents and digits at ${replay.requestsPerSecond} requests/s; --no-replay is quiet.`,
  );
  return () => replay.stop();
}
