// Whose orders this host takes, and which. In: a file that only root may write. Out: keys, kinds of actions. Never: takes the word
// of a file that somebody else could have written.
import { constants, fstatSync, openSync, closeSync, readFileSync, statSync } from 'node:fs';
import type { Stats } from 'node:fs';
import { dirname } from 'node:path';
import { z } from 'zod';
import { actionSchema } from '../../contract/fleet/jobs/action.ts';
import type { ActionKind } from '../../contract/fleet/jobs/action.ts';
import { hostKeySchema } from '../../contract/fleet/enrolment.ts';
import { UserError } from '../../lib/errors.ts';
import { parseJsonEdge } from '../../lib/parse-edge.ts';
import { isSystemError } from '../../lib/when-missing.ts';

export const actionKinds = actionSchema.options.map(({ shape }) => shape.do.value) as readonly ActionKind[];

const trustSchema = z.strictObject({
  /** ed25519, as `gutinteg fleet order-key` prints it; several while one takes the place of another. */
  keys: z.array(hostKeySchema).min(1).max(10),
  /** Kinds of actions; all unless given. */
  allow: z.array(z.enum(actionKinds)).exactOptional(),
});

export type Trust = z.infer<typeof trustSchema>;

const MAX_BYTES = 100_000;

/** Undefined when there is none. @throws UserError when others may write it; FaultsError when it is not understood */
export function readTrust(path: string): Trust | undefined {
  const file = openIfThere(path);
  if (file === undefined) return undefined;
  try {
    requireRoots(statSync(dirname(path)), dirname(path));
    const stats = fstatSync(file);
    requireRoots(stats, path);
    if (!stats.isFile() || stats.size > MAX_BYTES)
      throw new UserError(`${path} is no file of ${MAX_BYTES} bytes at most`);
    return parseJsonEdge(trustSchema, readFileSync(file, 'utf8'), path);
  } finally {
    closeSync(file);
  }
}

function openIfThere(path: string): number | undefined {
  try {
    return openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (error) {
    if (isSystemError(error) && (error.code === 'ENOENT' || error.code === 'ENOTDIR')) return undefined;
    throw new UserError(`${path} cannot be read: no order is carried out`, { cause: error });
  }
}

/** @throws UserError when somebody else may write it */
export function requireRoots({ uid, mode }: Pick<Stats, 'uid' | 'mode'>, path: string): void {
  const own = process.getuid?.() ?? 0;
  if ((uid === 0 || uid === own) && (mode & 0o022) === 0) return;
  throw new UserError(`${path} can be written by others than root: no order is carried out`, {
    hint: `chown root:root ${path}; chmod go-w ${path}`,
  });
}
