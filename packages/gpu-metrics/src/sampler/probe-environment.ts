import { GPU_PROBE_VARIABLE } from './probe-variable.ts';

/** Flags without which the probe may not find its modules. All others belong to the application. */
const KEPT_FLAGS: ReadonlySet<string> = new Set([
  '-C',
  '--conditions',
  '--disable-warning',
  '--experimental-strip-types',
  '--no-warnings',
  '--preserve-symlinks',
]);

/** Yarn's Plug'n'Play finds packages by these. Any other preloaded module is the application. */
const PACKAGE_RESOLVER = /\.pnp\.(?:cjs|js|loader\.mjs)$/;

const PRELOAD_FLAGS: ReadonlySet<string> = new Set([
  '-r',
  '--require',
  '--import',
  '--loader',
  '--experimental-loader',
]);

const FLAGS_WITH_VALUE: ReadonlySet<string> = new Set(['-C', '--conditions', '--disable-warning', ...PRELOAD_FLAGS]);

/**
 * A process for a few kilobytes of readings, which runs the same code once in ten seconds: no compiler pays off there,
 * nor threads for it, nor a heap that grows because there is room. Together they save a tenth of its memory.
 */
const PROBE_FLAGS = [
  '--max-semi-space-size=1',
  '--max-old-space-size=64',
  '--single-threaded',
  '--no-opt',
  '--no-maglev',
  '--no-sparkplug',
] as const;

/** The Node.js flags that the probe is started with. */
export function probeFlags(applicationFlags: readonly string[]): string[] {
  return [...PROBE_FLAGS, ...keptFlags(applicationFlags)];
}

/** The environment of the probe: the application's, without what would run or debug the application in it. */
export function probeEnvironment(environment: NodeJS.ProcessEnv, processId: number): NodeJS.ProcessEnv {
  const {
    NODE_OPTIONS = '',
    NODE_V8_COVERAGE: _coverage,
    NODE_CHANNEL_FD: _channel,
    NODE_UNIQUE_ID: _cluster,
    NODE_INSPECT_RESUME_ON_START: _inspect,
    ...rest
  } = environment;
  const flags = keptFlags(NODE_OPTIONS.split(/\s+/).filter(Boolean)).join(' ');
  return {
    ...rest,
    ...(flags === '' ? undefined : { NODE_OPTIONS: flags }),
    // In Electron the executable is Node.js only if told to be.
    ELECTRON_RUN_AS_NODE: '1',
    // One arena instead of one for each thread: the probe's memory is a tenth smaller by it.
    MALLOC_ARENA_MAX: '1',
    [GPU_PROBE_VARIABLE]: String(processId),
  };
}

/**
 * Whether another process that lives has a probe which serves this one, or this is the probe. The variable may be left
 * from a process that has ended; then it means nothing.
 */
export function isServedByOther(environment: NodeJS.ProcessEnv, processId: number): boolean {
  const owner = Number(environment[GPU_PROBE_VARIABLE]);
  return Number.isInteger(owner) && owner > 0 && owner !== processId && isAlive(owner);
}

function isAlive(processId: number): boolean {
  try {
    process.kill(processId, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function keptFlags(flags: readonly string[]): string[] {
  const kept: string[] = [];
  for (let position = 0; position < flags.length; position++) {
    const flag = flags[position]!;
    const equals = flag.startsWith('--') ? flag.indexOf('=') : -1;
    const name = equals === -1 ? flag : flag.slice(0, equals);
    const takesNext = equals === -1 && FLAGS_WITH_VALUE.has(name);
    const value = takesNext ? flags[position + 1] : flag.slice(equals + 1);
    if (KEPT_FLAGS.has(name) || (PRELOAD_FLAGS.has(name) && PACKAGE_RESOLVER.test(value ?? ''))) {
      kept.push(flag, ...(takesNext && value !== undefined ? [value] : []));
    }
    if (takesNext) {
      position += 1;
    }
  }
  return kept;
}
