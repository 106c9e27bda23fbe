import { serialUnit } from './debian-files.ts';

/**
 * The first grub.cfg of a machine: it boots /vmlinuz with /initrd.img from the file system with `rootUuid`.
 * A later update-grub replaces it. @see GNU GRUB manual 2.06 §16
 */
export function renderGrubCfg(input: {
  readonly rootUuid: string;
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
    `  search --no-floppy --fs-uuid --set=root ${input.rootUuid}`,
    `  linux /vmlinuz ${kernelArguments.join(' ')}`,
    '  initrd /initrd.img',
    '}',
    '',
  ].join('\n');
}
