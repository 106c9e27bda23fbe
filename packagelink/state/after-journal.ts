// What outlives a run beside the state database: commands that are owed, and those of each package as last known.
// In: the name of the state database. Out: a journal. Never: a journal that is partly written.
import { readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { z } from 'zod';
import { describeError } from '../../lib/errors.ts';
import { parseJsonEdge } from '../../lib/parse-edge.ts';
import { writeFileAtomically } from '../../lib/write-file-atomically.ts';
import { PLACES, argvSchema, commandSourceSchema } from '../package/after-command.ts';
import type { CommandSource } from '../package/after-command.ts';
import type { PendingCommand } from '../package/after-command.ts';

const pendingSchema = z.strictObject({
  argv: argvSchema,
  timeoutSeconds: z.int().positive(),
  order: z.int().nonnegative(),
  packages: z.array(z.string()).min(1),
  paths: z.array(z.string()).min(1),
  place: z.enum(PLACES),
}) satisfies z.ZodType<PendingCommand>;

const journalSchema = z.strictObject({
  format: z.literal(1),
  known: z.array(commandSourceSchema),
  pending: z.array(pendingSchema),
});

/** `known` has the packages of the last run that have commands. */
export type AfterJournal = { readonly known: readonly CommandSource[]; readonly pending: readonly PendingCommand[] };

const EMPTY: AfterJournal = { known: [], pending: [] };

/** Where the journal of a state database lies. */
function journalFile(stateFile: string): string {
  return `${stateFile}.after.json`;
}

/** An unreadable journal counts as an empty one, and says so: what it held is lost, the machine's files are not. */
export function readJournal(stateFile: string): { journal: AfterJournal; errors: readonly string[] } {
  const file = journalFile(stateFile);
  try {
    const { known, pending } = parseJsonEdge(journalSchema, readFileSync(file, 'utf8'), file);
    return { journal: { known, pending }, errors: [] };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return { journal: EMPTY, errors: [] };
    const lost = 'commands that an earlier run owed are lost';
    return { journal: EMPTY, errors: [`${file} cannot be read, ${lost}: ${describeError(error)}`] };
  }
}

/** On the disk when it returns; there is no file when there is nothing to say. */
export async function writeJournal(stateFile: string, { known, pending }: AfterJournal): Promise<void> {
  const file = journalFile(stateFile);
  if (known.length === 0 && pending.length === 0) await rm(file, { force: true });
  else await writeFileAtomically(file, `${JSON.stringify({ format: 1, known, pending })}\n`, 0o600);
}
