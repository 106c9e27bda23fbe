// What an installation does for UEFI firmware. In: wanted files for each EFI system partition, the files that the
// machine gets. Out: files with their digests, and steps. Pure.
import { FaultsError } from '../../../lib/errors.ts';
import type { Fault } from '../../../lib/errors.ts';
import { formatBytes } from '../../../lib/bytes.ts';
import type { BootPlan, BootPlanInput, BootStep } from '../boot-plan.ts';
import { wantedEntry } from '../nvram/wanted-entry.ts';
import { bytesOfText, sha256 } from './esp-file.ts';
import type { EspFile, WantedEspFile } from './esp-file.ts';
import { espsOf } from './find-esps.ts';
import { findTreeFile } from './find-tree-file.ts';
import type { Esp } from './find-esps.ts';

/** Of one EFI system partition: its files, the one that a boot entry names, and what that is called. */
export type EspWish = {
  readonly esp: Esp;
  readonly files: readonly WantedEspFile[];
  readonly entry: { readonly label: string; readonly path: string };
};

/** @throws FaultsError when the image lacks a file, or a partition the room */
export function planEspBoot(
  input: BootPlanInput,
  { loader, wishes }: { readonly loader: string; readonly wishes: readonly EspWish[] },
): BootPlan {
  if (espsOf(input.layout).length === 0) {
    const message = 'no disk that the machine starts from has an EFI system partition, or room for one';
    throw new FaultsError('the boot loader', [{ severity: 'error', where: 'PARTITION', message }]);
  }
  const faults: Fault[] = [];
  const planned = wishes.map((wish) => ({ ...wish, files: withDigests(wish.files, input, faults) }));
  faults.push(...planned.flatMap(({ esp, files }) => roomFaults(esp, files)));
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
      ...planned.map(({ esp, files }): BootStep => {
        return { kind: 'write-esp', esp, files, why: `the boot loader onto the EFI system partition of ${esp.disk}` };
      }),
      { kind: 'boot-entries', entries, why: "entries of the firmware's boot menu, this machine's disks first" },
    ],
  };
}

function withDigests(
  files: readonly WantedEspFile[],
  { tree, paths, architecture }: BootPlanInput,
  faults: Fault[],
): EspFile[] {
  return files.flatMap((file) => {
    const { from } = file;
    if (from.kind === 'text') {
      const bytes = bytesOfText(from);
      return [{ ...file, sha256: sha256(bytes), sizeBytes: bytes.length }];
    }
    const source = findTreeFile(from.path, tree);
    if (source !== undefined) return [{ ...file, sha256: source.content.sha256, sizeBytes: source.content.sizeBytes }];
    const packages = paths.efi.packages(architecture).join(' and ');
    const message = `the image has no ${from.path}, which a machine with UEFI firmware for ${architecture.name} starts from`;
    const suggestion = `add ${packages} to the image's recipe, and build it again: gutinteg image build IMAGE`;
    faults.push({ severity: 'error', where: 'image', message, suggestion });
    return [];
  });
}

/** FAT itself, and the second copy of a file while it is replaced. */
function roomFaults({ disk, sizeBytes }: Esp, files: readonly EspFile[]): Fault[] {
  const sizes = files.map((file) => file.sizeBytes);
  const neededBytes = sizes.reduce((sum, size) => sum + size, 0) + Math.max(0, ...sizes) + OVERHEAD_BYTES;
  if (neededBytes <= sizeBytes) return [];
  const message = `the EFI system partition of ${disk} has ${formatBytes(sizeBytes)}, and ${formatBytes(neededBytes)} are needed`;
  return [{ severity: 'error', where: 'PARTITION', message, suggestion: 'a larger one: (a 512M vfat /boot/efi)' }];
}

const OVERHEAD_BYTES = 2 * 1024 ** 2;
