// Which partition table a disk gets. In: its spec, what is on it, what is kept. Out: a kind, or why there is none.
import { formatBytes } from '../lib/bytes.ts';
import { describeDisk } from './disk-facts.ts';
import type { DiskFacts } from './disk-facts.ts';
import type { LayoutTable } from './layout.ts';
import type { OsFamily } from './os-families/os-family.ts';
import type { Pin } from './find-data.ts';
import type { DiskSpec } from './spec-types.ts';
import { tableKinds } from './tables/all.ts';
import type { TableKind } from './tables/table-kind.ts';

/**
 * The table of a disk: the one that is there where partitions are kept, else as asked, else the family's first. Where
 * the table that showed what is kept is lost, one in which it can stay.
 */
export function chooseTable(
  spec: DiskSpec,
  disk: DiskFacts,
  family: OsFamily,
  pins: readonly Pin[],
): TableKind | { problem: string } {
  const found = pins.length > 0 ? disk.table?.kind : undefined;
  if (found !== undefined && spec.table !== undefined && spec.table !== found) {
    return { problem: `${spec.name} keeps a data partition, so its table stays ${found}; ${spec.table} is asked for` };
  }
  const names = [found ?? spec.table ?? family.tables].flat();
  const kinds = names
    .flatMap((name) => family.tables.filter((each) => each === name || tableKinds.get(each)?.foundAs === name))
    .map((name) => tableKinds.get(name));
  const [first] = kinds;
  if (first === undefined) {
    const known = family.tables.join(', ');
    return { problem: `${family.name} has no partition tables of kind ${names.join(' or ')}; it has ${known}` };
  }
  const maxBytes = (first.maxSectors ?? Infinity) * disk.logicalSectorBytes;
  if (found === undefined && disk.sizeBytes > maxBytes) {
    const reach = `reach to ${formatBytes(maxBytes)}`;
    return { problem: `${first.name} tables ${reach}, and disk ${describeDisk(disk)} would lose the rest` };
  }
  if (!first.sectorBytes.includes(disk.logicalSectorBytes)) {
    const sizes = first.sectorBytes.join(', ');
    return { problem: `${first.name} tables are for sectors of ${sizes} bytes, not ${disk.logicalSectorBytes}` };
  }
  const roomy = kinds.find((kind) => {
    if (kind === undefined) return false;
    const range = kind.describe(disk, { uuid: '', ...sliceOf(family) });
    return pins.every((pin) => hasRoom(range, pin));
  });
  return roomy ?? { problem: `a ${first.name} table leaves no room for the data partition that ${spec.name} keeps` };
}

/** The DOS type of the slice that a family's disklabel lies in, where it has one. */
export function sliceOf({ sliceType }: OsFamily): { sliceType?: string } {
  return sliceType === undefined ? {} : { sliceType };
}

function hasRoom({ firstSector, lastSector }: LayoutTable, { partition }: Pin): boolean {
  return partition.startSector >= firstSector && partition.startSector + partition.sizeSectors - 1 <= lastSector;
}
