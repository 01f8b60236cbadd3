import { fileURLToPath } from 'node:url';
import type { ObservabilityOptions } from '@inferometer/observability';
import type { OwnerInternals } from '../../packages/observability/src/owner-observability.ts';
import { type Program, type ProgramOptions, startProgram } from './child-process.ts';
import { scrape, type Scrape } from './scrape.ts';
import type { ServiceCommands } from './fixtures/observed-service.ts';

/** A service under observation in a process of its own, which does what it is told. */
export interface ObservedService {
  readonly program: Program;
  /** Has the service do something, and gives what it answers when that is done. */
  tell<Name extends keyof ServiceCommands>(
    command: Name,
    ...args: Parameters<ServiceCommands[Name]>
  ): Promise<Awaited<ReturnType<ServiceCommands[Name]>>>;
  /** Where the metrics are; waits for the service to be ready. */
  metricsUrl(): Promise<string>;
  scrape(): Promise<Scrape>;
}

export interface ServiceOptions extends Omit<ProgramOptions, 'args'> {
  /** What only tests can set. */
  readonly internals?: OwnerInternals;
}

const SERVICE = new URL('fixtures/observed-service.ts', import.meta.url);

/**
 * Starts a service that calls `initObservability()` with `options`, by default with an endpoint on any free port of the
 * loopback interface. It ends by itself once its standard input ends.
 */
export function startService(options: ObservabilityOptions = {}, serviceOptions: ServiceOptions = {}): ObservedService {
  const { internals, ...programOptions } = serviceOptions;
  const settings = internals === undefined ? [options] : [options, internals];
  const program = startProgram(SERVICE, { ...programOptions, args: settings.map((value) => JSON.stringify(value)) });
  let nextId = 0;
  let heardUrl: Promise<string> | undefined;
  const metricsUrl = (): Promise<string> => {
    heardUrl ??= program.hear<string>('metricsUrl');
    return heardUrl;
  };
  return {
    program,
    tell: <Name extends keyof ServiceCommands>(command: Name, ...args: Parameters<ServiceCommands[Name]>) => {
      const id = nextId++;
      program.write(JSON.stringify({ id, command, args }));
      return program.hear<Awaited<ReturnType<ServiceCommands[Name]>>>(`answer ${id}`);
    },
    metricsUrl,
    scrape: async () => await scrape(await metricsUrl()),
  };
}

/** Flags for a service that shall be able to `sabotage` its observer. */
export const SABOTAGE_FLAGS: readonly string[] = [
  '--require',
  fileURLToPath(new URL('fixtures/sabotage.pnp.cjs', import.meta.url)),
];
