import { GiB, MiB } from '../../lib/bytes.ts';
import { gptTypes } from '../tables/gpt.ts';
import type { FirmwareKind } from './firmware-kind.ts';

export const bios: FirmwareKind = {
  name: 'bios',
  title: 'BIOS',
  installed: true,
  tables: ['gpt', 'dos', 'sun', 'bsd'],
  bootSectorBytes: 512,
  bootReachBytes: 2048 * GiB,
  onBootDisk: {
    gpt: [
      {
        name: 'bios-boot',
        number: 128,
        sizeBytes: MiB,
        gptType: gptTypes.biosBoot,
        why: 'BIOS firmware on a GPT disk: GRUB keeps its core image here, as there is no gap behind the boot sector',
      },
    ],
  },
};
