// From the output of tools to DiskFacts. In: JSON of lsblk and sfdisk, text of blkid and of files in /sys. Out: facts.
// Never: runs the tools; the commands are data in disk-probes.ts. So many are needed because lsblk without udev, as in
// a ramdisk, knows no serial number of a virtio disk, no WWN, and no file system.
import { blkidOf } from './blkid-output.ts';
import type { BlkidFound } from './blkid-output.ts';
import type { DiskFacts, ExistingPartition, FreeSpace, Stack } from './disk-facts.ts';
import { usbSerialFile } from './disk-probes.ts';
import type { DiskProbe, Zeros } from './disk-probes.ts';
import { groupOf } from './group-of.ts';
import { partitionNumber } from './linux-device-path.ts';
import { holdersOf, isKernelPartition, kindOf, mountpointsOf, parseLsblk, probedDisk } from './lsblk-json.ts';
import type { LsblkDevice } from './lsblk-json.ts';
import { stacksOf } from './lsblk-stacks.ts';
import { parsePhysicalVolumes } from './physical-volumes.ts';
import type { PhysicalVolume } from './physical-volumes.ts';
import { placesToLookAt } from './places-to-look-at.ts';
import { parseSfdisk } from './sfdisk-json.ts';
import type { SfdiskPartition, SfdiskTable } from './sfdisk-json.ts';
import { isExtended } from './tables/dos.ts';
import { readWholeDisk } from './whole-disk.ts';

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
  const listed = probe.table === undefined ? undefined : parseSfdisk(probe.table, device.path);
  const blkid = blkidOf(probe.signatures[device.path]);
  const { table, signatures } = readWholeDisk({
    path: device.path,
    table: listed,
    blkid,
    wipefs: probe.wipefs,
    firstSector: probe.firstSector,
  });
  const { tableType: _inSignatures, ...whole } = content(device, blkid);
  const isNamed = whole.fsType !== undefined || signatures.length > 0;
  const unlisted = childrenBeside(device, table);
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
    partitions: (table?.partitions ?? []).map((found) =>
      partitionFacts(device, found, { probe, volumes, isFrame: isExtended(found, table?.label) }),
    ),
    ...whole,
    ...list('signatures', signatures),
    ...list('unknownContent', isNamed ? [] : unknownEnds(probe.zeros?.[device.path])),
    ...list('freeSpace', isNamed ? [] : freeSpace(device, probe, listed)),
    mountpoints: [...mountpointsOf(device), ...unlisted.flatMap(mountpointsOf)],
    holders: [...holdersOf(device), ...unlisted.flatMap(holdersOf)],
    ...groupOf(device.path, whole, volumes),
  };
}

/** Partitions that the kernel shows and the table does not have: what they are used for counts for the disk. */
function childrenBeside({ children = [] }: LsblkDevice, table: SfdiskTable | undefined): LsblkDevice[] {
  const nodes = new Set((table?.partitions ?? []).map(({ node }) => node));
  return children.filter((child) => isKernelPartition(child) && !nodes.has(child.path));
}

function unknownEnds(zero: Zeros | undefined): ('first' | 'last')[] {
  return (['first', 'last'] as const).filter((end) => zero?.[end] === false);
}

function isBlank(zero: Zeros | undefined): boolean {
  return zero !== undefined && zero.first && zero.between && zero.last;
}

/** None where nobody looked. */
function freeSpace(device: LsblkDevice, { signatures, zeros }: DiskProbe, table: SfdiskTable | undefined): FreeSpace[] {
  const sectorBytes = device['log-sec'];
  return placesToLookAt(probedDisk(device), table)
    .filter(({ kind, key }) => kind === 'free' && zeros?.[key] !== undefined)
    .map(({ key, startBytes, sizeBytes }) => ({
      startSector: startBytes / sectorBytes,
      sizeSectors: Math.floor(sizeBytes / sectorBytes),
      ...content(undefined, blkidOf(signatures[key])),
      blank: isBlank(zeros?.[key]),
    }));
}

type Probed = {
  readonly probe: DiskProbe;
  readonly volumes: readonly PhysicalVolume[];
  /** Around logical partitions: what lies in it is theirs. */
  readonly isFrame: boolean;
};

function partitionFacts(
  device: LsblkDevice,
  found: SfdiskPartition,
  { probe, volumes, isFrame }: Probed,
): ExistingPartition {
  const node = device.children?.find((child) => child.type === 'part' && child.path === found.node);
  const kernel = node === undefined ? {} : { path: node.path };
  const signature = isFrame ? {} : contentOfPartition(node, blkidOf(probe.signatures[found.node]), found);
  const isNamed = isFrame || signature.fsType !== undefined || signature.tableType !== undefined;
  const zero = probe.zeros?.[found.node];
  return {
    number: partitionNumber(device.path, found.node) ?? Number(/\d+$/.exec(found.node)?.[0]),
    ...kernel,
    startSector: found.start,
    sizeSectors: found.size,
    type: found.type,
    ...text('uuid', found.uuid?.toLowerCase()),
    ...text('label', found.name),
    ...text('attrs', found.attrs),
    ...(found.bootable === true ? { bootable: true } : {}),
    ...signature,
    ...(isNamed || zero === undefined ? {} : { blank: isBlank(zero) }),
    mountpoints: node === undefined ? [] : mountpointsOf(node),
    holders: node === undefined ? [] : holdersOf(node),
    ...groupOf(node?.path, signature, volumes),
  };
}

/** A slice that begins with the disk has the disk's own table in it. */
function contentOfPartition(node: LsblkDevice | undefined, probed: BlkidFound, { start }: SfdiskPartition): Content {
  const { tableType, ...rest } = content(node, probed);
  return start === 0 || tableType === undefined ? rest : { ...rest, tableType };
}

type Content = Pick<ExistingPartition, 'fsType' | 'fsUuid' | 'fsLabel' | 'tableType'>;

function content(device: LsblkDevice | undefined, probed: BlkidFound): Content {
  return {
    ...text('fsType', probed.TYPE ?? device?.fstype),
    ...text('fsUuid', probed.UUID ?? device?.uuid),
    ...text('fsLabel', probed.LABEL ?? device?.label),
    ...text('tableType', probed.PTTYPE),
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

/** `{key: values}`; nothing when there are none. */
function list<K extends string, V>(key: K, values: V[]): { [P in K]?: V[] } {
  return values.length === 0 ? {} : ({ [key]: values } as { [P in K]?: V[] });
}

/** `{key: value}` without blanks and NULs around it; nothing when there is no value. */
function text<K extends string>(key: K, value: string | null | undefined): { [P in K]?: string } {
  const clean = value?.replaceAll(/^[\s\0]+|[\s\0]+$/g, '');
  return clean === undefined || clean === '' ? {} : ({ [key]: clean } as { [P in K]?: string });
}
