import type { Tracer } from '@opentelemetry/api';
import * as importedApi from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { type Sampler, TracerProvider } from '@opentelemetry/sdk-trace';

/** OpenTelemetry's own tracer, registered for this thread. */
export interface Tracing {
  readonly tracer: Tracer;
  /** Leaves the API as if nothing had been registered. */
  release(): void;
}

/**
 * @param sampler default: every trace is sampled
 * @param api the copy of the API that is told
 */
export function registerTracing(sampler?: Sampler, api: typeof importedApi = importedApi): Tracing {
  const { context, trace } = api;
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  trace.setGlobalTracerProvider(new TracerProvider(sampler === undefined ? {} : { sampler }));
  return {
    tracer: trace.getTracer('test'),
    release: () => {
      trace.disable();
      context.disable();
    },
  };
}
