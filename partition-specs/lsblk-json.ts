// The output of `lsblk --json --bytes` with the columns of disk-probes.ts, checked.
import { z } from 'zod';
import { parseJsonEdge } from '../lib/parse-edge.ts';
import type { DiskFacts } from './disk-facts.ts';
import type { ProbedDisk } from './places-to-look-at.ts';

const text = z.string().nullable().default(null);

const plainDeviceSchema = z.object({
  name: z.string(),
  path: z.string(),
  /** `disk`, `part`, `loop`, `rom`, `raid1`, `lvm`, `crypt`, … */
  type: z.string(),
  size: z.int().nonnegative(),
  'log-sec': z.int().positive(),
  'phy-sec': z.int().positive(),
  rota: z.boolean(),
  rm: z.boolean(),
  ro: z.boolean(),
  tran: text,
  serial: text,
  wwn: text,
  model: text,
  fstype: text,
  label: text,
  uuid: text,
  mountpoints: z.array(z.string().nullable()).default([]),
});

export type LsblkDevice = z.infer<typeof plainDeviceSchema> & { children?: LsblkDevice[] };

const deviceSchema: z.ZodType<LsblkDevice> = plainDeviceSchema.extend({
  children: z.lazy(() => z.array(deviceSchema)).exactOptional(),
});

const outputSchema = z.object({ blockdevices: z.array(deviceSchema) });

/** @throws UserError when the text is not what lsblk prints. */
export function parseLsblk(output: string): LsblkDevice[] {
  return parseJsonEdge(outputSchema, output, 'the output of lsblk --json').blockdevices;
}

export function probedDisk({ path, size, 'log-sec': sectorBytes }: LsblkDevice): ProbedDisk {
  return { path, sizeBytes: size, sectorBytes };
}

/** lsblk calls RAM disks and the boot areas of an eMMC disks, too. */
export function kindOf({ name, type }: LsblkDevice): DiskFacts['kind'] {
  if (/^z?ram\d+$/.test(name)) return 'ram';
  if (/^mmcblk\d+(boot\d+|rpmb)$/.test(name)) return 'other';
  if (type === 'rom') return 'cdrom';
  return type === 'disk' || type === 'loop' ? type : 'other';
}

/** A partition that the device mapper shows, as on multipath disks, is one of its devices. */
export function isKernelPartition({ type, path }: LsblkDevice): boolean {
  return type === 'part' && !path.startsWith('/dev/mapper/');
}

export function mountpointsOf(device: LsblkDevice): string[] {
  return device.mountpoints.filter((mountPoint) => mountPoint !== null);
}

/** Running devices that are built on this one, at any depth, each with its mounts: `md0`, `vg-srv mounted on /srv`. */
export function holdersOf(device: LsblkDevice): string[] {
  const holders = (device.children ?? []).filter((child) => child.type !== 'part');
  return holders.flatMap((holder) => [describeHolder(holder), holdersOf(holder)].flat());
}

function describeHolder(holder: LsblkDevice): string {
  const mounts = mountpointsOf(holder).join(', ');
  return mounts === '' ? holder.name : `${holder.name}, mounted on ${mounts}`;
}
