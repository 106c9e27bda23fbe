// FAT, as Linux makes and mounts it. `msdos` is the same on the disk, but is mounted with short names only.
import { GiB, MiB } from '../../lib/bytes.ts';
import { dosTypes } from '../tables/dos.ts';
import { gptTypes } from '../tables/gpt.ts';
import { optionTable } from '../option-table.ts';
import { planFat } from '../plan-fat.ts';
import type { FilesystemKind, MakeTarget } from './filesystem-kind.ts';

/** @see mount(8), "Mount options for fat" */
const FAT_OPTIONS =
  'allow_utime=OCTAL check=r|n|s|relaxed|normal|strict codepage=437|737|775|850|852|855|857|860|861|862|863|864|865|866|869|874|932|936|949|950|1250|1251|1255 debug discard dmask=OCTAL dos1xfloppy ' +
  'errors=panic|continue|remount-ro fmask=OCTAL gid=NUMBER|root nfs[=stale_rw|nostale_ro] quiet rodir showexec ' +
  'sys_immutable time_offset=-1440..1440 tz=UTC uid=NUMBER|root umask=OCTAL usefree';

export const msdos: FilesystemKind = fatKind('msdos', `${FAT_OPTIONS} dots nodots dotsOK=yes|no`);
export const vfat: FilesystemKind = fatKind(
  'vfat',
  `${FAT_OPTIONS} flush iocharset=CHARSET nonumtail[=BOOLEAN] shortname=lower|win95|winnt|mixed uni_xlate[=BOOLEAN] utf8[=BOOLEAN]`,
);

function fatKind(name: 'vfat' | 'msdos', mountOptions: string): FilesystemKind {
  return {
    name,
    blkidType: 'vfat',
    minBytes: MiB,
    limitBytes: 2048 * GiB,
    use: 'files',
    rootable: false,
    gptType: gptTypes.basicData,
    dosType: dosTypes.fat32,
    labelMaxBytes: 11,
    labelForbids: /[*?.,;:/\\|+=<>[\]"]/,
    labelAs: (label) => label.toUpperCase(),
    labelByMountPoint: false,
    operation: 'mkfs',
    mountOptions: optionTable(mountOptions),
    addedOptions: { root: [], other: [] },
    fsckPass: { root: 0, other: 2 },
    uuidFrom: (derived) => `${derived.slice(0, 4)}-${derived.slice(4, 8)}`.toUpperCase(),
    make: ({ device, uuid, label, ...size }) => [
      'mkfs.vfat',
      ...sizeOptions(size),
      '-i',
      uuid.replace('-', ''),
      ...(label === undefined ? [] : ['-n', label]),
      device,
    ],
    makeWhy: 'the volume id is the one that fstab names',
    check: (device) => ({ argv: ['fsck.vfat', '-n', device], okExitCodes: [0] }),
    superblock: { offsetBytes: 0, sizeBytes: 512 },
  };
}

type FatTarget = Pick<MakeTarget, 'sizeBytes' | 'sectorBytes' | 'forFirmware'>;

/** FAT32 from where it is sure of its 65,525 clusters, also with sectors of 4096 bytes; else by Microsoft's limits. */
function sizeOptions({ sizeBytes, sectorBytes, forFirmware }: FatTarget): string[] {
  if (sizeBytes >= 260 * MiB) return ['-F', '32'];
  // Firmware need not read anything else on a fixed disk. @see UEFI 2.10 §13.3.1
  if (forFirmware === true) return ['-F', '32', '-s', '1'];
  const sizeSectors = Math.floor(sizeBytes / sectorBytes);
  const plan = planFat({ startSector: 0, sizeSectors, sectorBytes, largestBits: 16 });
  return plan === undefined ? [] : ['-F', String(plan.bits), '-s', String(plan.sectorsPerCluster)];
}
