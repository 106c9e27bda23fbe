import { byName, ufsKind, unixSwap } from '../filesystems/unix.ts';
import { foreignMounts, foreignOperations, foreignPartitions, ROOT_MOUNTED_ON } from '../render/foreign-layout.ts';
import { renderForeignFstab } from '../render/foreign-system.ts';
import { sliceOfLetter, sunTagOf } from '../render/solaris-commands.ts';
import { geometryOf, renderSunDiskLabel } from '../render/sun-disk-label.ts';
import { renderSunosDisk, sunosFstab } from '../render/sunos-commands.ts';
import { letterOfSlot } from './letters.ts';
import { optionNames } from '../option-table.ts';
import { bsdMounts } from './mount-rules.ts';
import type { OsFamily } from './os-family.ts';

/** SunOS 4.1. @see format(8S), mount(8), fstab(5) */
export const sunos: OsFamily = {
  name: 'sunos',
  installed: false,
  filesystems: byName(ufsKind('ufs', 'quota noquota'), unixSwap),
  tables: ['sun'],
  reservedLetters: { c: 'partition c stands for the whole disk' },
  wholeLetters: { c: 'disk' },
  lastLetter: 'h',
  mountRules: bsdMounts,
  // Partitions are letters; the label has the slices of Solaris.
  numberOf: sliceOfLetter,
  typeOf: ({ mountPoint, kind }) => sunTagOf(kind.use, mountPoint).toString(16),
  deviceOf: ({ diskName }, number) => `/dev/${diskName}${letterOfSlot(number + 1)}`,
  stacks: false,
  memoryFilesystem: true,
  memoryOptions: optionNames(''),
  mountOptions: optionNames('defaults grpid noauto remount ro rw suid nosuid'),
  render: (layout) => ({
    operations: foreignOperations(layout, (disk) =>
      renderSunosDisk({
        name: disk.name,
        geometry: geometryOf(disk),
        partitions: foreignPartitions(disk),
        rootMountedOn: ROOT_MOUNTED_ON,
      }),
    ),
    files: [
      {
        path: '/etc/fstab',
        text: renderForeignFstab(
          sunosFstab,
          foreignMounts(layout, ({ name }, { letter }) => `/dev/${name}${letter}`),
          layout.spec,
        ),
      },
    ],
  }),
  renderLabel: renderSunDiskLabel,
};
