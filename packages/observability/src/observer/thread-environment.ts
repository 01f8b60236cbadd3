/**
 * Flags that the observer's thread must have as the application does, to find the same modules. All others are left
 * out: a `--import` that starts observability would start observers within observers without end, and many flags are
 * refused by threads.
 */
const KEPT_FLAGS: ReadonlySet<string> = new Set([
  '-C',
  '--conditions',
  '--disable-warning',
  '--enable-source-maps',
  '--experimental-strip-types',
  '--no-warnings',
  '--preserve-symlinks',
]);

/** Yarn's Plug'n'Play finds packages by these; without them the thread would find none. */
const PACKAGE_RESOLVER = /\.pnp\.(?:cjs|js|loader\.mjs)$/;
const PRELOAD_FLAGS: ReadonlySet<string> = new Set([
  '-r',
  '--require',
  '--import',
  '--loader',
  '--experimental-loader',
]);

const FLAGS_WITH_VALUE: ReadonlySet<string> = new Set(['-C', '--conditions', '--disable-warning', ...PRELOAD_FLAGS]);

/** The part of the application's Node.js flags that the observer's thread is started with. */
export function observerFlags(flags: readonly string[]): string[] {
  const kept: string[] = [];
  for (let position = 0; position < flags.length; position++) {
    const flag = flags[position]!;
    const [name, inlineValue] = splitFlag(flag);
    const takesNext = inlineValue === undefined && FLAGS_WITH_VALUE.has(name);
    const value = takesNext ? flags[position + 1] : inlineValue;
    const keeps = KEPT_FLAGS.has(name) || (PRELOAD_FLAGS.has(name) && PACKAGE_RESOLVER.test(value ?? ''));
    if (keeps) {
      kept.push(flag);
    }
    if (takesNext) {
      position += 1;
      if (keeps && value !== undefined) {
        kept.push(value);
      }
    }
  }
  return kept;
}

/** The application's environment, with NODE_OPTIONS cut down in the same way. */
export function observerEnvironment(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const flags = environment['NODE_OPTIONS']?.split(/\s+/).filter((flag) => flag !== '') ?? [];
  return { ...environment, NODE_OPTIONS: observerFlags(flags).join(' ') };
}

function splitFlag(flag: string): [name: string, value: string | undefined] {
  const equals = flag.startsWith('--') ? flag.indexOf('=') : -1;
  return equals === -1 ? [flag, undefined] : [flag.slice(0, equals), flag.slice(equals + 1)];
}
