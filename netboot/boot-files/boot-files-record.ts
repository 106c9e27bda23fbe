// What `boot/ARCH/boot-files.json` says: which files were put there, and what their bytes are. In: a directory.
// Out: names and digests. Never: trusts a file that the record does not name.
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { parseJsonEdge } from '../../lib/parse-edge.ts';
import { whenMissing } from '../../lib/when-missing.ts';
import { writeFileAtomically } from '../../lib/write-file-atomically.ts';

const recordSchema = z.strictObject({
  /** Debian's suite that they are from. */
  suite: z.string(),
  /** File name to its SHA-256. */
  sha256: z.record(z.string().regex(/^[a-z0-9._-]+$/), z.string().regex(/^[0-9a-f]{64}$/)),
});

export type BootFilesRecord = z.infer<typeof recordSchema>;

const recordPath = (dir: string): string => join(dir, 'boot-files.json');

/** Undefined when there is none. @throws UserError when it is not one */
export async function readBootFilesRecord(dir: string): Promise<BootFilesRecord | undefined> {
  const text = await readFile(recordPath(dir), 'utf8').catch(whenMissing(undefined));
  return text === undefined ? undefined : parseJsonEdge(recordSchema, text, recordPath(dir));
}

export async function writeBootFilesRecord(dir: string, record: BootFilesRecord): Promise<void> {
  await writeFileAtomically(recordPath(dir), `${JSON.stringify(record, null, 2)}\n`);
}

export function sha256Of(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
