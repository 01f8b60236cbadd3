import { findDisplayCards, isGpu, PCI_VENDORS } from '../sampler/display-cards.ts';
import { findNvidiaSmi, nvmlCandidates } from '../sampler/gpu-presence.ts';
import type { ProbeStart } from '../probe/probe-messages.ts';
import type { GpuDevice } from '../snapshot/gpu-snapshot.ts';
import { boundSource } from './bounded-source.ts';
import type { GpuSource, SampleTick, SourceOpening, TakeNote } from './gpu-source.ts';
import { openNvmlSource } from './nvml/nvml-source.ts';
import { driverProcessId } from './process-identity.ts';

/** An answer that takes longer than this is not waited for. It is shorter than the sampler's own deadline. */
const LONGEST_WAIT_MS = 5000;

/**
 * All sources of this machine that have GPUs, as one; undefined if none has. Code of sources that are not
 * needed here is not loaded: each brings modules of Node.js into memory.
 */
export async function openSources(start: ProbeStart, takeNote: TakeNote): Promise<GpuSource | undefined> {
  const { sources, intervalMs } = start;
  const [nvidia, amd] = await Promise.all([openNvidia(start, takeNote), openAmd(sources.sysfs)]);
  const covered = new Set<string>();
  const opened: GpuSource[] = [];
  const add = (name: string, opening: SourceOpening): void => {
    if (opening.kind === 'open') {
      opened.push(boundSource(opening.source, { name, timeoutMs: Math.min(intervalMs, LONGEST_WAIT_MS), takeNote }));
    } else {
      takeNote({ level: 'debug', cause: `open ${name}`, text: `no GPU through ${name}: ${opening.reason}` });
    }
  };
  add('NVIDIA', nvidia);
  add('amdgpu', amd);
  if (nvidia.kind === 'open') {
    covered.add('nvidia');
  }
  if (amd.kind === 'open') {
    covered.add('amd');
  }
  if (sources.systeminformation !== false && mayHaveOther(sources.sysfs)) {
    const { openSysteminformationSource } = await import('./system/systeminformation-source.ts');
    add('systeminformation', await openSysteminformationSource(covered));
  }
  return opened.length > 1 ? new AllSources(opened) : opened[0];
}

async function openNvidia({ sources, intervalMs, processId }: ProbeStart, takeNote: TakeNote): Promise<SourceOpening> {
  const reasons: string[] = [];
  if (sources.nvml !== false) {
    const candidates = nvmlCandidates(sources.nvml, process.env);
    const opening = await openNvmlSource({ candidates, intervalMs, processId: driverProcessId(processId), takeNote });
    if (opening.kind !== 'unavailable') {
      return opening;
    }
    reasons.push(opening.reason);
  }
  const path = findNvidiaSmi(sources.nvidiaSmi, process.env);
  if (path === undefined) {
    return { kind: 'empty', reason: [...reasons, 'there is no nvidia-smi'].join('; ') };
  }
  const { openNvidiaSmiSource } = await import('./nvidia-smi/nvidia-smi-source.ts');
  return openNvidiaSmiSource({ path, intervalMs, takeNote, now: () => performance.now() });
}

async function openAmd(sysfs: ProbeStart['sources']['sysfs']): Promise<SourceOpening> {
  if (sysfs === false || process.platform !== 'linux') {
    return { kind: 'empty', reason: 'its files are not looked for' };
  }
  const folder = sysfs ?? '/sys';
  if (!findDisplayCards(folder).some(({ pciVendor }) => pciVendor === PCI_VENDORS.amd)) {
    return { kind: 'empty', reason: `no card of AMD is in ${folder}` };
  }
  const { openAmdgpuSource } = await import('./amdgpu/amdgpu-source.ts');
  return openAmdgpuSource(folder);
}

/** On Linux the kernel knows whether there is a card that no better source tells of. */
function mayHaveOther(sysfs: ProbeStart['sources']['sysfs']): boolean {
  if (process.platform !== 'linux') {
    return true;
  }
  const better: ReadonlySet<string | undefined> = new Set([PCI_VENDORS.nvidia, PCI_VENDORS.amd]);
  const cards = sysfs === false ? [] : findDisplayCards(sysfs ?? '/sys');
  return cards.some((card) => isGpu(card) && !better.has(card.pciVendor));
}

class AllSources implements GpuSource {
  readonly #sources: readonly GpuSource[];

  constructor(sources: readonly GpuSource[]) {
    this.#sources = sources;
  }

  async sample(tick: SampleTick): Promise<readonly GpuDevice[]> {
    const answers = await Promise.all(this.#sources.map(async (source) => source.sample(tick)));
    // Each vendor counts from 0. Those of the first keep the bare index, which most machines have alone.
    return answers.flatMap((devices, position) =>
      position === 0 ? devices : devices.map((device) => ({ ...device, id: `${device.vendor}${device.id}` })),
    );
  }

  close(): void {
    for (const source of this.#sources) {
      source.close();
    }
  }
}
