import { byName, fatKind } from '../filesystems/unix.ts';
import { partitionPath } from '../linux-device-path.ts';
import { fatOf, renderDos, renderDosDiskLabel } from '../render/dos.ts';
import { slotOfLetter } from './letters.ts';
import { optionNames } from '../option-table.ts';
import { noMounts } from './mount-rules.ts';
import type { OsFamily } from './os-family.ts';

/**
 * DOS, on a machine that Linux installs: `/` is the partition that DOS starts from, and gets the active mark. The
 * letters of a spec are not the drive letters, which DOS gives out itself.
 */
export const dosFamily: OsFamily = {
  name: 'dos',
  installed: false,
  filesystems: byName(fatKind({ rootable: true, mountOptions: '' })),
  tables: ['dos'],
  reservedLetters: {},
  wholeLetters: {},
  lastLetter: 'z',
  mountRules: noMounts,
  numberOf: slotOfLetter,
  typeOf: ({ startSector, sizeBytes, sectorBytes }) =>
    fatOf({ startSector, sizeSectors: sizeBytes / sectorBytes, sectorBytes }).dosType,
  deviceOf: ({ path }, number) => partitionPath(path, number),
  stacks: false,
  memoryFilesystem: false,
  memoryOptions: optionNames(''),
  mountOptions: optionNames('defaults'),
  render: renderDos,
  renderLabel: renderDosDiskLabel,
};
