import type { BootFiles } from '../boot-loaders/plan-boot-files.ts';
import { serialUnit } from './debian-files.ts';

/**
 * The first grub.cfg of a machine: it boots the image's kernel and initramfs.
 * A later update-grub replaces it. @see GNU GRUB manual 2.06 §16
 */
export function renderGrubCfg(input: {
  /** UUID of the root file system, for the kernel. */
  readonly rootUuid: string;
  /** Where GRUB finds kernel and initramfs. */
  readonly boot: BootFiles;
  readonly title: string;
  readonly consoles: readonly string[];
}): string {
  const serial = input.consoles.map(serialUnit).find((unit) => unit !== undefined);
  const kernelArguments = [`root=UUID=${input.rootUuid}`, 'ro', ...input.consoles.map((name) => `console=${name}`)];
  return [
    '# Written by gutinteg at installation; update-grub owns this file from now on.',
    ...(serial === undefined
      ? []
      : [
          `serial --unit=${serial.unit} --speed=${serial.speed}`,
          'terminal_input console serial',
          'terminal_output console serial',
        ]),
    'set timeout=1',
    'set default=0',
    `menuentry '${input.title.replaceAll(/[^\w .()-]/g, '')}' {`,
    '  insmod part_gpt',
    '  insmod ext2',
    `  search --no-floppy --fs-uuid --set=root ${input.boot.uuid}`,
    `  linux ${input.boot.kernel} ${kernelArguments.join(' ')}`,
    `  initrd ${input.boot.initramfs}`,
    '}',
    '',
  ].join('\n');
}
