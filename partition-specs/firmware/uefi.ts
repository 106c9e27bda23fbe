import { MiB } from '../../lib/bytes.ts';
import { EFI_MOUNT_POINT } from '../efi-system.ts';
import { gptTypes } from '../tables/gpt.ts';
import type { FirmwareKind } from './firmware-kind.ts';

export const uefi: FirmwareKind = {
  name: 'uefi',
  title: 'UEFI',
  installed: true,
  tables: ['gpt'],
  onBootDisk: {
    gpt: [
      {
        name: 'esp',
        number: 127,
        // Above the 260 MiB that FAT32 needs on disks with sectors of 4096 bytes, with room for firmware updates.
        sizeBytes: 512 * MiB,
        gptType: gptTypes.efiSystem,
        why: 'UEFI firmware starts boot loaders from an EFI system partition',
        // Without nofail, a mirror would not start when the disk that this one lies on is gone.
        content: { filesystem: 'vfat', mountPoint: EFI_MOUNT_POINT, options: ['umask=0077', 'nofail'] },
      },
    ],
  },
};
