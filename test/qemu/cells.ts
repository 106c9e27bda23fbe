// The matrix of machines that installations are tried on, and a choice among them. In: words. Out: cells. Never: I/O.
import { UserError } from '../../lib/errors.ts';
import { defaultHardware } from '../../lib/virtual-hardware.ts';
import type { HardwareKind } from '../../lib/virtual-hardware.ts';

export type Cell = { readonly hardware: HardwareKind };

const cell = (hardware: Partial<HardwareKind>): Cell => ({ hardware: { ...defaultHardware, ...hardware } });

export const cells: readonly Cell[] = [
  cell({ bus: 'virtio', nic: 'virtio' }),
  cell({ bus: 'sata', nic: 'virtio' }),
  cell({ bus: 'nvme', nic: 'virtio' }),
  cell({ bus: 'virtio', nic: 'e1000' }),
  cell({ bus: 'sata', nic: 'e1000' }),
  cell({ bus: 'nvme', nic: 'rtl8139' }),
  cell({ firmware: 'uefi', bus: 'virtio', nic: 'virtio' }),
  cell({ firmware: 'uefi', bus: 'sata', nic: 'e1000' }),
  cell({ firmware: 'uefi', bus: 'nvme', media: 'http' }),
  cell({ firmware: 'secure', bus: 'virtio', nic: 'virtio' }),
  cell({ firmware: 'secure', bus: 'nvme', nic: 'virtio' }),
  cell({ firmware: 'secure', bus: 'sata', media: 'http' }),
  // Never in `npm test`: its system is built for it alone, by an emulated processor.
  cell({ architecture: 'arm64', firmware: 'uefi' }),
];

/** `bios-amd64-sata-e1000-network`. */
export function nameOfCell(cell: Cell): string {
  return wordsOf(cell).join('-');
}

/** What names a cell, in the order of the page's columns. */
export function wordsOf({ hardware: { firmware, architecture, bus, nic, media } }: Cell): string[] {
  return [firmware, architecture, bus, nic, media];
}

/**
 * Those that have every word as often as it is given: `virtio virtio` is a disk and a card. All without words.
 * @throws UserError when there is no such cell
 */
export function chooseCells(words: readonly string[]): readonly Cell[] {
  const chosen = cells.filter((each) => words.every((word) => count(wordsOf(each), word) >= count(words, word)));
  if (chosen.length > 0) return chosen;
  const known = [...new Set(cells.flatMap(wordsOf))].join(', ');
  throw new UserError(`no machine of the matrix has all of: ${words.join(' ')}`, {
    exitCode: 2,
    hint: `npm run test:machines -- secure nvme; words are ${known}`,
  });
}

function count(words: readonly string[], word: string): number {
  return words.filter((each) => each === word).length;
}
