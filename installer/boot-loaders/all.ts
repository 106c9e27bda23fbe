import { UserError } from '../../lib/errors.ts';
import type { Layout } from '../../partition-specs/layout.ts';
import type { BootLoaderKind } from './boot-loader-kind.ts';
import { grubBios } from './grub-bios.ts';

const bootLoaders: readonly BootLoaderKind[] = [grubBios];

/** The boot loader of a machine that is to be installed. @throws UserError where there is none for its firmware yet */
export function bootLoaderOf({ firmware }: Pick<Layout, 'firmware'>): BootLoaderKind {
  const found = bootLoaders.find((loader) => loader.firmware === firmware);
  if (found !== undefined) return found;
  throw new UserError(
    `this machine has ${firmware} firmware; its disks can be planned, but GRUB is installed for BIOS firmware only`,
  );
}

/** The boot loader that machine.json names. @throws UserError when another version of this program installed it */
export function bootLoaderNamed(name: string): BootLoaderKind {
  const found = bootLoaders.find((loader) => loader.name === name);
  if (found !== undefined) return found;
  const known = bootLoaders.map((loader) => loader.name).join(', ');
  throw new UserError(`this program does not know the boot loader '${name}' of this machine; known are: ${known}`);
}
