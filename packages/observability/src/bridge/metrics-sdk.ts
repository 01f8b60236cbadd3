import { createRequire } from 'node:module';
import type * as metricsSdk from '@opentelemetry/sdk-metrics';

/** The module `@opentelemetry/sdk-metrics`. */
export type MetricsSdk = typeof metricsSdk;

/**
 * Loads `@opentelemetry/sdk-metrics`, which costs about 50 ms and is therefore never imported statically on the main
 * thread: synchronously through `require` where there is a `node_modules`, else, in a bundle, as a promise.
 */
export function loadMetricsSdk(): MetricsSdk | Promise<MetricsSdk> {
  try {
    const sdk: MetricsSdk = createRequire(import.meta.url)('@opentelemetry/sdk-metrics');
    // A bundle may lie beside a node_modules of another application with an SDK of version 1, which has no `readers`.
    if (typeof sdk.createAllowListAttributesProcessor === 'function') {
      return sdk;
    }
  } catch {
    // No node_modules: a bundler has seen the literal import below and put the SDK into the bundle.
  }
  return import('@opentelemetry/sdk-metrics');
}
