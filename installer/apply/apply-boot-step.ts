// The steps for UEFI firmware of a plan, carried out. In: a step, effects. Out: nothing; what firmware did not take is said.
import type { RunCommand } from '../../lib/run-command.ts';
import { installEsp } from '../boot-loaders/esp/install-esp.ts';
import { mountEspWith } from '../boot-loaders/esp/mount-esp.ts';
import { writeBootEntries } from '../boot-loaders/nvram/write-boot-entries.ts';
import { readEfi } from '../look/efi/read-efi.ts';
import type { InstallStep } from '../plan/install-step.ts';
import { TARGET } from '../plan/plan-install.ts';

type BootEffects = { readonly run: RunCommand; readonly message: (text: string) => void };

/** @throws UserError when a partition could not be written; a boot entry that could not be made is only said */
export async function applyBootStep(
  step: Extract<InstallStep, { kind: 'write-esp' | 'boot-entries' }>,
  { run, message }: BootEffects,
): Promise<void> {
  const notices =
    step.kind === 'write-esp'
      ? await installEsp(step, { root: TARGET, mountEsp: mountEspWith(run) })
      : (await writeBootEntries(step.entries, { run, readEfi: async () => readEfi(run) })).notices;
  for (const notice of notices) message(`note: ${notice}`);
}
