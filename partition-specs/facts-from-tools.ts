// What the tools print → DiskFacts. In: JSON of lsblk and sfdisk, text of blkid and of files in /sys. Out: facts.
// Never: runs them; the commands are data in disk-probes.ts. Why so many: without udev, as in a ramdisk, lsblk knows
// no serial of a virtio disk, no WWN, and no file system.
import { blkidOf } from './blkid-output.ts';
import type { BlkidFound } from './blkid-output.ts';
import type { DiskFacts, ExistingPartition, Stack } from './disk-facts.ts';
import { usbSerialFile } from './disk-probes.ts';
import type { DiskProbe } from './disk-probes.ts';
import { groupOf } from './group-of.ts';
import { partitionNumber } from './linux-device-path.ts';
import { holdersOf, kindOf, mountpointsOf, parseLsblk } from './lsblk-json.ts';
import type { LsblkDevice } from './lsblk-json.ts';
import { stacksOf } from './lsblk-stacks.ts';
import { parsePhysicalVolumes } from './physical-volumes.ts';
import type { PhysicalVolume } from './physical-volumes.ts';
import { parseSfdisk } from './sfdisk-json.ts';
import type { SfdiskPartition } from './sfdisk-json.ts';

export type ToolOutput = {
  /** Of `lsblkArgv`. */
  readonly lsblk: string;
  /** By device path, one for each disk of `disksToProbe`. */
  readonly probes: Readonly<Record<string, DiskProbe>>;
  /** Of `physicalVolumesArgv`; absent where there is no LVM. */
  readonly physicalVolumes?: string | undefined;
};

/**
 * The block devices of a machine, in lsblk's order.
 * @throws UserError when an output is not what the tool prints
 */
export function diskFactsFromTools({ lsblk, probes, physicalVolumes }: ToolOutput): DiskFacts[] {
  const volumes = parsePhysicalVolumes(physicalVolumes);
  return parseLsblk(lsblk).map((device) =>
    diskFacts(device, probes[device.path] ?? { sysfs: {}, signatures: {} }, volumes),
  );
}

/**
 * RAID, LVM and the like that runs, what a device is built on before itself.
 * @throws UserError when an output is not what the tool prints
 */
export function stacksFromTools({ lsblk, physicalVolumes }: Omit<ToolOutput, 'probes'>): Stack[] {
  const volumes = parsePhysicalVolumes(physicalVolumes);
  return stacksOf(parseLsblk(lsblk)).map((stack) => ({ ...stack, ...groupOf(stack.path, {}, volumes) }));
}

function diskFacts(device: LsblkDevice, probe: DiskProbe, volumes: readonly PhysicalVolume[]): DiskFacts {
  const table = probe.table === undefined ? undefined : parseSfdisk(probe.table, device.path);
  // On a disk with a table, blkid reports the table; that is told below.
  const whole = table === undefined ? content(device, blkidOf(probe.signatures[device.path])) : {};
  return {
    path: device.path,
    kind: kindOf(device),
    ...text('serial', device.serial ?? serialOf(device, probe)),
    ...text('wwn', device.wwn ?? wwid(probe)),
    ...text('model', device.model ?? probe.sysfs['device/model']),
    ...text('byPath', probe.byPath),
    sizeBytes: device.size,
    logicalSectorBytes: device['log-sec'],
    physicalSectorBytes: device['phy-sec'],
    rotational: device.rota,
    removable: device.rm,
    readOnly: device.ro,
    ...text('transport', device.tran),
    ...(table === undefined ? {} : { table: { kind: table.label, ...text('uuid', table.id?.toLowerCase()) } }),
    partitions: (table?.partitions ?? []).map((found) => partitionFacts(device, found, { probe, volumes })),
    ...whole,
    mountpoints: mountpointsOf(device),
    holders: holdersOf(device),
    ...groupOf(device.path, whole, volumes),
  };
}

type Probed = { readonly probe: DiskProbe; readonly volumes: readonly PhysicalVolume[] };

function partitionFacts(device: LsblkDevice, found: SfdiskPartition, { probe, volumes }: Probed): ExistingPartition {
  const node = device.children?.find((child) => child.type === 'part' && child.path === found.node);
  const kernel = node === undefined ? {} : { path: node.path };
  const signature = content(node, blkidOf(probe.signatures[found.node]));
  return {
    number: partitionNumber(device.path, found.node) ?? Number(/\d+$/.exec(found.node)?.[0]),
    ...kernel,
    startSector: found.start,
    sizeSectors: found.size,
    type: found.type,
    ...text('uuid', found.uuid?.toLowerCase()),
    ...text('label', found.name),
    ...signature,
    mountpoints: node === undefined ? [] : mountpointsOf(node),
    holders: node === undefined ? [] : holdersOf(node),
    ...groupOf(node?.path, signature, volumes),
  };
}

function content(device: LsblkDevice | undefined, probed: BlkidFound) {
  return {
    ...text('fsType', probed.TYPE ?? device?.fstype),
    ...text('fsUuid', probed.UUID ?? device?.uuid),
    ...text('fsLabel', probed.LABEL ?? device?.label),
  };
}

/** Where udev has not told lsblk. A USB disk's own number is better than that of what it is plugged into. */
function serialOf({ tran }: LsblkDevice, probe: DiskProbe): string | undefined {
  const { sysfs } = probe;
  const own = sysfs['serial'] ?? sysfs['device/serial'] ?? vpdSerial(probe);
  return own ?? (tran === 'usb' ? sysfs[usbSerialFile] : undefined);
}

/** Of a SCSI or SATA disk: the page's serial number follows four bytes of header. @see SPC-4 §7.8.15 */
function vpdSerial({ sysfs }: DiskProbe): string | undefined {
  return sysfs['device/vpd_pg80']?.slice(4);
}

/** Only what is meant to be unique in the world; `t10.` names are made of model and serial. */
function wwid({ sysfs }: DiskProbe): string | undefined {
  return [sysfs['wwid'], sysfs['device/wwid']].find((name) => name !== undefined && /^(naa|eui|uuid)\./.test(name));
}

/** `{key: value}` without blanks and NULs around it; nothing when there is no value. */
function text<K extends string>(key: K, value: string | null | undefined): { [P in K]?: string } {
  const clean = value?.replaceAll(/^[\s\0]+|[\s\0]+$/g, '');
  return clean === undefined || clean === '' ? {} : ({ [key]: clean } as { [P in K]?: string });
}
