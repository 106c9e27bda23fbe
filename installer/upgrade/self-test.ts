// Whether this agent can work on this machine at all, asked before it becomes the current one. Reads only.
import { DatabaseSync } from 'node:sqlite';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { UserError } from '../../lib/errors.ts';
import { parsePublicKey } from '../../packagelink/manifests/keys.ts';
import { readLastKnown } from '../description/last-known.ts';
import { MACHINE_FILE, readMachineState, readPublicKeys } from '../machine/machine-state.ts';

/** What a sound agent prints. */
export const SELF_TEST_PASSED = 'this agent is sound';

/** Node with what it was built with, and every file that an older agent has left. @throws UserError */
export async function selfTest(root: string): Promise<string> {
  const bytes = Buffer.from(SELF_TEST_PASSED);
  if (!zstdDecompressSync(zstdCompressSync(bytes)).equals(bytes)) throw new UserError('self-test: zstd does not work');
  const database = new DatabaseSync(':memory:');
  database.exec('CREATE TABLE paths (path TEXT PRIMARY KEY) WITHOUT ROWID, STRICT');
  database.close();
  const isKnown = await stat(join(root, MACHINE_FILE)).then(
    () => true,
    () => false,
  );
  if (isKnown) {
    await readMachineState(root);
    await readLastKnown(root);
    for (const [index, pem] of (await readPublicKeys(root)).entries()) parsePublicKey(pem, `public key ${index}`);
  }
  return SELF_TEST_PASSED;
}
