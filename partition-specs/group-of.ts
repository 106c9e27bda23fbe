// What a device is a member of, by its signature. In: what blkid and pvs say of it. Out: a group. Never: I/O.
import type { Group } from './disk-facts.ts';
import type { PhysicalVolume } from './physical-volumes.ts';

type Signature = { readonly fsType?: string; readonly fsUuid?: string; readonly fsLabel?: string };

/** By blkid's type; file systems of one device have a group, too, with one member. */
const kinds: ReadonlyMap<string, Group['kind']> = new Map([
  ['linux_raid_member', 'raid'],
  ['ddf_raid_member', 'raid'],
  ['isw_raid_member', 'raid'],
  ['btrfs', 'btrfs'],
  ['zfs_member', 'zfs'],
]);

/**
 * The group of the device at `path`, as a property to spread; empty when it is in none that is known.
 * Members of a RAID without UUID, as some firmware makes, count as one group: better refused than torn apart.
 */
export function groupOf(
  path: string | undefined,
  { fsType, fsUuid, fsLabel }: Signature,
  volumes: readonly PhysicalVolume[],
): { group?: Group } {
  const volume = volumes.find(({ pv_name, pv_uuid }) => pv_name === path || pv_uuid === fsUuid);
  if (volume !== undefined) return { group: { kind: 'lvm', id: volume.vg_uuid, name: volume.vg_name } };
  const kind = kinds.get(fsType ?? '');
  if (fsType === undefined || kind === undefined) return {};
  return { group: { kind, id: fsUuid ?? fsType, ...(fsLabel === undefined ? {} : { name: fsLabel }) } };
}
