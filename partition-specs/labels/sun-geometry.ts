import type { SunGeometry } from './sun-label.ts';

const PC_GEOMETRY = { heads: 255, sectorsPerTrack: 63 };
const ALTERNATES = 2;
const MAX_CYLINDERS = 0xffff;
const MAX_SECTORS = 2 ** 31 - 1;

/**
 * A geometry for a disk of so many sectors of 512 bytes: as given, else 255 heads and 63 sectors, the cylinder of specs; on larger
 * disks a cylinder is as many of those as it takes to number all in 16 bits. The last two cylinders are the alternates.
 * Undefined when the disk is over 1 TiB, which the label cannot describe, or has no cylinder left for data.
 */
export function planSunGeometry(
  diskSectors: number,
  { heads, sectorsPerTrack }: { readonly heads: number; readonly sectorsPerTrack: number } = PC_GEOMETRY,
): SunGeometry | undefined {
  const unit = heads * sectorsPerTrack;
  const units = Math.floor(diskSectors / unit);
  if (diskSectors > MAX_SECTORS) return undefined;
  const multiple = Math.max(1, Math.ceil(units / MAX_CYLINDERS));
  const cylinders = Math.floor(units / multiple) - ALTERNATES;
  if (cylinders < 1) return undefined;
  return { heads, sectors: sectorsPerTrack * multiple, cylinders, alternates: ALTERNATES };
}
