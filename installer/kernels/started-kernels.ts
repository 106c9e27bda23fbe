// Which kernels this system is known to have started, in /var/lib/gutinteg/kernels.json. In and out: that file.
import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { UserError } from '../../lib/errors.ts';
import { parseJsonEdge } from '../../lib/parse-edge.ts';
import { readIfThere } from '../../lib/read-if-there.ts';
import { writeFileAtomically } from '../../lib/write-file-atomically.ts';
import { KERNELS_FILE } from '../machine/machine-state.ts';

const releaseSchema = z.string().min(1).max(255);
const startedSchema = z.object({
  format: z.literal(1),
  /** Of the last start, as `uname -r` printed it. */
  last: releaseSchema.exactOptional(),
  /** The other kernel that was started last before that one. */
  before: releaseSchema.exactOptional(),
});

/** Releases; `last` is undefined where no run has ever seen this system running. */
export type StartedKernels = { readonly last?: string | undefined; readonly before?: string | undefined };

/** What runs of this system have seen; nothing where none has, or where the file is damaged. @throws UserError */
export async function readStartedKernels(root: string): Promise<StartedKernels> {
  const path = join(root, KERNELS_FILE);
  const text = await readIfThere(path);
  if (text === undefined) return {};
  try {
    const { last, before } = parseJsonEdge(startedSchema, text.toString('utf8'), path);
    return { last, before };
  } catch (error) {
    // Then more kernels stay than need to, and the next start is noted again; that is no reason to leave files wrong.
    if (error instanceof UserError) return {};
    throw error;
  }
}

/** What is known once a kernel runs: the one before it stays known, however often the same one is started. */
export function withRunning(started: StartedKernels, running: string | undefined): StartedKernels {
  if (running === undefined || running === started.last) return started;
  return started.last === undefined ? { last: running } : { last: running, before: started.last };
}

/** Replaces the file. */
export async function writeStartedKernels(root: string, { last, before }: StartedKernels): Promise<void> {
  const path = join(root, KERNELS_FILE);
  await mkdir(dirname(path), { recursive: true, mode: 0o755 });
  const known = { format: 1, ...(last === undefined ? {} : { last }), ...(before === undefined ? {} : { before }) };
  await writeFileAtomically(path, `${JSON.stringify(known)}\n`);
}
