// What is on a disk as a whole, and whether the table that sfdisk sees is one: sfdisk takes any first sector that ends
// in 55AA for a DOS table, such as that of FAT, of NTFS, or of GRUB in front of a btrfs.
// In: what sfdisk, blkid and wipefs found, the first sector. Out: the table with the partitions that are real, and what
// else was named. Never: I/O; drops what one of the tools names.
import type { BlkidFound } from './blkid-output.ts';
import type { ForeignSignature } from './disk-facts.ts';
import { readDosEntries } from './labels/dos-entries.ts';
import type { SfdiskTable } from './sfdisk-json.ts';
import { protectiveType } from './tables/dos.ts';
import { parseWipefs } from './wipefs-output.ts';
import type { WipefsSignature } from './wipefs-output.ts';

type WholeDisk = {
  readonly table: SfdiskTable | undefined;
  /** What nobody can list: tables of other systems, members of arrays behind a table, a second table. */
  readonly signatures: ForeignSignature[];
};

type Seen = {
  readonly path: string;
  readonly table: SfdiskTable | undefined;
  readonly blkid: BlkidFound;
  /** Absent where nobody asked: then the table is taken for one. */
  readonly wipefs: string | undefined;
  readonly firstSector: string | undefined;
};

/** @throws UserError when the output is not what wipefs prints */
export function readWholeDisk({ path, table, blkid, wipefs, firstSector }: Seen): WholeDisk {
  const listed = wipefs === undefined ? [] : parseWipefs(wipefs, path);
  const named = [...listed.map(({ type }) => type), ...(blkid.PTTYPE === undefined ? [] : [blkid.PTTYPE])];
  const real = wipefs === undefined ? table : realTable(table, { named, hasContent: blkid.TYPE !== undefined });
  const explained = new Set([blkid.TYPE, ...namesOf(real), ...(isOnlyMark(table, real, named) ? ['dos'] : [])]);
  const others = named.filter((type) => !explained.has(type));
  return {
    table: real,
    signatures: [
      ...[...new Set(others)].map((type) => signatureOf(type, listed)),
      ...(hidesPartitions(real, firstSector) ? [{ type: 'hybrid MBR', offsetBytes: 0 }] : []),
    ],
  };
}

/**
 * A protective entry covers a GPT that sfdisk cannot read. An MBR that no tool names but sfdisk is boot code; so is one
 * without a partition in front of a file system.
 */
function realTable(
  table: SfdiskTable | undefined,
  { named, hasContent }: { readonly named: readonly string[]; readonly hasContent: boolean },
): SfdiskTable | undefined {
  if (table?.label !== 'dos') return table;
  if (!named.includes('dos') && !named.includes('PMBR')) return undefined;
  const partitions = table.partitions.filter(({ type }) => type !== protectiveType);
  const isEmpty = partitions.length === 0 && (hasContent || partitions.length < table.partitions.length);
  return isEmpty ? undefined : { ...table, partitions };
}

/** What the tools call the parts of a table. */
function namesOf(table: SfdiskTable | undefined): readonly string[] {
  if (table === undefined) return [];
  return table.label === 'gpt' ? ['gpt', 'PMBR'] : [table.label];
}

/** 55AA at the end of a boot sector, and no entry. */
function isOnlyMark(table: SfdiskTable | undefined, real: SfdiskTable | undefined, named: readonly string[]): boolean {
  return real === undefined && table?.partitions.length === 0 && named.includes('dos');
}

function signatureOf(type: string, listed: readonly WipefsSignature[]): ForeignSignature {
  const found = listed.find((each) => each.type === type);
  return {
    type,
    ...(found === undefined ? {} : { offsetBytes: found.offset }),
    ...(typeof found?.uuid === 'string' ? { uuid: found.uuid } : {}),
    ...(typeof found?.label === 'string' ? { label: found.label } : {}),
  };
}

/** An MBR in front of a GPT with partitions of its own, which the GPT does not have. */
function hidesPartitions(table: SfdiskTable | undefined, firstSector: string | undefined): boolean {
  if (table?.label !== 'gpt' || firstSector === undefined) return false;
  return readDosEntries(Buffer.from(firstSector, 'latin1')).some(
    ({ type, startSector, sizeSectors }) =>
      type !== protectiveType &&
      !table.partitions.some(({ start, size }) => start === startSector && size === sizeSectors),
  );
}
