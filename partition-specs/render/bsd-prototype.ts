// The text form of a disklabel, which `disklabel -R` of OpenBSD and NetBSD reads. In: the same data as the writer of
// the label gets. Out: text. Never: leaves a slot out, because one that the old label had would remain.
import { bsdFsTypes } from '../labels/bsd-label.ts';
import { letterOfSlot } from '../os-families/letters.ts';
import type { BsdLabel } from '../labels/bsd-label.ts';

const typeNames: Readonly<Record<number, string>> = {
  [bsdFsTypes.unused]: 'unused',
  [bsdFsTypes.swap]: 'swap',
  [bsdFsTypes.ffs]: '4.2BSD',
  [bsdFsTypes.msdos]: 'MSDOS',
};

/** Lines that only one of the systems has, and what follows a type. */
type PrototypeDialect = {
  readonly lines: (label: BsdLabel) => readonly string[];
  readonly afterType: Readonly<Record<number, string>>;
};

/** @see disklabel(8) of OpenBSD; it keeps the size of the disk and the bounds for itself */
export const openbsdPrototype: PrototypeDialect = {
  lines: ({ uid }) => (uid === undefined ? [] : [`duid: ${Buffer.from(uid).toString('hex')}`]),
  afterType: { [bsdFsTypes.ffs]: ' 2048 16384 1' },
};

/** @see disklabel(8) of NetBSD */
export const netbsdPrototype: PrototypeDialect = {
  lines: () => ['rpm: 3600', 'interleave: 1', 'trackskew: 0', 'cylinderskew: 0'],
  afterType: { [bsdFsTypes.ffs]: ' 2048 16384 0', [bsdFsTypes.unused]: ' 0 0' },
};

/** One line for each slot, `a` first; whole-slice and whole-disk letters included. */
export function renderPrototype(dialect: PrototypeDialect, label: BsdLabel): string {
  const { disk, flavour, name } = label;
  const cylinderSectors = disk.heads * disk.sectors;
  const head = [
    'type: unknown',
    'disk: gutinteg',
    `label: ${name}`,
    ...dialect.lines(label),
    'flags:',
    'bytes/sector: 512',
    `sectors/track: ${disk.sectors}`,
    `tracks/cylinder: ${disk.heads}`,
    `sectors/cylinder: ${cylinderSectors}`,
    `cylinders: ${Math.floor(disk.diskSectors / cylinderSectors)}`,
    `total sectors: ${disk.diskSectors}`,
  ];
  const letters = Array.from({ length: flavour.slots }, (_, index) => letterOfSlot(index + 1));
  const lines = letters.map((letter) => renderSlot(dialect, label, letter));
  return `${[...head, '', `${flavour.slots} partitions:`, '# size offset fstype [fsize bsize cpg]', ...lines].join('\n')}\n`;
}

function renderSlot({ afterType }: PrototypeDialect, { disk, flavour, partitions }: BsdLabel, letter: string): string {
  const whole = { disk: { startSector: 0, sizeSectors: disk.diskSectors }, slice: disk.slice };
  const reserved = flavour.reserved[letter];
  const none = reserved === undefined ? { startSector: 0, sizeSectors: 0 } : whole[reserved];
  const asked = partitions.find((partition) => partition.letter === letter);
  const { startSector, sizeSectors, fsType } = asked ?? { ...none, fsType: bsdFsTypes.unused };
  const type = typeNames[fsType];
  if (type === undefined) throw new Error(`no name for file system type ${fsType}`);
  return ` ${letter}: ${sizeSectors} ${startSector} ${type}${afterType[fsType] ?? ''}`;
}
