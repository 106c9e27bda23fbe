import type { BootFiles } from '../boot-loaders/plan-boot-files.ts';
import { serialUnit } from './debian-files.ts';

/**
 * The first grub.cfg of a machine: it boots the image's kernel and initramfs.
 * A later update-grub replaces it. @see GNU GRUB manual 2.06 §16
 */
export function renderGrubCfg(input: {
  /** What the kernel finds its root by: `UUID=…` or a logical volume. */
  readonly root: string;
  /** GRUB's modules for the tables, arrays and groups below, in the order of need. */
  readonly modules: readonly string[];
  /** Where GRUB finds kernel and initramfs. */
  readonly boot: BootFiles;
  readonly title: string;
  readonly consoles: readonly string[];
}): string {
  const serial = input.consoles.map(serialUnit).find((unit) => unit !== undefined);
  const kernelArguments = [`root=${input.root}`, 'ro', ...input.consoles.map((name) => `console=${name}`)];
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
    ...input.modules.map((name) => `  insmod ${name}`),
    `  search --no-floppy --fs-uuid --set=root ${input.boot.uuid}`,
    `  linux ${input.boot.kernel} ${kernelArguments.join(' ')}`,
    `  initrd ${input.boot.initramfs}`,
    '}',
    '',
  ].join('\n');
}
