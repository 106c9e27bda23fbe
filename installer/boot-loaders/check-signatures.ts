// What Secure Boot would refuse at the next start, before anything is written. In: names of files, the tree that has them,
// where bytes come from. Out: faults. Reads only. Never: says that the firmware trusts a signature, only that there is one.
import type { Fault } from '../../lib/errors.ts';
import { peSigners } from '../../lib/pe-signature.ts';
import type { Fetcher } from '../../packagelink/contents/fetch.ts';
import { readSource } from '../../packagelink/contents/read-source.ts';
import type { MergedTree } from '../../packagelink/tree/tree.ts';
import { findTreeFile } from './esp/find-tree-file.ts';

export type SignatureQuestion = {
  /** Absolute paths of what the firmware, or what it starts, starts; those that the tree lacks are nobody's fault here. */
  readonly started: readonly string[];
  readonly tree: MergedTree;
  readonly fetcher: Fetcher;
};

/** For a machine that was started with Secure Boot. @throws UserError when the bytes cannot be fetched */
export async function signatureFaults({ started, tree, fetcher }: SignatureQuestion): Promise<Fault[]> {
  const faults: Fault[] = [];
  for (const path of new Set(started)) {
    const file = findTreeFile(path, tree);
    if (file === undefined) continue;
    if (peSigners(await readSource(file.content, fetcher)).length > 0) continue;
    faults.push({
      severity: 'error',
      where: 'image',
      message: `Secure Boot is on, and ${path} of the image has no signature: the machine would not start with it`,
      suggestion:
        "BOOTLOADER=grub with Debian's signed packages in the image, or switch Secure Boot off in the firmware's setup",
    });
  }
  return faults;
}
