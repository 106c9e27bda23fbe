import type { BootFiles } from './plan-boot-files.ts';
import { sealMenu } from './own-menu.ts';
import { serialUnit } from '../render/serial-unit.ts';

/** What a grub.cfg is made from. */
export type GrubCfgInput = {
  /** How the kernel finds its root and mounts it: `root=UUID=…`. */
  readonly rootArguments: readonly string[];
  /** GRUB's modules for the tables, arrays and groups below, in the order of need. */
  readonly modules: readonly string[];
  /** Where GRUB finds kernels and initramfs; the first one is started. */
  readonly boot: BootFiles;
  readonly title: string;
  readonly consoles: readonly string[];
  /** UEFI firmware has a console of its own, also on serial lines, and signed GRUB all modules built in. */
  readonly isForBiosOnly: boolean;
};

/** Seconds: one is enough to stop a menu of one entry; where there are more, somebody may want to choose. */
const TIMEOUT = { one: 1, more: 5 } as const;

/**
 * The grub.cfg of a machine: the first kernel is started, and the next one where its files cannot be loaded.
 * @see GNU GRUB manual 2.06 §16, and §15.1 on `fallback`
 */
export function renderGrubCfg({ boot, title, consoles, rootArguments, modules, isForBiosOnly }: GrubCfgInput): string {
  const serial = consoles.map(serialUnit).find((unit) => unit !== undefined);
  const kernelArguments = [...rootArguments, 'ro', ...consoles.map((name) => `console=${name}`)];
  const hasMore = boot.kernels.length > 1;
  const onBios = (own: readonly string[]): readonly string[] =>
    own.length === 0 || isForBiosOnly
      ? own
      : ['if [ "$grub_platform" = pc ]; then', ...own.map((line) => `  ${line}`), 'fi'];
  const lines = [
    '# A change made here, or by update-grub, stays: no run writes this file again then.',
    ...onBios(serial === undefined ? [] : serialLines(serial)),
    `set timeout=${hasMore ? TIMEOUT.more : TIMEOUT.one}`,
    'set default=0',
    ...(hasMore ? ['set fallback=1'] : []),
    ...boot.kernels.flatMap(({ release, kernel, initramfs }) => [
      `menuentry '${printable(release === undefined ? title : `${title} (Linux ${release})`)}' {`,
      ...onBios(modules.map((name) => `insmod ${name}`)).map((line) => `  ${line}`),
      `  search --no-floppy --fs-uuid --set=root ${boot.uuid}`,
      `  linux ${kernel} ${kernelArguments.join(' ')}`,
      `  initrd ${initramfs}`,
      '}',
    ]),
  ];
  return sealMenu(`${lines.join('\n')}\n`);
}

function serialLines({ unit, speed }: NonNullable<ReturnType<typeof serialUnit>>): string[] {
  return [`serial --unit=${unit} --speed=${speed}`, 'terminal_input console serial', 'terminal_output console serial'];
}

const printable = (title: string): string => title.replaceAll(/[^\w .()+~-]/g, '');
