// The firmware's boot entries, as far as efibootmgr can read them. In: efibootmgr. Out: entries and their order; undefined
// where the firmware shows none. Never: takes entries that could not be read for entries that are not there.
import { parseEdge } from '../../../lib/parse-edge.ts';
import { CommandError } from '../../../lib/run-command.ts';
import type { Argv, RunCommand } from '../../../lib/run-command.ts';
import { bootEntriesSchema } from '../../../partition-specs/efi-facts.ts';
import type { BootEntries } from '../../../partition-specs/efi-facts.ts';
import { parseBootEntries } from './parse-boot-entries.ts';

const VERBOSE: Argv = ['efibootmgr', '-v'];
const PLAIN: Argv = ['efibootmgr'];
const TIMEOUT_MS = 30_000;

/**
 * Until version 17, `-v` ends at the first entry whose path efibootmgr does not understand, and says nothing of those behind
 * it. They are known by their labels then; their targets are empty.
 */
export async function readBootEntries(run: RunCommand): Promise<BootEntries | undefined> {
  const verbose = await list(run, VERBOSE);
  if (verbose.isWhole) return verbose.boot;
  const plain = await list(run, PLAIN);
  if (!plain.isWhole) return plain.isMissing ? plain.boot : undefined;
  const entries = plain.boot.entries.map((entry) => {
    return verbose.boot.entries.find(({ number }) => number === entry.number) ?? entry;
  });
  return { ...plain.boot, entries };
}

type Listed = {
  readonly boot: BootEntries;
  readonly isWhole: boolean;
  /** efibootmgr is not installed, or did not end: who wants to write entries will say so. */
  readonly isMissing: boolean;
};

async function list(run: RunCommand, argv: Argv): Promise<Listed> {
  const read = (text: string): BootEntries => parseEdge(bootEntriesSchema, parseBootEntries(text), argv.join(' '));
  try {
    const { stdout } = await run(argv, { timeoutMs: TIMEOUT_MS });
    return { boot: read(stdout), isWhole: true, isMissing: false };
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    return { boot: read(error.result?.stdout ?? ''), isWhole: false, isMissing: error.result === undefined };
  }
}
