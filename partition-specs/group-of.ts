// What a device is a member of, by its signature. In: what blkid and pvs report. Out: a group. Never: I/O.
import type { ForeignSignature, Group } from './disk-facts.ts';
import type { PhysicalVolume } from './physical-volumes.ts';

type Signature = { readonly fsType?: string; readonly fsUuid?: string; readonly fsLabel?: string };

/** By blkid's type; file systems of one device have a group, too, with one member. */
function kindOf(type: string): Group['kind'] | undefined {
  // Linux's own, and those of every firmware: isw, ddf, nvidia, promise_fasttrack, jmicron, lsi_mega, silicon_medley…
  if (type.endsWith('_raid_member')) return 'raid';
  if (type === 'btrfs') return 'btrfs';
  return type === 'zfs_member' ? 'zfs' : undefined;
}

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
  const group = fsType === undefined ? undefined : groupBySignature(fsType, fsUuid, fsLabel);
  return group === undefined ? {} : { group };
}

function groupBySignature(type: string, uuid: string | undefined, label: string | undefined): Group | undefined {
  const kind = kindOf(type);
  return kind === undefined ? undefined : { kind, id: uuid ?? type, ...(label === undefined ? {} : { name: label }) };
}

type Member = Signature & { readonly group?: Group; readonly signatures?: readonly ForeignSignature[] };

/** Every group that a disk or a partition is in, by what the facts say of it: its content, and what lies behind a table. */
export function groupsOf({ group, fsType, fsUuid, fsLabel, signatures = [] }: Member): Group[] {
  const found = [
    group ?? (fsType === undefined ? undefined : groupBySignature(fsType, fsUuid, fsLabel)),
    ...signatures.map(({ type, uuid, label }) => groupBySignature(type, uuid, label)),
  ];
  return found.filter((each) => each !== undefined);
}
