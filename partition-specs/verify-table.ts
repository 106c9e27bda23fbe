// After writing: is the table on the disk the planned one? In: one disk of the layout and sfdisk's JSON. Out: differences.
import type { LayoutDisk, LayoutPartition } from './layout.ts';
import { partitionNumber } from './linux-device-path.ts';
import { parseSfdisk } from './sfdisk-json.ts';
import type { SfdiskPartition } from './sfdisk-json.ts';

/**
 * Compares a planned table with the output of `sfdisk --json` for that disk.
 * @returns one sentence for each difference; empty when everything is as planned
 * @throws UserError when the text is not sfdisk's JSON
 */
export function verifyTable(disk: LayoutDisk, sfdiskJson: string): string[] {
  const { path, logicalSectorBytes } = disk.hardware;
  const table = parseSfdisk(sfdiskJson, path);
  const read = new Map(table.partitions.map((found) => [partitionNumber(path, found.node), found]));
  const planned = new Set<number | undefined>(disk.partitions.map((partition) => partition.number));
  return [
    ...differ('the table', 'kind', disk.table.kind, table.label),
    ...differ('the table', 'UUID', disk.table.uuid, table.id?.toLowerCase()),
    ...differ('the table', 'sector size', logicalSectorBytes, table.sectorsize),
    ...disk.partitions.flatMap((partition) => differences(partition, read.get(partition.number))),
    ...table.partitions
      .filter((found) => !planned.has(partitionNumber(path, found.node)))
      .map((found) => `${path}: ${found.node} is there and was not planned`),
  ].map((difference) => (difference.startsWith(path) ? difference : `${path}: ${difference}`));
}

function differences(planned: LayoutPartition, found: SfdiskPartition | undefined): string[] {
  const what = `partition ${planned.number}`;
  if (found === undefined) return [`${what} (${planned.name}) is missing`];
  return [
    ...differ(what, 'start sector', planned.startSector, found.start),
    ...differ(what, 'size in sectors', planned.sizeSectors, found.size),
    ...differ(what, 'type', planned.type, found.type.toLowerCase()),
    ...differ(what, 'UUID', planned.uuid, found.uuid?.toLowerCase()),
    ...differ(what, 'name', planned.name, found.name),
  ];
}

function differ(what: string, field: string, planned: string | number, found: string | number | undefined): string[] {
  return planned === found ? [] : [`${field} of ${what}: planned ${planned}, found ${found ?? 'none'}`];
}
