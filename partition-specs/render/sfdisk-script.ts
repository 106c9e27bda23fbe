import type { LayoutDisk, LayoutPartition } from '../layout.ts';

/**
 * The script that makes sfdisk write the table of one disk: `1: start=4096, size=…, type=…, uuid=…, name="…"`.
 * Nothing is left for sfdisk to choose. `first-lba` is where our first partition begins.
 * @see sfdisk(8), INPUT FORMATS, "Named-fields format"
 */
export function renderSfdiskScript(disk: LayoutDisk): string {
  const first = Math.min(...disk.partitions.map((partition) => partition.startSector));
  const header = [
    `label: ${disk.table.kind}`,
    `label-id: ${disk.table.uuid}`,
    'unit: sectors',
    `first-lba: ${first}`,
    `last-lba: ${disk.table.lastSector}`,
  ];
  return `${[...header, '', ...disk.partitions.map(renderLine)].join('\n')}\n`;
}

function renderLine({ number, startSector, sizeSectors, type, uuid, name }: LayoutPartition): string {
  return `${number}: start=${startSector}, size=${sizeSectors}, type=${type}, uuid=${uuid}, name="${name}"`;
}
