// The partition table of one disk, as Linux writes it. In: a disk of the layout. Out: operations in order.
import { MiB } from '../../lib/bytes.ts';
import type { LayoutDisk } from '../layout.ts';
import { partitionPath } from '../linux-device-path.ts';
import { overlap } from '../sector-extent.ts';
import type { DiskOperation, DiskRef } from './disk-operation.ts';
import { renderSfdiskScript } from './sfdisk-script.ts';

/** Path and serial number, for messages and for checks that this is still the disk that was meant. */
export function refTo({ hardware: { path, serial } }: LayoutDisk): DiskRef {
  return serial === undefined ? { path } : { path, serial };
}

/**
 * Wipes what goes, writes the table, makes the kernel see it. Where a partition is kept, the old table stays in force
 * until the new one replaces it in one write, and sfdisk wipes nothing: it would take what is kept for new.
 */
export function tableOperations(layoutDisk: LayoutDisk): DiskOperation[] {
  const disk = refTo(layoutDisk);
  const nr = numberRange(layoutDisk);
  const never = layoutDisk.keepsTable;
  const reread = (what: string, why: string): DiskOperation => {
    return { kind: 'reread', disk, argv: ['partx', what, '--nr', nr, disk.path], why, destroys: false };
  };
  // It finds nothing where sfdisk took a boot sector, or a table of another system, for one of its own.
  const rereadOld = (what: string, why: string): DiskOperation => ({ ...reread(what, why), nothingToDo: [1] });
  const hidden = layoutDisk.found.some(
    ({ verdict, path, number }) => verdict !== 'KEEP' && path === undefined && number > 0,
  );
  return [
    ...(hidden
      ? [rereadOld('--update', 'the kernel must show partitions that it has no parser for, to wipe them')]
      : []),
    ...wipeOld(layoutDisk),
    ...(never ? [] : [wipeDisk(disk), ...zeroEnds(layoutDisk)]),
    rereadOld(
      '--delete',
      'the kernel must forget the old partitions, or one that overlaps a new one stands in its way',
    ),
    {
      kind: 'partition',
      disk,
      argv: [
        'sfdisk',
        '--wipe',
        never ? 'never' : 'always',
        '--wipe-partitions',
        never ? 'never' : 'always',
        disk.path,
      ],
      stdin: renderSfdiskScript(layoutDisk),
      why: `${layoutDisk.name} is this disk: ${layoutDisk.boundBy}; ${never ? 'nothing is wiped, as partitions are kept' : 'signatures left where partitions begin are wiped, too'}`,
      destroys: true,
    },
    reread('--update', 'the kernel must show the new partitions, even where it has no parser for the table'),
  ];
}

/**
 * Highest number first: logical partitions before the extended one that holds them, which has nothing to wipe. Nor is
 * anything wiped through a partition that shares sectors with one that is kept: of a damaged table, or of a place that
 * only the server's record knows.
 */
function wipeOld({ found, hardware, keepsTable, ...rest }: LayoutDisk): DiskOperation[] {
  const disk = refTo({ found, hardware, keepsTable, ...rest });
  return found
    .filter((old) => {
      const { verdict, number, evidence } = old;
      if (found.some((kept) => kept.verdict === 'KEEP' && overlap(kept, old))) return false;
      return verdict !== 'KEEP' && number > 0 && !(keepsTable && evidence.startsWith('extended partition'));
    })
    .toSorted((left, right) => right.number - left.number)
    .map((old): DiskOperation => {
      const device = old.path ?? partitionPath(hardware.path, old.number);
      const why = `partition ${old.number} goes (${old.evidence}); its signature must not come back to life`;
      return { kind: 'wipe', disk, argv: ['wipefs', '--all', device], why, destroys: true, onlyIfThere: device };
    });
}

function wipeDisk(disk: DiskRef): DiskOperation {
  return {
    kind: 'wipe',
    disk,
    argv: ['wipefs', '--all', disk.path],
    why: 'the old partition table, both copies, and any signature of the whole disk',
    destroys: true,
  };
}

/** What no tool knows must not come back to life either: marks of a firmware's array, tables of other systems. */
function zeroEnds(layoutDisk: LayoutDisk): DiskOperation[] {
  const disk = refTo(layoutDisk);
  const { sizeBytes, logicalSectorBytes } = layoutDisk.hardware;
  const end = Math.floor(sizeBytes / logicalSectorBytes) * logicalSectorBytes;
  return [0, end - MiB].map((offsetBytes): DiskOperation => {
    const extent = ['--offset', String(offsetBytes), '--length', String(MiB)];
    const why = `the ${offsetBytes === 0 ? 'first' : 'last'} MiB, where marks lie that no tool knows`;
    return { kind: 'wipe', disk, argv: ['blkdiscard', '--zeroout', ...extent, disk.path], why, destroys: true };
  });
}

/** For partx, which without a range stops at the count of partitions and would miss number 128. */
function numberRange({ partitions, found }: LayoutDisk): string {
  return `1:${Math.max(...[...partitions, ...found].map((partition) => partition.number))}`;
}
