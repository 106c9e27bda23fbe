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
  const named = disk.table.kind === 'gpt';
  const planned = new Set<number | undefined>(disk.partitions.map((partition) => partition.number));
  return [
    ...differ('the table', 'kind', disk.table.kind, table.label),
    ...differ('the table', 'id', idOf(disk), table.id?.toLowerCase()),
    ...differ('the table', 'sector size', logicalSectorBytes, table.sectorsize),
    ...disk.partitions.flatMap((partition) => differences(partition, read.get(partition.number), named)),
    ...table.partitions
      .filter((found) => !planned.has(partitionNumber(path, found.node)))
      .map((found) => `${path}: ${found.node} is there and was not planned`),
  ].map((difference) => (difference.startsWith(path) ? difference : `${path}: ${difference}`));
}

function differences(planned: LayoutPartition, found: SfdiskPartition | undefined, named: boolean): string[] {
  const what = `partition ${planned.number}`;
  if (found === undefined) return [`${what} (${planned.name}) is missing`];
  return [
    ...differ(what, 'start sector', planned.startSector, found.start),
    ...differ(what, 'size in sectors', planned.sizeSectors, found.size),
    ...differ(what, 'type', planned.type, found.type.toLowerCase()),
    ...(named ? differ(what, 'UUID', planned.uuid, found.uuid?.toLowerCase()) : []),
    ...(named ? [] : differ(what, 'active mark', planned.bootable ?? false, found.bootable ?? false)),
    ...(named ? differ(what, 'name', planned.name, found.name ?? '') : []),
    ...(named ? differ(what, 'attributes', planned.attrs, found.attrs) : []),
  ];
}

/** UUID of a GPT, 32 bits of a DOS table. */
function idOf({ table }: LayoutDisk): string | undefined {
  if (table.kind === 'gpt') return table.uuid;
  return 'id' in table ? table.id : undefined;
}

type Value = string | number | boolean | undefined;

function differ(what: string, field: string, planned: Value, found: Value): string[] {
  return planned === found ? [] : [`${field} of ${what}: planned ${planned ?? 'none'}, found ${found ?? 'none'}`];
}
