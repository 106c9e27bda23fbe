// Disks and places that a firmware may not be able to start from. In: what is planned. Out: notes for people. Pure.
// Never: refuses; what a machine's own firmware can do is not among the facts.
import { formatBytes } from '../lib/bytes.ts';
import { bootDiskNames } from './boot-disks.ts';
import type { FirmwareKind } from './firmware/firmware-kind.ts';
import { filledPlaces } from './layout.ts';
import type { Planned } from './sector-bytes.ts';
import type { PartitionSpec } from './spec-types.ts';

type Boot = { readonly spec: PartitionSpec; readonly firmware: FirmwareKind };

export function bootNotes(planned: Planned, boot: Boot): string[] {
  return [...sectorNotes(planned, boot), ...reachNotes(planned, boot)];
}

function sectorNotes({ disks }: Planned, { spec, firmware }: Boot): string[] {
  const { title: kind, bootSectorBytes = Infinity } = firmware;
  return disks
    .filter(({ name, hardware }) => bootDiskNames(spec).includes(name) && hardware.logicalSectorBytes > bootSectorBytes)
    .map(({ name, hardware }) => {
      const found = `${name} has sectors of ${hardware.logicalSectorBytes} bytes`;
      return `${found}: ${kind} firmware starts from sectors of ${bootSectorBytes} bytes only, so the machine will hardly start from it; boot from another disk`;
    });
}

/** GRUB reads the kernel through the BIOS, and many a BIOS counts sectors with 32 bits. */
function reachNotes(planned: Planned, { firmware }: Boot): string[] {
  const { bootReachBytes } = firmware;
  if (bootReachBytes === undefined) return [];
  const disks = [...planned.disks];
  const filled = filledPlaces({ disks, arrays: [...planned.arrays], groups: [...planned.groups] });
  const boot = ['/boot', '/'].flatMap((point) => filled.filter(({ content }) => content.mountPoint === point));
  const devices = boot[0] === undefined ? [] : partsUnder(boot[0].device, planned);
  return disks.flatMap(({ hardware, partitions }) =>
    partitions
      .filter(({ device }) => devices.includes(device))
      .filter((part) => (part.startSector + part.sizeSectors) * hardware.logicalSectorBytes > bootReachBytes)
      .map(({ device }) => {
        const reach = formatBytes(bootReachBytes);
        return `${device} holds the kernels and ends beyond ${reach}: many a ${firmware.title} reads no further, and the machine would not start once a kernel lies there; add a small /boot in front: (a 1G ext4 /boot)`;
      }),
  );
}

/** The partitions below an array or a volume; a partition itself. */
function partsUnder(device: string, planned: Planned): string[] {
  const group = planned.groups.find(({ volumes }) => volumes.some((volume) => volume.device === device));
  if (group !== undefined) return group.parts.flatMap((part) => partsUnder(part, planned));
  const array = planned.arrays.find((each) => each.device === device);
  if (array === undefined) return [device];
  return array.members.flatMap(({ disk, number }) => {
    const partitions = planned.disks.find(({ name }) => name === disk)?.partitions ?? [];
    return partitions.filter((each) => each.number === number).map((each) => each.device);
  });
}
