import { ProxyTracerProvider, type SpanContext, trace, TraceFlags } from '@opentelemetry/api';

/** Finds the trace that an inference belongs to. */
export interface SampledSpans {
  /** The active span, where there is one and it is sampled, so that the trace can be looked up later. Never throws. */
  active(): SpanContext | undefined;
  /** Whether each record is to ask for the active span; what takes longer than a record asks anyway. */
  readonly mightTrace: boolean;
}

/** Where nobody will see exemplars, no span is looked for. */
export const noSpans: SampledSpans = { active: () => undefined, mightTrace: false };

/** What the API has in the place of a tracer before one is registered. */
const NO_TRACERS = new ProxyTracerProvider().getDelegate();

/**
 * Tracers are registered when a process starts, before its first inferences or soon after. A look for each of all records
 * would take 2 to 5 ns of 60 (bench `record`).
 */
const EAGER_LOOKS = 256;

/** The spans of `@opentelemetry/api`. Until a tracer is registered there can be none, and none is looked for. */
export function createSampledSpans(): SampledSpans {
  return new RegisteredSpans();
}

class RegisteredSpans implements SampledSpans {
  mightTrace = true;
  #isTracing = false;
  #looks = 0;

  active(): SpanContext | undefined {
    return this.#isTracing || this.#look() ? activeSpan() : undefined;
  }

  /** @returns whether a tracer is registered */
  #look(): boolean {
    this.#looks += 1;
    const provider = trace.getTracerProvider();
    // Another copy of the API, as CommonJS loads one of its own, shows what it has in place of a tracer to itself alone.
    this.#isTracing = !(provider instanceof ProxyTracerProvider) || provider.getDelegate() !== NO_TRACERS;
    this.mightTrace = this.#isTracing || this.#looks < EAGER_LOOKS;
    return this.#isTracing;
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
