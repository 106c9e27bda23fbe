// The disk steps of an installation around the operations that a layout renders to. In: layout, rendered plan, facts.
// Out: steps in order: make sure, save, take down, write, read back. Never: I/O.
import type { Fault } from '../../lib/errors.ts';
import type { MachineFacts } from '../../partition-specs/disk-facts.ts';
import { filesystemOf } from '../../partition-specs/filesystems/all.ts';
import { filledPlaces } from '../../partition-specs/layout.ts';
import type { Holds, Layout, LayoutDisk, LayoutPartition } from '../../partition-specs/layout.ts';
import { planLayoutTeardown } from '../../partition-specs/plan-teardown.ts';
import type { LinuxDiskPlan } from '../../partition-specs/render/linux.ts';
import type { InstallStep } from './install-step.ts';
import type { KeptExtent } from '../look/disk-places.ts';

/** Every step up to mounted file systems; `faults` are what runs on the disks and must not be taken down. */
export function planDiskSteps(
  layout: Layout,
  disks: LinuxDiskPlan,
  facts: MachineFacts,
): { steps: InstallStep[]; faults: Fault[] } {
  const paths = layout.disks.map(({ hardware }) => hardware.path);
  const kept = keptExtents(layout);
  const teardown = planLayoutTeardown(layout, facts);
  const digest = (when: 'before' | 'after', why: string): InstallStep[] =>
    kept.length === 0
      ? []
      : [{ phase: when === 'before' ? 'save' : 'verify', kind: 'digest-data', when, extents: kept, why }];
  const steps: InstallStep[] = [
    { phase: 'confirm', kind: 'confirm-facts', why: 'the disks must still be those that the plan was made from' },
    ...newDataExtents(layout).map(({ name, disk, startBytes, sizeBytes }): InstallStep => {
      const why = `${name} is made for the first time: nothing may lie there`;
      const isKnownEmpty = layout.disks.some(
        ({ hardware, knownEmpty }) => hardware.path === disk && knownEmpty === true,
      );
      return { phase: 'confirm', kind: 'expect-blank', disk, startBytes, sizeBytes, mustBeZero: !isKnownEmpty, why };
    }),
    {
      phase: 'save',
      kind: 'save-disks',
      disks: paths,
      why: 'save the old tables on the server before anything is written',
    },
    ...teardown.operations.map(({ argv, why }): InstallStep => {
      return { phase: 'teardown', kind: 'command', argv, destroys: false, why };
    }),
    ...insideSteps(layout),
    ...digest('before', 'digests of the data partitions, to compare with afterwards'),
    ...operations(disks, 'partition', (kind) => TABLE_KINDS.has(kind)),
    ...paths.flatMap((disk): InstallStep[] => [
      { phase: 'partition', kind: 'verify-table', disk, why: 'read the table back and compare it' },
      { phase: 'partition', kind: 'verify-kernel', disk, why: 'the kernel must see the same partitions' },
    ]),
    ...operations(disks, 'format', (kind) => !TABLE_KINDS.has(kind)),
    ...verifySteps(layout),
    ...digest('after', 'the data partitions must be as they were'),
  ];
  return { steps, faults: teardown.faults };
}

const TABLE_KINDS: ReadonlySet<string> = new Set(['wipe', 'partition', 'reread']);

function operations(
  disks: LinuxDiskPlan,
  phase: 'partition' | 'format',
  wanted: (kind: string) => boolean,
): InstallStep[] {
  return disks.operations
    .filter(({ kind }) => wanted(kind))
    .map(({ kind: _kind, disk: _disk, ...command }): InstallStep => ({ phase, kind: 'command', ...command }));
}

/** What a kept file system must have inside, by the name that its partition has before the first write. */
function insideSteps(layout: Layout): InstallStep[] {
  return layout.disks.flatMap(({ partitions, found }) =>
    partitions.flatMap(({ content, verdict, startSector, why }): InstallStep[] => {
      const path = found.find((each) => each.verdict === 'KEEP' && each.startSector === startSector)?.path;
      if (verdict !== 'KEEP' || content === undefined || path === undefined) return [];
      const argvs = filesystemOf(content.filesystem).expectInside?.(path, content.options) ?? [];
      return argvs.map((argv) => ({
        phase: 'save',
        kind: 'command',
        argv,
        destroys: false,
        why: `${why}: what its mount options name must be there`,
      }));
    }),
  );
}

/** Superblocks and UUIDs as blkid reads them, then what each file system's own checker says. */
function verifySteps(layout: Layout): InstallStep[] {
  const parts: Holds[] = [...layout.disks.flatMap(({ partitions }) => partitions), ...layout.arrays];
  return [
    ...parts.flatMap(({ device, partOf }) =>
      partOf === undefined ? [] : [contentStep(device, PART_TYPES[partOf.kind], partOf.uuid)],
    ),
    ...filledPlaces(layout).flatMap(({ content, device, kept, why }): InstallStep[] => {
      const kind = filesystemOf(content.filesystem);
      const check = kept ? undefined : kind.check?.(device);
      const read = contentStep(device, kind.blkidType, content.uuid);
      if (check === undefined) return [read];
      return [read, { phase: 'verify', kind: 'command', ...check, destroys: false, why: `${why}: checked` }];
    }),
  ];
}

/** What blkid calls the parts of arrays and groups. */
const PART_TYPES = { raid1: 'linux_raid_member', lvm: 'LVM2_member' } as const;

function contentStep(device: string, type: string, uuid: string): InstallStep {
  return { phase: 'verify', kind: 'verify-content', device, type, uuid, why: `${device} holds ${type} ${uuid}` };
}

/** The data partitions that stay, with the names that the server knows them by. */
function keptExtents(layout: Layout): KeptExtent[] {
  return dataExtents(layout, (verdict) => verdict === 'KEEP');
}

function newDataExtents(layout: Layout): KeptExtent[] {
  return dataExtents(layout, (verdict) => verdict !== 'KEEP');
}

function dataExtents(layout: Layout, wanted: (verdict: LayoutPartition['verdict']) => boolean): KeptExtent[] {
  return layout.disks.flatMap((disk) =>
    disk.partitions
      .filter(({ content, verdict }) => content?.data === true && wanted(verdict))
      .map((partition) => extentOf(disk, partition)),
  );
}

function extentOf(disk: LayoutDisk, { letter, startSector, sizeSectors, content }: LayoutPartition): KeptExtent {
  const { path, logicalSectorBytes } = disk.hardware;
  return {
    name: `${disk.name}/${letter}`,
    disk: path,
    startBytes: startSector * logicalSectorBytes,
    sizeBytes: sizeSectors * logicalSectorBytes,
    superblock: filesystemOf(content?.filesystem ?? '').superblock,
  };
}
