import type { CounterField, GpuDevice, GpuSnapshot } from './gpu-snapshot.ts';

const COUNTER_FIELDS: readonly CounterField[] = [
  'energyJoules',
  'pcieTransmittedBytes',
  'pcieReceivedBytes',
  'eccCorrectedErrors',
  'eccUncorrectedErrors',
  'xidErrors',
];

/** Devices come and go with MIG's instances; more identities than this in one life are a fault, not a machine. */
const MOST_IDENTITIES = 1024;

interface Total {
  raw: number;
  value: number;
  generation: number;
}

/** What the probe itself counts, from 0 at each of its starts; all else the driver counts, whoever asks. */
const COUNTED_BY_PROBE: ReadonlySet<CounterField> = new Set(['xidErrors', 'pcieTransmittedBytes', 'pcieReceivedBytes']);

/**
 * Makes counters that never decrease of readings that start again: with a reload of the driver, or of the probe. The
 * first reading of a device counts as it is, so that energy is the driver's own number until a first reload.
 */
export class CounterTotals {
  readonly #totals = new Map<string, Total>();

  /**
   * The snapshot with totals in place of readings.
   * @param generation a number of its own for each life of the probe
   */
  advance(snapshot: GpuSnapshot, generation: number): GpuSnapshot {
    return { ...snapshot, devices: snapshot.devices.map((device) => this.#advanceDevice(device, generation)) };
  }

  #advanceDevice(device: GpuDevice, generation: number): GpuDevice {
    const totals: Partial<Record<CounterField, number>> = {};
    for (const field of COUNTER_FIELDS) {
      const raw = device[field];
      if (raw !== undefined) {
        totals[field] = this.#advanceField(`${device.uuid ?? device.id} ${field}`, field, raw, generation);
      }
    }
    return { ...device, ...totals };
  }

  #advanceField(key: string, field: CounterField, raw: number, generation: number): number {
    const total = this.#totals.get(key);
    if (total === undefined) {
      this.#admit(key, { raw, value: raw, generation });
      return raw;
    }
    const startedAgain = raw < total.raw || (COUNTED_BY_PROBE.has(field) && generation !== total.generation);
    total.value += startedAgain ? raw : raw - total.raw;
    total.raw = raw;
    total.generation = generation;
    return total.value;
  }

  #admit(key: string, total: Total): void {
    if (this.#totals.size >= MOST_IDENTITIES * COUNTER_FIELDS.length) {
      const [oldest] = this.#totals.keys();
      this.#totals.delete(oldest!);
    }
    this.#totals.set(key, total);
  }
}
