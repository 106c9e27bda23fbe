// The firmware's boot entries, brought to what is wanted. In: entries, efibootmgr. Out: what was changed, and what the
// firmware did not take. Never: fails for want of an entry, as firmware starts the removable path without one; removes
// one before those that are to stay are there.
import { CommandError } from '../../../lib/run-command.ts';
import type { Argv, RunCommand } from '../../../lib/run-command.ts';
import type { BootEntries, EfiFacts } from '../../../partition-specs/efi-facts.ts';
import { FALLBACK, variablesAre } from './foresee-entry-faults.ts';
import { planBootEntries } from './plan-boot-entries.ts';
import type { EntryChanges } from './plan-boot-entries.ts';
import type { WantedEntry } from './wanted-entry.ts';

type EntryChange = {
  readonly label: string;
  readonly action: 'created' | 'replaced' | 'deleted';
  readonly why: string;
};

export type EntryResult = { readonly changes: readonly EntryChange[]; readonly notices: readonly string[] };

export type EntryTools = {
  readonly run: RunCommand;
  /** Undefined where this system was not started by UEFI firmware. */
  readonly readEfi: () => Promise<Pick<EfiFacts, 'variables' | 'boot'> | undefined>;
};

const TIMEOUT_MS = 60_000;

/** What differs from what is wanted, in words; changes nothing. */
export function describeEntryChanges(now: BootEntries | undefined, wanted: readonly WantedEntry[]): EntryChange[] {
  if (now === undefined) return [];
  const { create, activate, order, remove } = planBootEntries(now, wanted);
  const labelOf = (number: string) => now.entries.find((each) => each.number === number)?.label ?? number;
  return [
    ...create.map(({ label }) => ({ label, action: 'created' as const, why: 'boot entry: missing' })),
    ...activate.map((number) => {
      return { label: labelOf(number), action: 'replaced' as const, why: `boot entry ${number}: switched off` };
    }),
    ...(order === undefined
      ? []
      : [
          {
            label: 'BootOrder',
            action: 'replaced' as const,
            why: `boot order: ${now.order.join(',')} is not ours first`,
          },
        ]),
    ...remove.map((number) => {
      return {
        label: labelOf(number),
        action: 'deleted' as const,
        why: `boot entry ${number}: another of ours starts the same`,
      };
    }),
  ];
}

/** Reads, makes, reads again, puts in order, and only then removes. */
export async function writeBootEntries(wanted: readonly WantedEntry[], tools: EntryTools): Promise<EntryResult> {
  const efi = await tools.readEfi();
  if (efi === undefined) return { changes: [], notices: [] };
  const changes = describeEntryChanges(efi.boot, wanted);
  if (efi.variables !== 'writable') {
    return { changes: [], notices: [`no boot entry was made: ${variablesAre(efi)}; ${FALLBACK}`] };
  }
  if (changes.length === 0) return { changes: [], notices: [] };
  try {
    const first = planBootEntries(efi.boot, wanted);
    // Each is put in front of those that are there.
    for (const entry of first.create.toReversed()) await efibootmgr(tools.run, createArguments(entry));
    const again = (await tools.readEfi())?.boot ?? efi.boot;
    const second = planBootEntries(again, wanted);
    if (second.create.length > 0) {
      const labels = second.create.map(({ label }) => label).join(', ');
      return { changes: [], notices: [`the firmware has forgotten the boot entry ${labels} at once; ${FALLBACK}`] };
    }
    await settle(second, tools.run);
    return { changes, notices: [] };
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    return { changes: [], notices: [`the firmware did not take a boot entry: ${reasonOf(error)}; ${FALLBACK}`] };
  }
}

async function settle({ activate, order, remove }: EntryChanges, run: RunCommand): Promise<void> {
  for (const number of activate) await efibootmgr(run, ['--active', '--bootnum', number]);
  if (order !== undefined) await efibootmgr(run, ['--bootorder', order.join(',')]);
  for (const number of remove) await efibootmgr(run, ['--delete-bootnum', '--bootnum', number]);
}

function createArguments({ label, diskPath, number, loaderPath }: WantedEntry): string[] {
  return ['--create', '--disk', diskPath, '--part', `${number}`, '--label', label, '--loader', loaderPath];
}

async function efibootmgr(run: RunCommand, options: readonly string[]): Promise<void> {
  const argv: Argv = ['efibootmgr', '--quiet', ...options];
  await run(argv, { timeoutMs: TIMEOUT_MS });
}

/** efibootmgr ends with the words for the error of the system call. */
function reasonOf(error: CommandError): string {
  if (error.result === undefined) return 'efibootmgr is not installed, or did not end';
  const said = error.result.stderr;
  if (/No space left/i.test(said)) return 'its memory for variables is full (old entries and crash logs are in it)';
  if (/Read-only file system/i.test(said)) return "the firmware's variables are read-only";
  return error.message.replaceAll('\n', ' ').slice(0, 500);
}
