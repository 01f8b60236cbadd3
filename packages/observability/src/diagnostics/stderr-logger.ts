import { diag, type DiagLogger, DiagLogLevel } from '@opentelemetry/api';
import { fs, util } from '../node-builtins.ts';
import type { LogLevel } from '../options/resolved-options.ts';

const LEVELS: { readonly [level in LogLevel]: DiagLogLevel } = {
  none: DiagLogLevel.NONE,
  error: DiagLogLevel.ERROR,
  warn: DiagLogLevel.WARN,
  info: DiagLogLevel.INFO,
  debug: DiagLogLevel.DEBUG,
  verbose: DiagLogLevel.VERBOSE,
  all: DiagLogLevel.ALL,
};

const STDERR = 2;

/**
 * Sends OpenTelemetry's diagnostic messages to standard error, a line each, if the application has not set a logger
 * itself. Written synchronously: in a worker thread, `console.error` waits for the main thread, which may be blocked.
 */
export function setStderrLogger(level: LogLevel): void {
  const logger: DiagLogger = {
    error: line,
    warn: line,
    info: line,
    debug: line,
    verbose: line,
  };
  diag.setLogger(logger, { logLevel: LEVELS[level], suppressOverrideMessage: true });
}

function line(message: string, ...details: unknown[]): void {
  try {
    fs.writeSync(STDERR, `${util.format(message, ...details)}\n`);
  } catch {
    // A closed or full pipe: there is nobody to tell.
  }
}

/** Whether somebody has set a logger for OpenTelemetry's diagnostic messages already. */
export function hasDiagLogger(): boolean {
  // The API keeps its globals under this symbol and has no way to ask for the logger.
  const globals = (globalThis as Record<symbol, { diag?: unknown } | undefined>)[Symbol.for('opentelemetry.js.api.1')];
  return globals?.diag !== undefined;
}
