// A layout as text for people: `gutinteg plan`, `gutinteg partition plan` and the installer's console.
import { formatBytes } from '../lib/bytes.ts';
import { describeDisk } from './disk-facts.ts';
import { alignColumns, formatStacks } from './format-stacks.ts';
import type { Layout, LayoutDisk, LayoutPartition } from './layout.ts';
import { renderBar } from './render/layout-bar.ts';

/** Disks by serial, model and size; their partitions, old and new, with verdict, UUID and reason. Ends in a newline. */
export function formatLayout(layout: Layout): string {
  const losses = describeLosses(layout);
  const lines = [
    `Disk layout of machine ${layout.machineId} (${layout.family}, ${layout.firmware} firmware)`,
    `  from PARTITION: ${layout.spec}`,
    ...layout.disks.flatMap((disk) => ['', ...formatDisk(disk, layout.bootDisks.includes(disk.name))]),
    ...formatStacks(layout),
  ];
  if (layout.untouched.length > 0) {
    lines.push('', 'Not touched:', ...layout.untouched.map((disk) => `  ${describeDisk(disk)}: ${disk.why}`));
  }
  if (losses.length > 0) lines.push('', 'What would be lost:', ...losses.map((loss) => `  ${loss}`));
  if (layout.notes.length > 0) lines.push('', 'Notes:', ...layout.notes.map((note) => `  ${note}`));
  return `${lines.join('\n')}\n`;
}

/** Everything that holds data now and will not afterwards, each by its disk's serial number. */
export function describeLosses(layout: Layout): string[] {
  return layout.disks.flatMap(({ hardware, found, foundOnWholeDisk }) => {
    const disk = describeDisk(hardware);
    const whole = foundOnWholeDisk === undefined ? [] : [`the whole disk ${disk}: ${foundOnWholeDisk}`];
    const parts = found
      .filter(({ verdict, holdsData }) => verdict !== 'KEEP' && holdsData)
      .map(({ path, number, evidence }) => `${path ?? `partition ${number}`} on ${disk}: ${evidence}`);
    return [...whole, ...parts];
  });
}

function formatDisk(disk: LayoutDisk, isBootDisk: boolean): string[] {
  const { hardware, table } = disk;
  const id = table.kind === 'gpt' ? ` ${table.uuid}` : 'id' in table ? ` ${table.id}` : '';
  const lines = [
    `${disk.name}: ${describeDisk(hardware)}${isBootDisk ? ', boots from here' : ''}`,
    `  bound by: ${disk.boundBy}`,
    ...disk.inUse.map((use) => `  IN USE: ${use}`),
    '  On it now:',
    ...formatFound(disk).map((line) => `    ${line}`),
    `  To be: ${table.kind}${id}, sectors of ${hardware.logicalSectorBytes} bytes${disk.keepsTable ? '; the table is changed in place' : ''}`,
    ...renderBar(disk).map((line) => `    ${line}`),
    ...alignColumns([HEADINGS, ...disk.partitions.map((part) => partitionCells(part, disk))]).map(
      (line) => `    ${line}`,
    ),
  ];
  const added = disk.partitions.filter((partition) => partition.letter === undefined);
  return [...lines, ...added.map(({ number, name, why }) => `  Added: partition ${number} (${name}): ${why}`)];
}

function formatFound({ found, foundOnWholeDisk }: LayoutDisk): string[] {
  const whole = foundOnWholeDisk === undefined ? [] : [`DELETE  the whole disk: ${foundOnWholeDisk}`];
  const partitions = found.map(({ verdict, number, path, startSector, evidence }) => {
    const place = path ?? (number === 0 ? `sector ${startSector}` : `partition ${number}`);
    return `${verdict.padEnd(6)}  ${place}: ${evidence}`;
  });
  const all = [...whole, ...partitions];
  return all.length === 0 ? ['no partitions and no file system'] : all;
}

const HEADINGS = ['verdict', 'device', 'letter', 'start', 'size', 'holds', 'mount point', 'options', 'UUID'];

function partitionCells(partition: LayoutPartition, { hardware }: LayoutDisk): string[] {
  const { content, partOf } = partition;
  const sizeBytes = partition.sizeSectors * hardware.logicalSectorBytes;
  const part = partOf === undefined ? partition.name : `${partOf.kind} ${partOf.of}`;
  const data = content?.data === true ? ' data' : '';
  return [
    partition.verdict,
    partition.device,
    partition.letter ?? '-',
    String(partition.startSector),
    formatBytes(sizeBytes),
    content === undefined ? part : `${content.filesystem}${data}`,
    content?.mountPoint ?? '-',
    content?.options.join(',') ?? '-',
    content?.uuid ?? partOf?.uuid ?? partition.uuid ?? '-',
  ];
}
