import type { BridgeProducer } from '../bridge/bridge-producer.ts';

/**
 * How old the application's own metrics may be when the main thread begins to block, however seldom anybody scrapes.
 * Their callbacks run as often: as with a reader of this interval.
 */
const REFRESH_INTERVAL_MS = 10_000;

/** Asks the main thread for its metrics from time to time, so that there is a late answer to show while it is blocked. */
export function keepBridgeFresh(bridge: BridgeProducer, intervalMs: number = REFRESH_INTERVAL_MS): { stop(): void } {
  const timer = setInterval(() => void bridge.collect(), intervalMs).unref();
  return {
    stop: (): void => clearInterval(timer),
  };
}
