import type { Surroundings } from '../../../packages/observability/src/options/surroundings.ts';

/** A process in `/app` with the given files and nothing else around it. */
export function fakeSurroundings(
  files: Readonly<Record<string, string>> = {},
  overrides: Partial<Surroundings> = {},
): Surroundings {
  return {
    readFile: (path) => files[path],
    randomUuid: () => '00000000-0000-4000-8000-000000000000',
    mainScript: '/app/main.js',
    workingDirectory: '/app',
    hostName: 'host-1',
    processId: 4711,
    runtimeVersion: '26.0.0',
    clusterWorkerId: undefined,
    ...overrides,
  };
}
