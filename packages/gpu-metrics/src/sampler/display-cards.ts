import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A card of the kernel's direct rendering manager. */
export interface DisplayCard {
  /** Its name, `card0`. */
  readonly name: string;
  /** Its folder under sysfs. */
  readonly path: string;
  /** Vendor of the PCI device, `0x1002`; undefined where the card is no PCI device. */
  readonly pciVendor: string | undefined;
}

/** PCI vendor numbers, as sysfs writes them. */
export const PCI_VENDORS = { nvidia: '0x10de', amd: '0x1002', intel: '0x8086' } as const;

/**
 * Makers of what is only there to show a console: ASPEED and Matrox in the management controllers of servers, and the
 * displays of QEMU, virtio, VMware, VirtualBox, Hyper-V and Cirrus.
 */
const CONSOLE_VENDORS: ReadonlySet<string> = new Set([
  '0x1a03',
  '0x102b',
  '0x1234',
  '0x1b36',
  '0x1af4',
  '0x15ad',
  '0x80ee',
  '0x1414',
  '0x1013',
]);

/** Whether a card can do more than show a console. */
export function isGpu(card: DisplayCard): boolean {
  return card.pciVendor !== undefined && !CONSOLE_VENDORS.has(card.pciVendor);
}

/** The cards under `sysfs`, in the order of their numbers; none where there is no such folder. */
export function findDisplayCards(sysfs: string): DisplayCard[] {
  const folder = join(sysfs, 'class/drm');
  let names: string[];
  try {
    names = readdirSync(folder);
  } catch {
    return [];
  }
  return names
    .filter((name) => /^card\d+$/.test(name))
    .sort((one, other) => Number(one.slice(4)) - Number(other.slice(4)))
    .map((name) => ({ name, path: join(folder, name), pciVendor: readVendor(join(folder, name, 'device/vendor')) }));
}

function readVendor(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8').trim().toLowerCase();
  } catch {
    return undefined;
  }
}
