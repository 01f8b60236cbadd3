import { ProxyTracerProvider, type SpanContext, trace, TraceFlags } from '@opentelemetry/api';

/** Finds the trace that an inference belongs to. */
export interface SampledSpans {
  /** The active span, where there is one and it is sampled, so that the trace can be looked up later. Never throws. */
  active(): SpanContext | undefined;
}

/** Where nobody will see exemplars, no span is looked for. */
export const noSpans: SampledSpans = { active: () => undefined };

/** What the API has in the place of a tracer before one is registered. */
const NO_TRACERS = new ProxyTracerProvider().getDelegate();

/**
 * Tracers are registered when a process starts, and while each record has a look the very first span is found. Few
 * enough that V8 takes looking for rare, and leaves it out of what it compiles for each record (bench `record`, 7 ns).
 */
const EAGER_LOOKS = 256;

/** Looking takes some nanoseconds, a tenth of a record. */
const RECORDS_PER_LOOK = 64;

/** The spans of `@opentelemetry/api`. Until a tracer is registered there can be none, and none is looked for. */
export function createSampledSpans(): SampledSpans {
  return new RegisteredSpans();
}

class RegisteredSpans implements SampledSpans {
  #isTracing = false;
  #looks = 0;
  /** One number: as a field it would be an addition of checked integers for each record (bench `record`, 3 ns). */
  readonly #recordsToLook = Int32Array.of(1);

  active(): SpanContext | undefined {
    if (this.#isTracing) {
      return activeSpan();
    }
    const recordsToLook = this.#recordsToLook;
    recordsToLook[0]!--;
    return recordsToLook[0]! > 0 ? undefined : this.#look();
  }

  #look(): SpanContext | undefined {
    this.#looks += 1;
    this.#recordsToLook[0] = this.#looks < EAGER_LOOKS ? 1 : RECORDS_PER_LOOK;
    const provider = trace.getTracerProvider();
    // Another copy of the API, as CommonJS loads one of its own, shows what it has in place of a tracer to itself alone.
    this.#isTracing = !(provider instanceof ProxyTracerProvider) || provider.getDelegate() !== NO_TRACERS;
    return this.#isTracing ? activeSpan() : undefined;
  }
}

function activeSpan(): SpanContext | undefined {
  try {
    const span = trace.getActiveSpan()?.spanContext();
    return span !== undefined && (span.traceFlags & TraceFlags.SAMPLED) !== 0 ? span : undefined;
  } catch {
    // A tracer of another make: the inference counts without it.
    return undefined;
  }
}
