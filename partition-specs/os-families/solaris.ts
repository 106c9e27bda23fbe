import { byName, ufsKind, unixSwap } from '../filesystems/unix.ts';
import { foreignMounts, foreignOperations, foreignPartitions } from '../render/foreign-layout.ts';
import { renderSolarisDisk, renderVfstab, sliceOfLetter, sunTagOf } from '../render/solaris-commands.ts';
import { geometryOf, renderSunDiskLabel } from '../render/sun-disk-label.ts';
import { optionNames } from '../option-table.ts';
import { solarisMounts } from './mount-rules.ts';
import type { OsFamily } from './os-family.ts';

/** Solaris on SPARC. @see fmthard(1M), mount_ufs(1M), mount_tmpfs(1M), vfstab(4) */
export const solaris: OsFamily = {
  name: 'solaris',
  installed: false,
  filesystems: byName(
    ufsKind(
      'ufs',
      'dfratime nodfratime forcedirectio noforcedirectio global noglobal intr nointr largefiles nolargefiles logging ' +
        'nologging noatime onerror quota rq syncdir nosyncdir m',
    ),
    unixSwap,
  ),
  tables: ['sun'],
  reservedLetters: { c: 'slice 2 stands for the whole disk' },
  wholeLetters: { c: 'disk' },
  lastLetter: 'h',
  mountRules: solarisMounts,
  numberOf: sliceOfLetter,
  typeOf: ({ mountPoint, kind }) => sunTagOf(kind.use, mountPoint).toString(16),
  deviceOf: ({ diskName }, number) => `/dev/dsk/${diskName}s${number}`,
  stacks: false,
  memoryFilesystem: true,
  memoryOptions: optionNames('size'),
  mountOptions: optionNames(
    'defaults devices nodevices exec noexec nbmand nonbmand ro rw setuid nosetuid suid nosuid xattr noxattr',
  ),
  render: (layout) => ({
    operations: foreignOperations(layout, (disk) =>
      renderSolarisDisk({
        name: disk.name,
        geometry: geometryOf(disk),
        partitions: foreignPartitions(disk),
        platform: 'sun4u',
      }),
    ),
    files: [
      {
        path: '/etc/vfstab',
        text: renderVfstab(
          foreignMounts(layout, ({ name }, { letter }) => `${name}s${sliceOfLetter(letter)}`),
          layout.spec,
        ),
      },
    ],
  }),
  renderLabel: renderSunDiskLabel,
};
