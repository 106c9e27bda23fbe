// A layout as text for people: `gutinteg plan` and the installer's console.
import { formatBytes } from '../lib/bytes.ts';
import { describeDisk } from './disk-facts.ts';
import type { Layout, LayoutDisk, LayoutPartition } from './layout.ts';
import { partitionPath } from './linux-device-path.ts';

/** Disks by serial, model and size; their partitions, old and new, with verdict, UUID and reason. Ends in a newline. */
export function formatLayout(layout: Layout): string {
  const lines = [
    `Disk layout of machine ${layout.machineId} (${layout.family}, ${layout.firmware} firmware)`,
    `  from PARTITION: ${layout.spec}`,
    ...layout.disks.flatMap((disk) => ['', ...formatDisk(disk, disk.name === layout.bootDisk)]),
  ];
  if (layout.untouched.length > 0) {
    lines.push('', 'Not touched:', ...layout.untouched.map((disk) => `  ${describeDisk(disk)}: ${disk.why}`));
  }
  if (layout.notes.length > 0) lines.push('', 'Notes:', ...layout.notes.map((note) => `  ${note}`));
  return `${lines.join('\n')}\n`;
}

function formatDisk(disk: LayoutDisk, isBootDisk: boolean): string[] {
  const { hardware, table } = disk;
  const lines = [
    `${disk.name}: ${describeDisk(hardware)}${isBootDisk ? ', boots from here' : ''}`,
    `  bound by: ${disk.boundBy}`,
    ...disk.inUse.map((use) => `  IN USE: ${use}`),
    '  On it now:',
    ...formatFound(disk).map((line) => `    ${line}`),
    `  To be: ${table.kind} ${table.uuid}, sectors of ${hardware.logicalSectorBytes} bytes`,
    ...alignColumns([HEADINGS, ...disk.partitions.map((part) => partitionCells(part, disk))]).map(
      (line) => `    ${line}`,
    ),
  ];
  const added = disk.partitions.filter((partition) => partition.letter === undefined);
  return [...lines, ...added.map(({ number, name, why }) => `  Added: partition ${number} (${name}): ${why}`)];
}

function formatFound({ found, foundOnWholeDisk, hardware }: LayoutDisk): string[] {
  const whole = foundOnWholeDisk === undefined ? [] : [`DELETE  the whole disk: ${foundOnWholeDisk}`];
  const partitions = found.map(
    ({ verdict, number, path, evidence }) => `${verdict}  ${path ?? partitionPath(hardware.path, number)}: ${evidence}`,
  );
  const all = [...whole, ...partitions];
  return all.length === 0 ? ['no partitions and no file system'] : all;
}

const HEADINGS = ['verdict', 'device', 'letter', 'start', 'size', 'holds', 'mount point', 'options', 'UUID'];

function partitionCells(partition: LayoutPartition, { hardware }: LayoutDisk): string[] {
  const { content } = partition;
  const sizeBytes = partition.sizeSectors * hardware.logicalSectorBytes;
  const holds = content?.filesystem ?? partition.name;
  return [
    partition.verdict,
    partitionPath(hardware.path, partition.number),
    partition.letter ?? '-',
    String(partition.startSector),
    formatBytes(sizeBytes),
    holds,
    content?.mountPoint ?? '-',
    content?.options.join(',') ?? '-',
    content?.uuid ?? partition.uuid,
  ];
}

function alignColumns(rows: readonly (readonly string[])[]): string[] {
  const widths = HEADINGS.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}
