import { diag, DiagLogLevel } from '@opentelemetry/api';

/** Messages of OpenTelemetry's `diag`, warnings and errors, since the capture began. */
export interface CapturedDiag {
  readonly messages: readonly string[];
  /** Gives `diag` back. */
  release(): void;
}

/** Takes `diag` for a test; call `release` when the test ends. */
export function captureDiag(): CapturedDiag {
  const messages: string[] = [];
  const keep = (message: string): void => {
    messages.push(message);
  };
  const ignore = (): void => undefined;
  diag.setLogger(
    { error: keep, warn: keep, info: ignore, debug: ignore, verbose: ignore },
    { logLevel: DiagLogLevel.ALL, suppressOverrideMessage: true },
  );
  return {
    messages,
    release: () => {
      diag.disable();
    },
  };
}
