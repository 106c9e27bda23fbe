// What Secure Boot would refuse at the next start, while every disk is as it was. In: a plan, its tree, where bytes come
// from. Out: faults. Reads only. Never: says that the firmware trusts a signature, only that there is one.
import type { Fault } from '../../lib/errors.ts';
import { peSigners } from '../../lib/pe-signature.ts';
import type { Fetcher } from '../../packagelink/contents/fetch.ts';
import { readSource } from '../../packagelink/contents/read-source.ts';
import { findTreeFile } from '../boot-loaders/esp/find-tree-file.ts';
import type { MergedTree } from '../../packagelink/tree/tree.ts';
import type { InstallPlan } from '../plan/plan-install.ts';

/** None where the machine was not started with Secure Boot. @throws UserError when the bytes cannot be fetched */
export async function signatureFaults(plan: InstallPlan, tree: MergedTree, fetcher: Fetcher): Promise<Fault[]> {
  if (plan.facts.efi?.secureBoot !== true) return [];
  const faults: Fault[] = [];
  for (const path of new Set(plan.started)) {
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
