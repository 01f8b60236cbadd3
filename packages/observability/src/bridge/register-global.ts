import { diag, type MeterProvider, metrics } from '@opentelemetry/api';

/** What became of an attempt to be the global meter provider. */
export interface GlobalRegistration {
  /** Whether the provider is the global one now. */
  readonly registered: boolean;
  /** Frees the place, unless somebody else has taken it since; does nothing a second time. */
  readonly unregister: () => void;
}

/**
 * Makes `provider` the one behind `metrics.getMeter()` of `@opentelemetry/api`. A provider that is there already stays,
 * with one warning that says what to do.
 */
export function registerGlobalMeterProvider(provider: MeterProvider): GlobalRegistration {
  if (!metrics.setGlobalMeterProvider(provider)) {
    diag.warn(
      'inferometer: the global MeterProvider of @opentelemetry/api could not be set, because another one is registered' +
        ' or another version of the API is loaded. The instruments that go to that one are not exported by inferometer.' +
        ' Set globalMeterProvider: false if this is intended; otherwise call initObservability() before the other SDK starts.',
    );
    return { registered: false, unregister: () => undefined };
  }
  return {
    registered: true,
    unregister(): void {
      if (metrics.getMeterProvider() === provider) {
        metrics.disable();
      }
    },
  };
}
