import { context, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { TracerProvider } from '@opentelemetry/sdk-trace';
import { createInferometer } from './inferometer.ts';
import type { MeasuredLibrary } from './library.ts';

/** As many spans as requests that a service has at the same time; each inference belongs to the next one. */
const SPANS = 64;

/** With a tracer registered, and each inference within a sampled span: its trace becomes the example of its bucket. */
export async function create(): Promise<MeasuredLibrary> {
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  trace.setGlobalTracerProvider(new TracerProvider());
  const tracer = trace.getTracer('bench');
  const contexts = Array.from({ length: SPANS }, (_, place) =>
    trace.setSpan(context.active(), tracer.startSpan(`request ${place}`)),
  );
  const library = await createInferometer();
  let place = 0;
  let calls = 0;
  const recordNext = (): void => library.record(place);
  return {
    ...library,
    record: (next: number): void => {
      place = next;
      calls += 1;
      context.with(contexts[calls & (SPANS - 1)]!, recordNext);
    },
  };
}
