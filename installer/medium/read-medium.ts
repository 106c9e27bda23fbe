// What the medium says that the ramdisk has mounted. In: a directory, the build that was started. Out: checked data.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { mediumPaths, mediumSchema } from '../../contract/medium.ts';
import type { Medium } from '../../contract/medium.ts';
import { UserError } from '../../lib/errors.ts';
import { parseJsonEdge } from '../../lib/parse-edge.ts';

/** @throws UserError when it cannot be read, or is another build than the one that was started */
export async function readMedium(dir: string, buildId: string): Promise<Medium> {
  const path = join(dir, mediumPaths.description);
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new UserError(`reading ${path} of the medium`, { cause, hint: 'write the image to the medium again' });
  });
  const medium = parseJsonEdge(mediumSchema, text, path);
  if (medium.buildId === buildId) return medium;
  throw new UserError(`the machine was started from build ${buildId}, but this medium is build ${medium.buildId}`, {
    hint: 'remove one of the two media',
  });
}
