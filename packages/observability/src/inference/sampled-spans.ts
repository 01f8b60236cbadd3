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

/** A power of two. Looking at what is registered takes some nanoseconds, a tenth of a record (bench `record`). */
const RECORDS_PER_LOOK = 16;

/**
 * The spans of `@opentelemetry/api`. Until a tracer is registered there can be none, and all that is done for a record is
 * to look whether the object that will know of it knows of it.
 */
export function createSampledSpans(): SampledSpans {
  return new RegisteredSpans();
}

class RegisteredSpans implements SampledSpans {
  #proxy = new ProxyTracerProvider();
  #records = 0;
  #isTracing = false;

  constructor() {
    this.#look();
  }

  active(): SpanContext | undefined {
    if (!this.#isTracing) {
      this.#records += 1;
      if (this.#proxy.getDelegate() === NO_TRACERS && (this.#records & (RECORDS_PER_LOOK - 1)) !== 0) {
        return undefined;
      }
      this.#look();
    }
    return this.#isTracing ? activeSpan() : undefined;
  }

  /** An application may have several copies of the API, so that the one to ask changes when a tracer is registered. */
  #look(): void {
    const provider = trace.getTracerProvider();
    if (provider instanceof ProxyTracerProvider) {
      this.#proxy = provider;
      this.#isTracing = provider.getDelegate() !== NO_TRACERS;
    } else {
      this.#isTracing = true;
    }
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
