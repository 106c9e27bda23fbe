// What an installation does for UEFI firmware. In: wanted files for each EFI system partition, the files that the
// machine gets. Out: files with their digests, and steps. Pure.
import { FaultsError } from '../../../lib/errors.ts';
import type { Fault } from '../../../lib/errors.ts';
import { formatBytes } from '../../../lib/bytes.ts';
import type { BootPlan, BootPlanInput, BootStep } from '../boot-plan.ts';
import type { EspMenu } from '../entries/esp-entries.ts';
import { wantedEntry } from '../nvram/wanted-entry.ts';
import { bytesOfText, sha256 } from './esp-file.ts';
import type { EspFile, WantedEspFile } from './esp-file.ts';
import { espsOf } from './find-esps.ts';
import { findTreeFile } from './find-tree-file.ts';
import type { Esp } from './find-esps.ts';

/** Of one EFI system partition: its files, the one that a boot entry names, and what that is called; entries, if any. */
export type EspWish = {
  readonly esp: Esp;
  readonly files: readonly WantedEspFile[];
  readonly entry: { readonly label: string; readonly path: string };
  readonly menu?: EspMenu;
};

/** The files of the system that are copied, each once. */
export function systemPaths(wishes: readonly EspWish[]): string[] {
  const sources = wishes.flatMap(({ files }) => files.map(({ from }) => from));
  return [...new Set(sources.flatMap((from) => (from.kind === 'system' ? [from.path] : [])))];
}

type EspBootWish = {
  readonly loader: string;
  readonly wishes: readonly EspWish[];
  /** Those that bring the files. */
  readonly packages: readonly string[];
};

/** @throws FaultsError when the image lacks a file, or a partition the room */
export function planEspBoot(input: BootPlanInput, { loader, wishes, packages }: EspBootWish): BootPlan {
  if (espsOf(input.layout).length === 0) {
    const message = 'no disk that the machine starts from has an EFI system partition, or room for one';
    throw new FaultsError('the boot loader', [{ severity: 'error', where: 'PARTITION', message }]);
  }
  const faults: Fault[] = [];
  const planned = wishes.map((wish) => ({ ...wish, files: withDigests(wish.files, { input, packages, faults }) }));
  faults.push(
    ...planned.flatMap(({ esp, files, menu }) => {
      const kernels = menu === undefined ? [] : kernelSizes(menu, input, faults);
      return roomFaults(esp, files, kernels);
    }),
  );
  if (faults.length > 0)
    throw new FaultsError('the boot loader', [...new Map(faults.map((each) => [each.message, each])).values()]);
  const entries = planned.map(({ esp, entry }) => wantedEntry(esp, entry.label, entry.path));
  return {
    artefacts: [
      ...planned.flatMap(({ esp, files }) =>
        files.map(({ path, sha256: digest }) => {
          return {
            loader,
            artefact: { kind: 'esp-file' as const, partUuid: esp.partUuid, path },
            digests: { [path]: digest },
          };
        }),
      ),
      ...entries.map(({ partUuid, label, loaderPath }) => {
        return { loader, artefact: { kind: 'nvram-entry' as const, partUuid, label, loaderPath }, digests: {} };
      }),
    ],
    steps: [
      ...planned.map(({ esp, files, menu }): BootStep => {
        const why = `the boot loader onto the EFI system partition of ${esp.disk}`;
        return { kind: 'write-esp', esp, files, ...(menu === undefined ? {} : { menu }), why };
      }),
      { kind: 'boot-entries', entries, why: "entries of the firmware's boot menu, this machine's disks first" },
    ],
  };
}

function withDigests(
  files: readonly WantedEspFile[],
  {
    input: { tree, architecture },
    packages,
    faults,
  }: { readonly input: BootPlanInput; readonly packages: readonly string[]; readonly faults: Fault[] },
): EspFile[] {
  return files.flatMap((file) => {
    const { from } = file;
    if (from.kind === 'text') {
      const bytes = bytesOfText(from);
      return [{ ...file, sha256: sha256(bytes), sizeBytes: bytes.length }];
    }
    const source = findTreeFile(from.path, tree);
    if (source !== undefined) return [{ ...file, sha256: source.content.sha256, sizeBytes: source.content.sizeBytes }];
    const message = `the image has no ${from.path}, which a machine with UEFI firmware for ${architecture.name} starts from`;
    const suggestion = `add ${packages.join(' and ')} to the image's recipe, and build it again: gutinteg image build IMAGE`;
    faults.push({ severity: 'error', where: 'image', message, suggestion });
    return [];
  });
}

/** Of the kernels and initramfs that the entries of a new machine name. */
function kernelSizes({ entries }: EspMenu, { tree }: BootPlanInput, faults: Fault[]): number[] {
  return [...new Set(entries.flatMap(({ linux, initrd }) => [linux, initrd]))].flatMap((path) => {
    const source = findTreeFile(path, tree);
    if (source !== undefined) return [source.content.sizeBytes];
    const message = `the image has no file ${path}, which systems on the EFI system partition start from`;
    faults.push({ severity: 'error', where: 'image', message });
    return [];
  });
}

/** FAT itself, and the second copy of a file while it is replaced; of kernels, all that are ever there together. */
function roomFaults({ disk, sizeBytes }: Esp, files: readonly EspFile[], kernels: readonly number[]): Fault[] {
  const sizes = files.map((file) => file.sizeBytes);
  const kernelBytes = KERNELS_TOGETHER * kernels.reduce((sum, size) => sum + size, 0);
  const neededBytes = sizes.reduce((sum, size) => sum + size, 0) + Math.max(0, ...sizes) + OVERHEAD_BYTES + kernelBytes;
  if (neededBytes <= sizeBytes) return [];
  const message = `the EFI system partition of ${disk} has ${formatBytes(sizeBytes)}, and ${formatBytes(neededBytes)} are needed`;
  return [{ severity: 'error', where: 'PARTITION', message, suggestion: 'a larger one: (a 512M vfat /boot/efi)' }];
}

/** The one that runs, the one before it, one that has not started yet, and the one that is to replace that. */
const KERNELS_TOGETHER = 4;
const OVERHEAD_BYTES = 2 * 1024 ** 2;
