// Partitions before they are filled, arrays and volume groups. In: a layout. Out: operations.
import type { Layout, LayoutArray, LayoutDisk, LayoutGroup } from '../layout.ts';
import { ARRAY_DATA_OFFSET_BYTES } from '../plan-stacks.ts';
import type { DiskOperation } from './disk-operation.ts';
import { refTo } from './linux-table.ts';
import { mdadmUuid } from './mdadm-conf.ts';

/** Wipes what is left where new partitions begin, then makes arrays, then groups with their volumes. */
export function stackOperations(layout: Layout): DiskOperation[] {
  return [
    ...layout.disks.flatMap(wipeNew),
    ...layout.arrays.flatMap((array) => arrayOperation(array, layout)),
    ...layout.groups.flatMap((group) => groupOperations(group, layout)),
  ];
}

/**
 * Beside a table that is kept, sfdisk wipes nothing; and in none does it wipe a partition table that begins with a
 * partition, which a disk image in an old partition may have left. wipefs does so only when it is forced.
 */
function wipeNew(layoutDisk: LayoutDisk): DiskOperation[] {
  const disk = refTo(layoutDisk);
  return layoutDisk.partitions
    .filter(({ verdict, role }) => verdict !== 'KEEP' && role !== 'extended')
    .map(({ device, number }): DiskOperation => {
      const why = `what may be left where partition ${number} begins must not be taken for its content`;
      return { kind: 'array', disk, argv: ['wipefs', '--all', '--force', device], why, destroys: true };
    });
}

/**
 * Both halves hold all that is ever written, from the first write on, so they need not be made equal first: what
 * nobody wrote is never read. @see md(4), RAID1; mdadm(8), --assume-clean
 */
function arrayOperation(array: LayoutArray, layout: Layout): DiskOperation[] {
  const members = array.members.map(({ disk, number }) => {
    const partition = layout.disks.find(({ name }) => name === disk)?.partitions.find((each) => each.number === number);
    if (partition === undefined) throw new Error(`array ${array.name} has a member that is not a partition`);
    return partition.device;
  });
  return [
    {
      kind: 'array',
      argv: [
        'mdadm',
        '--create',
        array.device,
        '--run',
        '--quiet',
        '--metadata=1.2',
        '--homehost=any',
        `--name=${array.name}`,
        `--uuid=${mdadmUuid(array.uuid)}`,
        '--level=1',
        `--raid-devices=${members.length}`,
        `--data-offset=${ARRAY_DATA_OFFSET_BYTES / 1024}K`,
        `--size=${array.sizeBytes / 1024}K`,
        '--bitmap=internal',
        '--assume-clean',
        ...members,
      ],
      why: `${array.why}: a mirror of ${members.join(' and ')}`,
      destroys: true,
    },
  ];
}

function groupOperations(group: LayoutGroup, layout: Layout): DiskOperation[] {
  const volume = (argv: DiskOperation['argv'], why: string): DiskOperation => {
    return { kind: 'volume', argv, why, destroys: true };
  };
  return [
    ...group.parts.map((device) =>
      volume(
        [
          'lvm',
          'pvcreate',
          '--yes',
          '--force',
          '--force',
          '--norestorefile',
          '--uuid',
          partUuid(device, layout),
          '--dataalignment',
          '1m',
          device,
        ],
        `${device} becomes a part of ${group.name}`,
      ),
    ),
    volume(
      ['lvm', 'vgcreate', '--yes', '--physicalextentsize', `${group.extentBytes}b`, group.name, ...group.parts],
      group.why,
    ),
    ...group.volumes.map(({ name, extents, why }) =>
      volume(
        [
          'lvm',
          'lvcreate',
          '--yes',
          '--wipesignatures',
          'y',
          '--zero',
          'y',
          '--name',
          name,
          '--extents',
          String(extents),
          group.name,
        ],
        why,
      ),
    ),
  ];
}

function partUuid(device: string, { disks, arrays }: Layout): string {
  const part = [...disks.flatMap(({ partitions }) => partitions), ...arrays].find((each) => each.device === device);
  if (part?.partOf === undefined) throw new Error(`${device} is not a physical volume of the layout`);
  return part.partOf.uuid;
}
