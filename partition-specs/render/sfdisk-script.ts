import type { LayoutDisk, LayoutPartition } from '../layout.ts';

/**
 * The script that makes sfdisk write the table of one disk: `1: start=4096, size=…, type=…, uuid=…, name="…"`.
 * Nothing is left for sfdisk to choose. `first-lba` is where our first partition begins.
 * @see sfdisk(8), INPUT FORMATS, "Named-fields format"
 */
export function renderSfdiskScript(disk: LayoutDisk): string {
  const { table } = disk;
  const first = Math.min(...disk.partitions.map((partition) => partition.startSector));
  const header = [
    `label: ${table.kind}`,
    `label-id: ${table.kind === 'gpt' ? table.uuid : 'id' in table ? table.id : ''}`,
    'unit: sectors',
    ...(table.kind === 'gpt' ? [`first-lba: ${first}`, `last-lba: ${table.lastSector}`] : []),
  ];
  const line = table.kind === 'gpt' ? gptLine : dosLine;
  // Logical partitions are numbered as they come, and their frame must be there before them.
  const partitions =
    table.kind === 'gpt' ? disk.partitions : disk.partitions.toSorted((left, right) => left.number - right.number);
  return `${[...header, '', ...partitions.map(line)].join('\n')}\n`;
}

function gptLine({ number, startSector, sizeSectors, type, uuid, name, attrs }: LayoutPartition): string {
  const own = attrs === undefined ? '' : `, attrs="${quoted(attrs)}"`;
  return `${number}: start=${startSector}, size=${sizeSectors}, type=${type}, uuid=${uuid}, name="${quoted(name)}"${own}`;
}

/** A partition that is kept may have any name; sfdisk reads bytes as `\\x22`, as it prints them in a dump. */
function quoted(name: string): string {
  // oxlint-disable-next-line no-control-regex -- they are what is quoted
  return name.replaceAll(/[\0-\x1f"\\`$\x7f]/g, (sign) => `\\x${sign.charCodeAt(0).toString(16).padStart(2, '0')}`);
}

function dosLine({ number, startSector, sizeSectors, type, bootable }: LayoutPartition): string {
  const flag = bootable === true ? ', bootable' : '';
  return `${number}: start=${startSector}, size=${sizeSectors}, type=${type}${flag}`;
}
