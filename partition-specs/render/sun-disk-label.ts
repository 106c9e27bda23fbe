// The Sun label of a planned disk. In: the layout's disk. Out: its bytes. Never: decides anything.
import type { ByteRange } from '../labels/byte-range.ts';
import { renderSunLabel, sunFlags } from '../labels/sun-label.ts';
import type { SunGeometry } from '../labels/sun-label.ts';
import type { LayoutDisk } from '../layout.ts';

const ALTERNATES = 2;

/** @throws Error when the disk has another table */
export function geometryOf({ name, table }: LayoutDisk): SunGeometry {
  if (table.kind !== 'sun') throw new Error(`${name} has a ${table.kind} table`);
  return { heads: table.heads, sectors: table.sectorsPerTrack, cylinders: table.cylinders, alternates: ALTERNATES };
}

/** Slice 2 is the label's own; swap is marked as what nobody mounts. */
export function renderSunDiskLabel(disk: LayoutDisk): ByteRange[] {
  const slices = disk.partitions
    .filter(({ role }) => role !== 'whole')
    .map(({ number, startSector, sizeSectors, type, content }) => {
      const flags = content?.filesystem === 'swap' ? sunFlags.unmountable : 0;
      return { number, startSector, sizeSectors, tag: Number.parseInt(type, 16), flags };
    });
  return renderSunLabel({ geometry: geometryOf(disk), slices, name: 'gutinteg' });
}
