// A disk drawn as a bar: what is where, and how large it is compared with the rest.
import { formatBytes } from '../../lib/bytes.ts';
import type { LayoutDisk } from '../layout.ts';

const WIDTH = 96;
/** Less than this share of the disk is not drawn as free. */
const LEAST_FREE = 0.005;

type Segment = { readonly text: string; readonly sectors: number; readonly free: boolean };

/** `|bios-boot|a /  20.0 GiB      |h /home  400 GiB  KEPT      |............|`, widths in proportion to the size. */
export function renderBar(disk: LayoutDisk): string[] {
  const segments = segmentsOf(disk);
  const total = segments.reduce((sum, { sectors }) => sum + sectors, 0);
  const least = segments.map(({ text, free }) => (free ? 1 : Math.min(text.length, 9)));
  const spare = Math.max(0, WIDTH - least.reduce((sum, width) => sum + width, 0) - segments.length - 1);
  const bar = segments.map(({ text, sectors, free }, index) => {
    const width = (least[index] ?? 1) + Math.floor((spare * sectors) / total);
    return free ? '.'.repeat(width) : text.slice(0, width).padEnd(width);
  });
  return [`|${bar.join('|')}|`];
}

function segmentsOf({ partitions, table, hardware }: LayoutDisk): Segment[] {
  const segments: Segment[] = [];
  let next = table.firstSector;
  const total = table.lastSector - table.firstSector + 1;
  const gapTo = (sector: number): void => {
    if (sector - next > total * LEAST_FREE) segments.push({ text: '', sectors: sector - next, free: true });
  };
  for (const partition of partitions) {
    if (partition.role === 'extended' || partition.role === 'whole') continue;
    const { letter, name, content, partOf, startSector, sizeSectors, verdict } = partition;
    gapTo(startSector);
    const holds = content?.mountPoint ?? content?.filesystem ?? partOf?.of ?? '';
    const size = formatBytes(sizeSectors * hardware.logicalSectorBytes);
    const text = letter === undefined ? name : `${letter} ${holds} ${size}${verdict === 'KEEP' ? ' KEPT' : ''}`;
    segments.push({ text, sectors: sizeSectors, free: false });
    next = startSector + sizeSectors;
  }
  gapTo(table.lastSector + 1);
  return segments;
}
