/** 256 bytes for each of 256 devices: 16 GPUs of 7 MIG instances each, and those that were there before. */
const COUNTER_BYTES = 65_536;

/**
 * Makes the memory in which the observer's GPU sampler keeps its totals. The thread that owns the observer holds it, so
 * that counters which start again with each probe (PCIe bytes, XID errors) or driver go on in the next observer.
 */
export function createGpuCounters(): SharedArrayBuffer {
  return new SharedArrayBuffer(COUNTER_BYTES);
}
