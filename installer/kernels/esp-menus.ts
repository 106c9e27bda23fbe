// What the EFI system partitions start, as the last run has left them. In: what is recorded of boot loaders. Out: a menu
// besides those that lie in the system. Pure.
import { basename } from 'node:path';
import type { RecordedBoot } from '../boot-loaders/boot-artefact.ts';
import { releaseOfName } from '../boot-loaders/kernel-release.ts';
import type { BootFacts } from './read-boot-facts.ts';

/**
 * A partition that could not be written still starts the kernels of an older menu, and those need their modules.
 * Nothing where the loader reads kernels from the system itself.
 */
export function espMenus(recorded: readonly RecordedBoot[]): BootFacts['menus'] {
  const paths = recorded.flatMap(({ artefact }) => (artefact.kind === 'esp-file' ? [artefact.path] : []));
  const kernels = paths.filter((path) => releaseOfName(basename(path)) !== undefined);
  return kernels.length === 0 ? [] : [{ path: 'boot/efi', text: kernels.join('\n') }];
}
