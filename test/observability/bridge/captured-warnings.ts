import { diag, DiagLogLevel } from '@opentelemetry/api';

/** Collects what is warned through `diag` during each test of the suite that calls it. */
export function captureWarnings(): string[] {
  const warnings: string[] = [];
  const ignore = (): void => undefined;
  beforeEach(() => {
    warnings.length = 0;
    diag.setLogger(
      {
        error: ignore,
        warn: (...parts: unknown[]) => void warnings.push(parts.join(' ')),
        info: ignore,
        debug: ignore,
        verbose: ignore,
      },
      { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true },
    );
  });
  afterEach(() => {
    diag.disable();
  });
  return warnings;
}
