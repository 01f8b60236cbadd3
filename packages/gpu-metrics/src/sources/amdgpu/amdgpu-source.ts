import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type DisplayCard, findDisplayCards, PCI_VENDORS } from '../../sampler/display-cards.ts';
import type { GpuDevice } from '../../snapshot/gpu-snapshot.ts';
import type { GpuSource, SourceOpening } from '../gpu-source.ts';
import { AmdgpuCard } from './amdgpu-card.ts';

/** Looks for AMD's GPUs in the files of their driver. */
export function openAmdgpuSource(sysfs: string): SourceOpening {
  const cards = amdCards(sysfs);
  return cards.length === 0
    ? { kind: 'empty', reason: `no card of the amdgpu driver is in ${sysfs}` }
    : { kind: 'open', source: new AmdgpuSource(sysfs) };
}

class AmdgpuSource implements GpuSource {
  readonly #sysfs: string;
  readonly #cards = new Map<string, AmdgpuCard>();

  constructor(sysfs: string) {
    this.#sysfs = sysfs;
  }

  async sample(): Promise<readonly GpuDevice[]> {
    const present = amdCards(this.#sysfs);
    return Promise.all(
      present.map((card, index) => {
        // The index is part of the key: a card that comes or goes moves those behind it.
        const key = `${card.path} ${index}`;
        const known = this.#cards.get(key) ?? new AmdgpuCard(card, index, this.#sysfs);
        this.#cards.set(key, known);
        return known.sample();
      }),
    );
  }

  close(): void {
    this.#cards.clear();
  }
}

/** Cards of AMD that amdgpu drives; the older radeon driver tells none of this. */
function amdCards(sysfs: string): DisplayCard[] {
  return findDisplayCards(sysfs).filter(
    ({ pciVendor, path }) =>
      pciVendor === PCI_VENDORS.amd &&
      ['gpu_busy_percent', 'mem_info_vram_total'].some((file) => existsSync(join(path, 'device', file))),
  );
}
