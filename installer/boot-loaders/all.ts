import { FaultsError, UserError } from '../../lib/errors.ts';
import type { Fault } from '../../lib/errors.ts';
import type { BootLoaderName } from '../../lib/boot-loader-names.ts';
import type { Layout } from '../../partition-specs/layout.ts';
import type { BootLoaderKind } from './boot-loader-kind.ts';
import { grubBios } from './grub-bios.ts';
import { grubEfi } from './grub-efi.ts';
import { systemdBoot } from './systemd-boot.ts';

/** The first one's menu is the machine's. */
type BootLoaders = readonly [BootLoaderKind, ...BootLoaderKind[]];

const bootLoaders: readonly BootLoaderKind[] = [grubBios, grubEfi, systemdBoot];

/** By firmware of the layout and value of BOOTLOADER; the first value is what a machine without one gets. */
const choices: Readonly<Record<string, Readonly<Partial<Record<BootLoaderName, BootLoaders>>>>> = {
  bios: { grub: [grubBios] },
  uefi: { grub: [grubEfi], 'systemd-boot': [systemdBoot] },
  both: { grub: [grubBios, grubEfi] },
};

/** What a machine that is to be installed starts from. @throws FaultsError when BOOTLOADER is not for its firmware */
export function bootLoadersOf({ firmware }: Pick<Layout, 'firmware'>, wanted = ''): BootLoaders {
  const possible: Readonly<Record<string, BootLoaders>> = choices[firmware] ?? {};
  const found = wanted === '' ? Object.values(possible)[0] : possible[wanted];
  if (found !== undefined) return found;
  const known = Object.keys(possible).join(', ');
  const message = `BOOTLOADER: '${wanted.slice(0, 80)}' is not for ${firmware} firmware; known there: ${known}`;
  const fault: Fault = { severity: 'error', where: 'BOOTLOADER', message };
  throw new FaultsError('the boot loader', [fault]);
}

/** The one whose menu the machine shows: of those that machine.json names, or that its firmware is given. */
export function mainBootLoader(layout: Pick<Layout, 'firmware'>, names: readonly string[]): BootLoaderKind {
  const [name] = names;
  return name === undefined ? bootLoadersOf(layout)[0] : bootLoaderNamed(name);
}

/** The boot loader that machine.json names. @throws UserError when another version of this program installed it */
export function bootLoaderNamed(name: string): BootLoaderKind {
  const found = bootLoaders.find((loader) => loader.name === name);
  if (found !== undefined) return found;
  const known = bootLoaders.map((loader) => loader.name).join(', ');
  throw new UserError(`this program does not know the boot loader '${name}' of this machine; known are: ${known}`);
}
