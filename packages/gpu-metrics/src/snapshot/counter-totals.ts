import { COUNTER_FIELDS, CounterMemory, createCounterBuffer } from './counter-memory.ts';
import type { CounterField, GpuDevice, GpuSnapshot } from './gpu-snapshot.ts';

/** What the probe itself counts, from 0 at each of its starts; all else the driver counts, whoever asks. */
const COUNTED_BY_PROBE: ReadonlySet<CounterField> = new Set(['xidErrors', 'pcieTransmittedBytes', 'pcieReceivedBytes']);

/**
 * Makes counters that never decrease of readings that start again: with a reload of the driver, or of the probe. The
 * first reading of a device counts as it is, so that energy is the driver's own number until a first reload.
 */
export class CounterTotals {
  readonly #memory: CounterMemory;
  /** The life of the probe that a counter was last read in, by its place in memory. */
  readonly #generations = new Map<number, number>();

  /** @param buffer memory of zeros, or that of a predecessor, whose totals go on */
  constructor(buffer: ArrayBufferLike = createCounterBuffer()) {
    this.#memory = new CounterMemory(buffer);
  }

  /**
   * The snapshot with totals in place of readings.
   * @param generation a number of its own for each life of the probe
   */
  advance(snapshot: GpuSnapshot, generation: number): GpuSnapshot {
    this.#memory.nextSnapshot();
    return { ...snapshot, devices: snapshot.devices.map((device) => this.#advanceDevice(device, generation)) };
  }

  #advanceDevice(device: GpuDevice, generation: number): GpuDevice {
    const entry = this.#memory.entryOf(device.uuid ?? device.id);
    if (entry === undefined) {
      return device;
    }
    const totals: Partial<Record<CounterField, number>> = {};
    for (const [index, field] of COUNTER_FIELDS.entries()) {
      const reading = device[field];
      if (reading !== undefined) {
        totals[field] = this.#advanceField({ entry, index, field }, reading, generation);
      }
    }
    return { ...device, ...totals };
  }

  #advanceField({ entry, index, field }: CounterPlace, reading: number, generation: number): number {
    const memory = this.#memory;
    let total = reading;
    if (memory.isKnown(entry, index)) {
      const last = memory.reading(entry, index);
      const isNewProbe = generation !== this.#generations.get(entry + index);
      const startedAgain = reading < last || (isNewProbe && COUNTED_BY_PROBE.has(field));
      total = memory.total(entry, index) + (startedAgain ? reading : reading - last);
    }
    this.#generations.set(entry + index, generation);
    memory.set(entry, index, { reading, total });
    return total;
  }
}

interface CounterPlace {
  readonly entry: number;
  readonly index: number;
  readonly field: CounterField;
}
