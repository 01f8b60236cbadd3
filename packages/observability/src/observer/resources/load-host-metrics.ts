import { createRequire } from 'node:module';
import type * as hostMetrics from '@opentelemetry/host-metrics';

/** The module `@opentelemetry/host-metrics`. */
export type HostMetricsModule = typeof hostMetrics;

/**
 * Loads `@opentelemetry/host-metrics`, which is CommonJS.
 *
 * In a bundle in ESM form, esbuild gives CommonJS parts a `require` that needs a global one, and throws where there is
 * none. So it gets one, in such a bundle only, and only while the package is loaded.
 *
 * @see https://github.com/evanw/esbuild/issues/1921
 */
export async function loadHostMetrics(): Promise<HostMetricsModule> {
  const withdraw = lendRequire(import.meta.url);
  try {
    const loaded = await import('@opentelemetry/host-metrics');
    // Where a bundler makes it a chunk of its own, a CommonJS module has a default export only.
    return 'HostMetrics' in loaded ? loaded : (loaded as { readonly default: HostMetricsModule }).default;
  } finally {
    withdraw();
  }
}

/** @param url of this module; a bundle has another file name, and none at all in CommonJS form */
function lendRequire(url: string | undefined): () => void {
  const isModuleBundle = url?.startsWith('file:') === true && !/\/load-host-metrics\.[jt]s$/.test(url);
  if (!isModuleBundle || Object.hasOwn(globalThis, 'require')) {
    return () => {};
  }
  Object.defineProperty(globalThis, 'require', { value: createRequire(url), configurable: true, writable: true });
  return () => {
    Reflect.deleteProperty(globalThis, 'require');
  };
}
