import type { Instrument } from './instrument.ts';
import type { AnyFunction, InstrumentOptions } from './options.ts';

/** A method decorator that works with the decorators of the language and with TypeScript's `experimentalDecorators`. */
export interface InferenceMethodDecorator {
  <Method extends AnyFunction>(value: Method, context: ClassMethodDecoratorContext): Method;
  <Method extends AnyFunction>(
    target: object,
    key: string | symbol,
    descriptor: TypedPropertyDescriptor<Method>,
  ): TypedPropertyDescriptor<Method>;
}

/**
 * Decorates a method, so that each call is recorded as an inference of `modelType`; see `Instrument` for what that
 * means. The method may be static, private, async or a generator.
 *
 * @param modelType the label `model_type`
 * @param options as of `instrument`; a decorator cannot know the method's types, so give `extract`'s parameter a type
 * @returns a decorator that throws TypeError, when the class is defined, where it stands on anything but a method
 * @example
 * class Api {
 *   \@observability.trackInferences('document', { extract: (result: Topic) => ({ predictedClass: result.label }) })
 *   predict(text: string): Topic { … }
 * }
 */
export type TrackInferences = <Args extends readonly unknown[] = readonly unknown[], Result = unknown>(
  modelType: string,
  options?: InstrumentOptions<Args, Result>,
) => InferenceMethodDecorator;

export function createTrackInferences(instrument: Instrument): TrackInferences {
  return (modelType, options) => {
    const wrap = (method: AnyFunction): AnyFunction => instrument(modelType, method, options as InstrumentOptions);
    const decorate = (value: unknown, context: unknown, descriptor?: unknown): unknown => {
      if (isContext(context)) {
        if (context.kind !== 'method' || !isFunction(value)) {
          throw notMethod(modelType, context.kind, context.name);
        }
        return wrap(value);
      }
      if (!isDescriptor(descriptor) || !isFunction(descriptor.value)) {
        throw notMethod(modelType, legacyKind(context, descriptor), context);
      }
      return { ...descriptor, value: wrap(descriptor.value) };
    };
    return decorate as InferenceMethodDecorator;
  };
}

interface Context {
  readonly kind: string;
  readonly name?: unknown;
}

function isContext(value: unknown): value is Context {
  return typeof value === 'object' && value !== null && 'kind' in value && typeof value.kind === 'string';
}

function isDescriptor(value: unknown): value is PropertyDescriptor {
  return typeof value === 'object' && value !== null;
}

function isFunction(value: unknown): value is AnyFunction {
  return typeof value === 'function';
}

/** With `experimentalDecorators` a class comes alone, a field without a descriptor, a parameter with its index. */
function legacyKind(key: unknown, descriptor: unknown): string {
  if (typeof descriptor === 'number') {
    return 'parameter';
  }
  if (isDescriptor(descriptor)) {
    return 'get' in descriptor || 'set' in descriptor ? 'accessor' : 'field';
  }
  return key === undefined ? 'class' : 'field';
}

function notMethod(modelType: string, kind: string, name: unknown): TypeError {
  const place = typeof name === 'string' || typeof name === 'symbol' ? ` "${String(name)}"` : '';
  return new TypeError(
    `trackInferences: only methods can be decorated, received the ${kind}${place}; ` +
      `wrap a function with instrument(${JSON.stringify(modelType)}, fn) instead.`,
  );
}
